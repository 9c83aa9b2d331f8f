"""One agreement as its parties read it: who signs and why, who has signed, what it promises, how a draft begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.agreement import Agreement, Indicator, Signature
from models.application import Application
from models.organisation import Institution
from models.pairing import Pair
from models.programme.rules import Rules
from models.rules.access import Viewer
from models.rules.deadlines import counted_from
from models.rules.money import Leg, WorkFunding, due_fen
from models.step import Step
from tasks.funding import funding_of
from tasks.parties import former_offices, name_of, organisation_of, scope_of_pair
from tasks.queries.step_rows import workdays_left
from tasks.work import Work

ACCOUNT_SEEN = ("province_civil", "sender", "city_civil", "county_civil")
"""Roles that need the sender's account whole: who pays, who recommends, who audits, whose it is (K41)."""
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Seat:
    """One party of an agreement, what it has signed or by when it owes its signature (K27)."""

    party: str
    organisation: str
    name: str
    signed_on: date | None
    signatory: str
    seal_file: str
    step: str
    due_on: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One indicator and its promised number by work year."""

    code: str
    label: str
    unit: str
    clause: str
    by_year: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class AgreementSheet:
    """One agreement; `may_draft` and `may_sign` say whether the viewer's office is the one that owes it now."""

    agreement: Agreement
    pair: Pair
    seats: tuple[Seat, ...]
    promises: tuple[Promise, ...]
    years: tuple[int, ...]
    plan: tuple[Mapping[str, Any], ...]
    account: Mapping[str, str]
    signing_days: int
    may_draft: bool
    may_sign: str


def agreement_sheet(work: Work, viewer: Viewer, key: str) -> AgreementSheet | None:
    """An agreement as the viewer may read it, None before the list is final. The pair must exist."""
    agreement = work.session.get(Agreement, key)
    if agreement is None:
        return None
    pair = work.session.get_one(Pair, key)
    seats = _seats(work, agreement, pair)
    promises = _promises(work, key)
    own = (viewer.organisation, *former_offices(work, viewer.organisation))
    missing = [one for one in seats if one.signed_on is None and one.organisation in own]
    is_open = agreement.state == "signing"
    return AgreementSheet(
        agreement=agreement,
        pair=pair,
        seats=seats,
        promises=promises,
        years=tuple(sorted({year for one in promises for year in one.by_year})),
        plan=tuple(sorted(agreement.payment_plan, key=lambda one: (one["year"], one["leg"], one["due_on"]))),
        account=shown_account(agreement.payee_account, viewer),
        signing_days=work.rules(pair.batch).number("agreement.signing_workdays"),
        may_draft=is_open and pair.nominator in own and all(one.signed_on is None for one in seats),
        may_sign=missing[0].party if is_open and missing and agreement.drafted_on is not None else "",
    )


def _seats(work: Work, agreement: Agreement, pair: Pair) -> tuple[Seat, ...]:
    scope = scope_of_pair(work, pair)
    wanted = select(Signature).where(col(Signature.pair) == pair.key)
    signed = {one.party: one for one in work.session.execute(wanted).scalars()}
    owed = select(Step).where(col(Step.pair) == pair.key, col(Step.kind) == "S13", col(Step.state) == "open")
    steps = {one.owner: one for one in work.session.execute(owed).scalars()}
    seats = []
    for party in agreement.parties:
        given = signed.get(party)
        code = given.organisation if given else organisation_of(work, party, scope) or ""
        step = next((steps[one] for one in (code, *former_offices(work, code)) if one in steps), None)
        due_on = step.due_on if step else agreement.due_on
        seats.append(
            Seat(
                party=party,
                organisation=code,
                name=name_of(work, code),
                signed_on=given.signed_on if given else None,
                signatory=given.signatory if given else "",
                seal_file=given.seal_file if given else "",
                step=step.key if step else "",
                due_on=due_on,
                days_left=workdays_left(work, due_on),
            )
        )
    return tuple(seats)


def _promises(work: Work, key: str) -> tuple[Promise, ...]:
    wanted = select(Indicator).where(col(Indicator.pair) == key)
    found: dict[str, dict[int, int]] = {}
    for one in work.session.execute(wanted).scalars():
        found.setdefault(one.indicator, {})[one.year] = one.promised
    return tuple(
        Promise(one.code, one.label, one.unit, one.clause, found[one.code])
        for one in work.programme.indicators
        if one.code in found
    )


def shown_account(account: Mapping[str, Any], viewer: Viewer) -> dict[str, str]:
    """The account as the viewer may read it: its number whole, or its last digits."""
    shown = {part: str(account.get(part) or "") for part in ("name", "bank", "number")}
    if viewer.role not in ACCOUNT_SEEN:
        shown["number"] = masked(shown["number"])
    return shown


def masked(number: str) -> str:
    """An account's number with all but its last digits hidden."""
    hidden = max(len(number) - _SHOWN_DIGITS, 0)
    return "*" * hidden + number[hidden:]


def draft_defaults(work: Work, key: str) -> dict[str, Any]:
    """What a draft begins with: what stands in it already, else the application's promises and the pack's money.

    Empty where there is no such pair. It binds nobody: the nominator changes it before the first signature (K28).
    """
    pair = work.session.get(Pair, key)
    agreement = work.session.get(Agreement, key)
    if pair is None or agreement is None:
        return {}
    funding = funding_of(work, pair)
    return {
        "indicators": _drafted(work, key) or _promised(work, pair, funding.years),
        "payment_plan": agreement.payment_plan or _planned(work, pair, funding),
        "payee_account": agreement.payee_account or _sender_account(work, pair),
    }


def _drafted(work: Work, key: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for one in _promises(work, key):
        for year, number in one.by_year.items():
            found.setdefault(str(year), {})[one.code] = number
    return found


def _promised(work: Work, pair: Pair, years: Sequence[int]) -> dict[str, dict[str, int]]:
    """The figures of the application's form (F19–F22), the same for every work year."""
    form = work.session.get_one(Application, pair.application).form
    keys = {one.id: one.key for one in work.programme.form}
    figures = {
        one.code: int(form.get(keys[one.field]) or 0)
        for one in work.programme.indicators
        if one.group == "target" and one.field
    }
    return {str(year): dict(figures) for year in years}


def _planned(work: Work, pair: Pair, funding: WorkFunding) -> list[dict[str, Any]]:
    """Each leg of each work year in one payment of the programme's sum, by the day that its rule gives (A16)."""
    rules = work.rules(pair.batch)
    return [
        {"leg": str(leg), "year": year, "due_on": _pay_by(work, pair, rules, leg, year), "fen": fen}
        for year in funding.years
        for leg in Leg
        if (fen := due_fen(leg, year, funding, rules))
    ]


def _pay_by(work: Work, pair: Pair, rules: Rules, leg: Leg, year: int) -> date:
    """The day by which a leg is due if its agreement is signed on the last day for it; inside the programme (K04)."""
    agreement = work.session.get_one(Agreement, pair.key)
    is_first = year == agreement.due_on.year
    begins_on = agreement.due_on if is_first else date(year, 1, 1)
    match leg:
        case Leg.A | Leg.B:
            found = _counted(work, rules, begins_on, "money.leg_a", is_first=is_first)
            if leg is Leg.B:
                days = rules.number("money.leg_b_workdays")
                found = work.workdays.add_workdays(counted_from(found, days, rules), days)
        case Leg.C:
            found = _counted(work, rules, begins_on, "money.leg_c", is_first=is_first)
    return min(found, rules.day("programme.ends_on"))


def _counted(work: Work, rules: Rules, begins_on: date, key: str, *, is_first: bool) -> date:
    if not is_first:
        month, _, day = rules.text(f"{key}_later").partition("-")
        return begins_on.replace(month=int(month), day=int(day))
    days = rules.number(f"{key}_first_workdays")
    return work.workdays.add_workdays(counted_from(begins_on, days, rules), days)


def _sender_account(work: Work, pair: Pair) -> dict[str, str]:
    institution = work.session.get(Institution, pair.sender)
    known = {name: str(value) for name, value in (institution.bank_account if institution else {}).items()}
    return {**known, "name": name_of(work, pair.sender)}
