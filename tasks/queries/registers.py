"""Applications, pairs and vouchers in a viewer's scope, page by page in the order of their keys, for other programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.application import Application
from models.disbursement import Voucher
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from tasks.queries.scope import applications_seen, pairs_seen, vouchers_seen
from tasks.work import Work

Row = TypeVar("Row")
PAGE = 100


@dataclass(frozen=True, slots=True)
class KeyPage(Generic[Row]):
    """Some rows; `next` is the key to go on after, None at the end."""

    rows: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application as a register has it: who, where, in which state; nothing of its form."""

    key: str
    batch: int
    state: str
    institution: str
    institution_name: str
    city: str
    nominator: str
    channel: str
    city_rank: int | None


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair: both institutions, the nominator, since when it works."""

    key: str
    batch: int
    state: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    nominator: str
    city: str
    confirmed_on: date | None
    effective_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A transfer, in fen."""

    key: str
    number: str
    leg: str
    batch: int
    year: int
    payer: str
    payer_name: str
    payee: str
    payee_name: str
    fen: int
    state: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What a register is narrowed to."""

    batch: int | None = None
    state: str | None = None
    city: str | None = None
    year: int | None = None


def applications_page(
    work: Work, viewer: Viewer, filters: RegisterFilter, *, after: str = "", limit: int = PAGE
) -> KeyPage[ApplicationRow]:
    """The applications that the viewer may read."""
    table = Application
    wanted = (
        select(
            *_columns(table, "key", "batch", "state", "uscc"),
            col(Organisation.name),
            *_columns(table, "city", "nominator", "channel", "city_rank"),
        )
        .join(Organisation, col(Organisation.code) == col(table.uscc))
        .where(applications_seen(work, viewer))
    )
    narrowed = {table.batch: filters.batch, table.state: filters.state, table.city: filters.city}
    return _page(work, wanted, table, narrowed, ApplicationRow, after, limit)


def pairs_page(
    work: Work, viewer: Viewer, filters: RegisterFilter, *, after: str = "", limit: int = PAGE
) -> KeyPage[PairRow]:
    """The pairs that the viewer may read."""
    table, sender, recipient = Pair, aliased(Organisation), aliased(Organisation)
    wanted = (
        select(
            *_columns(table, "key", "batch", "state", "sender"),
            col(sender.name).label("sender_name"),
            col(table.recipient),
            col(recipient.name).label("recipient_name"),
            *_columns(table, "nominator", "city", "confirmed_on", "effective_on", "ended_on"),
        )
        .join(sender, col(sender.code) == col(table.sender))
        .join(recipient, col(recipient.code) == col(table.recipient))
        .where(pairs_seen(work, viewer))
    )
    narrowed = {table.batch: filters.batch, table.state: filters.state, table.city: filters.city}
    return _page(work, wanted, table, narrowed, PairRow, after, limit)


def vouchers_page(
    work: Work, viewer: Viewer, filters: RegisterFilter, *, after: str = "", limit: int = PAGE
) -> KeyPage[VoucherRow]:
    """The vouchers that the viewer may read."""
    table, payer, payee = Voucher, aliased(Organisation), aliased(Organisation)
    wanted = (
        select(
            *_columns(table, "key", "number", "leg", "batch", "year", "payer"),
            col(payer.name).label("payer_name"),
            col(table.payee),
            col(payee.name).label("payee_name"),
            *_columns(table, "fen", "state", "paid_on"),
        )
        .join(payer, col(payer.code) == col(table.payer))
        .join(payee, col(payee.code) == col(table.payee))
        .where(vouchers_seen(work, viewer))
    )
    narrowed = {table.batch: filters.batch, table.state: filters.state, table.year: filters.year}
    return _page(work, wanted, table, narrowed, VoucherRow, after, limit)


def _columns(table: Any, *names: str) -> list[Any]:
    return [col(getattr(table, name)) for name in names]


def _page(
    work: Work, wanted: Any, table: Any, narrowed: Any, shape: type[Row], after: str, limit: int
) -> KeyPage[Row]:
    for column, value in narrowed.items():
        if value is not None:
            wanted = wanted.where(col(column) == value)
    if after:
        wanted = wanted.where(col(table.key) > after)
    found: Sequence[Any] = (
        work.session.connection().execute(wanted.order_by(col(table.key)).limit(limit + 1)).all()
    )
    rows = tuple(shape(*row) for row in found[:limit])
    return KeyPage(rows, found[limit - 1][0] if len(found) > limit else None)
