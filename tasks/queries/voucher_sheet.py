"""One voucher whole: its lines, who entered and who approved it, its entries in the ledger, what happened to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.disbursement import LedgerLine, Payment, Voucher
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from models.step import Step
from tasks.disbursement import voucher_of
from tasks.parties import name_of
from tasks.queries.happenings import Happening, happenings, person_names
from tasks.queries.scope import pairs_seen
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """`lines` sum to the voucher's amount; `entries` are the ledger's, each two lines that sum to zero."""

    voucher: Voucher
    payer_name: str
    payee_name: str
    maker_name: str
    checker_name: str
    lines: tuple[Any, ...]
    hidden_lines: int
    entries: tuple[Any, ...]
    received_on: date | None
    receipt_step: str
    receipt_due: date | None
    events: tuple[Happening, ...]

    @property
    def total(self) -> int:
        """What the lines sum to, in fen."""
        return sum(one.fen for one in self.lines)


def voucher_sheet(work: Work, viewer: Viewer, key: str) -> VoucherSheet:
    """The voucher of that key for somebody who may read it; of its lines those of pairs the viewer sees.

    Raises NotFound.
    """
    voucher = voucher_of(work, key)
    lines = _lines(work, viewer, key)
    every = list(work.session.execute(select(Payment).where(col(Payment.voucher) == key)).scalars())
    step = work.session.execute(
        select(Step).where(col(Step.kind) == "S17", col(Step.subject) == key).order_by(col(Step.id).desc())
    ).scalar()
    names = person_names(work, {voucher.maker, voucher.checker or ""})
    return VoucherSheet(
        voucher,
        name_of(work, voucher.payer),
        name_of(work, voucher.payee),
        names.get(voucher.maker, voucher.maker),
        names.get(voucher.checker or "", voucher.checker or ""),
        tuple(lines),
        len(every) - len(lines),
        tuple(_entries(work, [one.key for one in lines])),
        max((one.received_on for one in every if one.received_on), default=None),
        step.key if step else "",
        step.due_on if step else None,
        happenings(work, "voucher", key),
    )


def _lines(work: Work, viewer: Viewer, key: str) -> list[Any]:
    sender, recipient = aliased(Organisation), aliased(Organisation)
    wanted: Select[Any] = (
        select(
            col(Payment.key),
            col(Payment.pair),
            col(Payment.fen),
            col(Payment.state),
            col(sender.name).label("sender"),
            col(recipient.name).label("recipient"),
        )
        .join(Pair, col(Pair.key) == col(Payment.pair))
        .join(sender, col(sender.code) == col(Pair.sender))
        .join(recipient, col(recipient.code) == col(Pair.recipient))
        .where(col(Payment.voucher) == key, pairs_seen(work, viewer))
        .order_by(col(Payment.key))
    )
    return list(work.session.connection().execute(wanted))


def _entries(work: Work, payments: list[str]) -> list[Any]:
    wanted: Select[Any] = (
        select(
            col(LedgerLine.entry),
            col(LedgerLine.pair),
            col(LedgerLine.fen),
            col(LedgerLine.booked_at),
            col(Organisation.name).label("account"),
        )
        .join(Organisation, col(Organisation.code) == col(LedgerLine.account))
        .where(col(LedgerLine.payment).in_(payments))
        .order_by(col(LedgerLine.entry), col(LedgerLine.fen))
    )
    return list(work.session.connection().execute(wanted))


def vouchers_to_approve(work: Work, step: Step) -> list[str]:
    """The vouchers that were entered for what a payment step owes and wait for a second person; keys in order."""
    leg = next((one for one in work.programme.legs if one.step == step.kind), None)
    if leg is None:
        return []
    year = next((part for part in step.subject.split(":") if len(part) == _YEAR), "0")
    wanted = select(col(Voucher.key)).where(
        col(Voucher.leg) == leg.code, col(Voucher.state) == "entered", col(Voucher.year) == int(year)
    )
    if step.pair:
        paid = select(col(Payment.voucher)).where(col(Payment.pair) == step.pair)
        wanted = wanted.where(col(Voucher.key).in_(paid))
    else:
        wanted = wanted.where(col(Voucher.payee) == f"{step.city}-mz")
    return list(work.session.connection().execute(wanted.order_by(col(Voucher.key))).scalars())


_YEAR = len("2022")
