"""Who signs the agreement, when, and what must stand in it: K27, K28, A9, A16."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.rules.breach import Breach, RuleValues, hard
from models.rules.money import Leg, WorkFunding, due_fen, yuan


class Party(StrEnum):
    """Those who may have to sign."""

    CITY_CIVIL = "city_civil"
    COUNTY_CIVIL = "county_civil"
    SENDER = "sender"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Signature:
    """One party's signature with its date and whether the scan of the sealed page is there."""

    party: Party
    signed_on: date
    sealed: bool


@dataclass(frozen=True, slots=True)
class Instalment:
    """One planned payment of a leg in a work year."""

    leg: Leg
    year: int
    due_on: date
    fen: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What the agreement promises: quantities by indicator, payments by date."""

    indicators: Mapping[str, int]
    instalments: tuple[Instalment, ...]


def due_parties(
    rules: RuleValues, *, nominated_by_city: bool, is_city_level: bool = False
) -> tuple[Party, ...]:
    """Return who signs: four parties, or three for a pair the city recommended (K27).

    A9: what counts is who recommended (``nominator``); the other reading is the institution's ``level``.
    """
    match rules.value("agreement.parties_by"):
        case "nominator":
            by_city = nominated_by_city
        case "level":
            by_city = is_city_level
        case reading:
            raise ValueError(f"A9 has no reading {reading!r}")
    key = "agreement.parties_city" if by_city else "agreement.parties_county"
    return tuple(Party(one) for one in rules.value(key))


def signature_breaches(
    new: Signature,
    standing: Iterable[Signature],
    due: Collection[Party],
    *,
    confirmed_on: date,
    today: date,
) -> tuple[Breach, ...]:
    """K27: a party that is due signs once, sealed, not before the list was confirmed and not in the future.

    A late signature is no breach here: lateness belongs to the step, and a late agreement is still wanted.
    """
    found: list[Breach] = []
    if new.party not in due:
        found.append(hard("rules.agreement.not_due", "K27", party=new.party, due=len(due)))
    if any(one.party is new.party for one in standing):
        found.append(hard("rules.agreement.twice", "K27", party=new.party))
    if new.signed_on < confirmed_on:
        found.append(hard("rules.agreement.early", "K27", found=new.signed_on, confirmed=confirmed_on))
    if new.signed_on > today:
        found.append(hard("rules.agreement.future", "K27", found=new.signed_on, today=today))
    if not new.sealed:
        found.append(hard("rules.agreement.seal", "K27", party=new.party))
    return tuple(found)


def is_complete(signatures: Iterable[Signature], due: Collection[Party]) -> bool:
    """Whether every due party has signed and nobody else has."""
    listed = tuple(signatures)
    return bool(due) and {one.party for one in listed} == set(due) and len(listed) == len(due)


def effective_on(signatures: Iterable[Signature], due: Collection[Party]) -> date | None:
    """Return the day the last party signed, None while the agreement is incomplete."""
    listed = tuple(signatures)
    return max(one.signed_on for one in listed) if is_complete(listed, due) else None


def terms_breaches(
    terms: Terms, required: Collection[str], funding: WorkFunding, rules: RuleValues
) -> tuple[Breach, ...]:
    """K28: indicators and a payment plan; A16: a leg's instalments of a work year add up to its fixed sum.

    ``required`` are the codes of the indicators that must stand in the agreement.
    """
    found: list[Breach] = []
    lacking = tuple(one for one in required if one not in terms.indicators)
    if rules.value("agreement.needs_indicators") and (lacking or not terms.indicators):
        found.append(hard("rules.agreement.indicators", "K28", lacking=lacking))
    found += (
        hard("rules.agreement.indicator_negative", "K28", indicator=name, found=number)
        for name, number in sorted(terms.indicators.items())
        if number < 0
    )
    if not terms.instalments:
        found.append(hard("rules.agreement.plan", "K28"))
        return tuple(found)
    return (*found, *plan_breaches(terms.instalments, funding, rules))


def plan_breaches(plan: Iterable[Instalment], funding: WorkFunding, rules: RuleValues) -> tuple[Breach, ...]:
    """K28, A16: every leg and work year is planned, in positive instalments, to exactly the sum that is due."""
    listed = tuple(plan)
    found: list[Breach] = []
    most = int(rules.value("agreement.instalments_max"))
    start, end = rules.value("programme.starts_on"), rules.value("programme.ends_on")
    for one in listed:
        if one.fen <= 0:
            found.append(
                hard("rules.agreement.instalment_sum", "A16", leg=one.leg, year=one.year, fen=one.fen)
            )
        if one.year not in funding.years:
            found.append(hard("rules.agreement.instalment_year", "K04", leg=one.leg, year=one.year))
        if not start <= one.due_on <= end:
            found.append(
                hard(
                    "rules.agreement.instalment_date",
                    "K04",
                    leg=one.leg,
                    found=one.due_on,
                    start=start,
                    end=end,
                )
            )
    for year in funding.years:
        for leg in Leg:
            planned = [one.fen for one in listed if (one.leg, one.year) == (leg, year)]
            due = due_fen(leg, year, funding, rules)
            if sum(planned) != due:
                found.append(
                    hard(
                        "rules.agreement.sum",
                        "A16",
                        leg=leg,
                        year=year,
                        found=yuan(sum(planned)),
                        due=yuan(due),
                    )
                )
            if len(planned) > most:
                found.append(
                    hard("rules.agreement.many", "A16", leg=leg, year=year, found=len(planned), most=most)
                )
    return tuple(found)
