"""The three legs of money: how much, from whom to whom, after what, and only once (K04, K07, K39-K42, A15, A16).

Leg B passes on the money of leg A: the two are never added.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from models.rules.breach import Breach, RuleValues, hard

_MONTHS = 12


class Leg(StrEnum):
    """A: province to city; B: city to sender; C: recommending bureau to recipient."""

    A = "A"
    B = "B"
    C = "C"


class LegTerms(Protocol):
    """What the pack says of a leg (``models.programme.pack.Leg``); ``amount`` is a parameter key."""

    @property
    def code(self) -> str: ...
    @property
    def payer(self) -> str: ...
    @property
    def payee(self) -> str: ...
    @property
    def amount(self) -> str: ...
    @property
    def gates(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class WorkFunding:
    """A pair as its money sees it.

    ``legs`` are the programme's, ``years`` the batch's work years, ``months`` the months of each inside the batch
    period; ``sender_account`` and ``recipient_account`` the account names that stand in the agreement; ``ended_on`` is
    an early termination.
    """

    pair: str
    batch: int
    city: str
    nominated_by_city: bool
    years: tuple[int, ...]
    months: Mapping[int, int]
    sender_account: str
    recipient_account: str
    legs: tuple[LegTerms, ...]
    effective_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One transfer, entered by ``maker``. ``payer`` and ``payee`` are parties (``city_civil``, ``sender`` ...)."""

    pair: str
    leg: Leg
    year: int
    fen: int
    payer: str
    payee: str
    account_name: str
    paid_on: date
    source: str
    maker: str
    instalment: int = 1
    voucher: str = ""
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """A pair's line in a voucher that pays for several pairs."""

    pair: str
    city: str
    fen: int


def payment_key(batch: int, year: int, pair: str, leg: Leg) -> str:
    """Return the ledger key under which a leg is paid once."""
    return f"{batch}:{year}:{pair}:{leg}"


def terms_of(leg: Leg, funding: WorkFunding) -> LegTerms:
    """Return the programme's terms of a leg; raises ``LookupError`` where the programme has no such leg."""
    for one in funding.legs:
        if one.code == leg:
            return one
    raise LookupError(leg)


def parties_of(leg: Leg, funding: WorkFunding) -> tuple[str, str]:
    """Return payer and payee (K40-K42); leg C is paid by whoever recommended (K36)."""
    terms = terms_of(leg, funding)
    nominator = "city_civil" if funding.nominated_by_city else "county_civil"
    return (nominator if terms.payer == "nominator" else terms.payer, terms.payee)


def paying_city(funding: WorkFunding, rules: RuleValues) -> str:
    """Return the city that passes leg B on (K41, A11): the recipient's, the only reading that the legs allow.

    Leg B passes on what leg A brought, and leg A goes to the recipient's city (K40). Raises ``ValueError`` for another.
    """
    match rules.value("money.leg_b_city"):
        case "recipient":
            return funding.city
        case reading:
            raise ValueError(f"A11 has no reading {reading!r}")


def due_fen(leg: Leg, year: int, funding: WorkFunding, rules: RuleValues) -> int:
    """Return what a leg owes in a work year: the full sum (A15 ``full``), or its share by months (``pro_rata``).

    Nothing is due in a year that is not a work year, or that begins after an early termination. Raises ``ValueError``
    for an unknown reading of A15.
    """
    if year not in funding.years or (funding.ended_on is not None and year > funding.ended_on.year):
        return 0
    full = rules.fen(terms_of(leg, funding).amount)
    match rules.value("money.short_year"):
        case "full":
            return full
        case "pro_rata":
            return full * funding.months[year] // _MONTHS
        case reading:
            raise ValueError(f"A15 has no reading {reading!r}")


def payment_breaches(
    new: Payment, funding: WorkFunding, standing: Iterable[Payment], *, today: date, rules: RuleValues
) -> tuple[Breach, ...]:
    """Every reason why a transfer may not be entered; ``standing`` are the pair's payments so far."""
    listed = tuple(one for one in standing if one.pair == new.pair and not one.is_reversed)
    return (
        year_breaches(new, funding, rules)
        + date_breaches(new, today)
        + party_breaches(new, funding)
        + gate_breaches(new, funding, listed, rules)
        + amount_breaches(new, funding, listed, rules)
        + source_breaches(new.source, rules)
    )


def year_breaches(new: Payment, funding: WorkFunding, rules: RuleValues) -> tuple[Breach, ...]:
    """K04: a year inside the programme and among the batch's work years; A15: none after a termination."""
    start, end = rules.value("programme.starts_on"), rules.value("programme.ends_on")
    if not start.year <= new.year <= end.year:
        return (hard("rules.money.outside_programme", "K04", year=new.year, start=start, end=end),)
    if new.year not in funding.years:
        years = tuple(str(one) for one in funding.years)
        return (hard("rules.money.outside_batch", "K04", year=new.year, batch=funding.batch, years=years),)
    if funding.ended_on is not None and new.year > funding.ended_on.year:
        return (hard("rules.money.after_end", "A15", year=new.year, ended=funding.ended_on),)
    return ()


def date_breaches(new: Payment, today: date) -> tuple[Breach, ...]:
    """K28: the voucher's day has come."""
    if new.paid_on > today:
        return (hard("rules.money.future", "K28", found=new.paid_on, today=today),)
    return ()


def party_breaches(new: Payment, funding: WorkFunding) -> tuple[Breach, ...]:
    """K40-K42: the right payer and the right payee.

    K41: leg B goes straight to the sender, through neither the county nor the recipient.
    """
    clause = clause_of(new.leg)
    payer, payee = parties_of(new.leg, funding)
    found: list[Breach] = []
    if new.payer != payer:
        found.append(hard("rules.money.payer", clause, leg=new.leg, found=new.payer, expected=payer))
    if new.payee != payee:
        found.append(hard("rules.money.payee", clause, leg=new.leg, found=new.payee, expected=payee))
    return tuple(found)


def gate_breaches(
    new: Payment, funding: WorkFunding, standing: Iterable[Payment], rules: RuleValues
) -> tuple[Breach, ...]:
    """K41: what the programme says must be true before a leg is paid. Legs A and C never wait for each other.

    ``agreement_effective``, ``leg_a_received``, ``account_is_payee`` are the gates there are; another one raises
    ``ValueError``.
    """
    found: list[Breach] = []
    for gate in terms_of(new.leg, funding).gates:
        match gate:
            case "agreement_effective":
                found += agreement_breaches(new, funding)
            case "leg_a_received":
                found += arrival_breaches(new, funding, standing, rules)
            case "account_is_payee":
                found += account_breaches(new, funding)
            case _:
                raise ValueError(f"no gate {gate!r}")
    return tuple(found)


def agreement_breaches(new: Payment, funding: WorkFunding) -> tuple[Breach, ...]:
    """K41: the agreement is effective, and was on the day of payment."""
    clause = clause_of(new.leg)
    if funding.effective_on is None:
        return (hard("rules.money.no_agreement", clause, pair=new.pair, leg=new.leg),)
    if new.paid_on < funding.effective_on:
        effective = funding.effective_on
        return (
            hard("rules.money.before_agreement", clause, found=new.paid_on, effective=effective, leg=new.leg),
        )
    return ()


def arrival_breaches(
    new: Payment, funding: WorkFunding, standing: Iterable[Payment], rules: RuleValues
) -> tuple[Breach, ...]:
    """K41: the year's money of leg A has arrived by the day of payment, and no more is passed on than arrived.

    ``paid_on`` of a leg A among ``standing`` is the day of its arrival; the caller leaves out what has not arrived.
    """
    listed = tuple(one for one in standing if one.year == new.year and not one.is_reversed)
    arrived = sum(one.fen for one in listed if one.leg is Leg.A and one.paid_on <= new.paid_on)
    passed = sum(one.fen for one in listed if one.leg is new.leg)
    if not arrived:
        return (hard("rules.money.before_a", "K41", pair=new.pair, year=new.year),)
    if passed < due_fen(new.leg, new.year, funding, rules) and passed + new.fen > arrived:
        return (hard("rules.money.more_than_a", "K41", found=yuan(passed + new.fen), arrived=yuan(arrived)),)
    return ()


def account_breaches(new: Payment, funding: WorkFunding) -> tuple[Breach, ...]:
    """K41, K42: the account is in the payee's name; white space does not count."""
    _, payee = parties_of(new.leg, funding)
    expected = {"sender": funding.sender_account, "recipient": funding.recipient_account}.get(payee)
    if expected is None or _plain(new.account_name) == _plain(expected):
        return ()
    return (
        hard(
            "rules.money.account", clause_of(new.leg), leg=new.leg, found=new.account_name, expected=expected
        ),
    )


def amount_breaches(
    new: Payment, funding: WorkFunding, standing: Iterable[Payment], rules: RuleValues
) -> tuple[Breach, ...]:
    """K39, K42, A16: a leg is paid once a year, in at most so many instalments that end at the fixed sum.

    A reversed payment makes room for a new one.
    """
    clause = clause_of(new.leg)
    due = due_fen(new.leg, new.year, funding, rules)
    most = int(rules.value("agreement.instalments_max"))
    same = [one for one in standing if (one.leg, one.year) == (new.leg, new.year) and not one.is_reversed]
    paid = sum(one.fen for one in same)
    key = payment_key(funding.batch, new.year, new.pair, new.leg)
    if same and (paid >= due or any(one.instalment == new.instalment for one in same)):
        return (hard("rules.money.twice", clause, key=key, paid=yuan(paid)),)
    if new.fen <= 0:
        return (hard("rules.money.positive", clause, found=yuan(new.fen)),)
    found: list[Breach] = []
    if len(same) >= most:
        found.append(hard("rules.money.instalments", "A16", key=key, most=most))
    is_last = len(same) + 1 >= most
    if paid + new.fen > due or (is_last and paid + new.fen != due):
        found.append(hard("rules.money.amount", clause, key=key, found=yuan(paid + new.fen), due=yuan(due)))
    return tuple(found)


def source_breaches(source: str, rules: RuleValues) -> tuple[Breach, ...]:
    """K07: money is classified as fiscal, lottery or social."""
    known = tuple(rules.value("funds.sources"))
    return () if source in known else (hard("rules.money.source", "K07", found=source, known=known),)


def approval_breaches(maker: str, checker: str) -> tuple[Breach, ...]:
    """Section 15: whoever entered a payment does not approve it."""
    return (hard("rules.money.same_person", "K34", person=maker),) if maker == checker else ()


def voucher_breaches(total_fen: int, lines: Collection[Split], city: str) -> tuple[Breach, ...]:
    """K40: a voucher's lines are positive, each of another pair of the city, and sum to the voucher."""
    found: list[Breach] = []
    if not lines:
        found.append(hard("rules.money.no_lines", "K40"))
    seen: set[str] = set()
    for one in lines:
        if one.pair in seen:
            found.append(hard("rules.money.line_twice", "K40", pair=one.pair))
        seen.add(one.pair)
        if one.city != city:
            found.append(hard("rules.money.line_city", "K40", pair=one.pair, found=one.city, city=city))
        if one.fen <= 0:
            found.append(hard("rules.money.line_positive", "K40", pair=one.pair, found=yuan(one.fen)))
    total = sum(one.fen for one in lines)
    if total != total_fen:
        found.append(hard("rules.money.line_sum", "K40", found=yuan(total), total=yuan(total_fen)))
    return tuple(found)


def clause_of(leg: Leg) -> str:
    """Return the clause that orders a leg."""
    return {Leg.A: "K40", Leg.B: "K41", Leg.C: "K42"}[leg]


def _plain(name: str) -> str:
    return "".join(name.split())


def yuan(fen: int) -> str:
    """Return a sum as it is written: yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
