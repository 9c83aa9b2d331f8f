"""Who may apply, where, and whether again: K08, K17, K18, K19."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.rules.breach import Breach, RuleValues, hard, soft
from models.rules.uscc import division_of, normal, uscc_breaches


class Level(StrEnum):
    """Whose register an institution stands in."""

    CITY = "city"
    COUNTY = "county"


class Channel(StrEnum):
    """Which civil affairs bureau recommends: the county's, or the city's directly."""

    COUNTY = "county"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An institution that applies. ``registered_in`` is the register's division code where it differs from the code."""

    uscc: str
    name: str
    kind: str
    level: Level
    city: str
    legal_person: bool = True
    registered_in: str = ""
    explanation: str = ""
    accepted_by_province: bool = False
    predecessors: tuple[str, ...] = ()

    @property
    def division(self) -> str:
        """The registration division: the register's word, otherwise places 3-8 of the code (K19)."""
        return self.registered_in or division_of(self.uscc)

    @property
    def identities(self) -> frozenset[str]:
        """The code of the institution and of those it merged from or took over."""
        return frozenset(normal(one) for one in (self.uscc, *self.predecessors))


@dataclass(frozen=True, slots=True)
class Nomination:
    """Where the candidate applies: the division code of the recommending bureau and the city it belongs to."""

    channel: Channel
    division: str
    city: str


@dataclass(frozen=True, slots=True)
class PastApplication:
    """What became of an application of an earlier batch."""

    uscc: str
    batch: int
    approved: bool = False
    paired: bool = False
    signed: bool = False
    completed: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class OpenApplication:
    """An application of the same batch that is neither withdrawn nor refused."""

    key: str
    uscc: str
    nominator: str


def institution_breaches(candidate: Candidate, rules: RuleValues) -> tuple[Breach, ...]:
    """K08: a legal person of the named kinds with a valid code; another kind explains itself and is accepted.

    The explanation is hard; the province's acceptance is soft, because it is the province that gives the reason.
    """
    found: list[Breach] = []
    if rules.value("eligibility.legal_person") and not candidate.legal_person:
        found.append(hard("rules.eligibility.legal_person", "K08", "F03", name=candidate.name))
    found += uscc_breaches(candidate.uscc)
    kinds: Collection[str] = rules.value("eligibility.types")
    other: str = rules.value("eligibility.other_type")
    if candidate.kind == other:
        if not candidate.explanation.strip():
            found.append(hard("rules.eligibility.explain", "K08", name=candidate.name))
        if not candidate.accepted_by_province:
            found.append(soft("rules.eligibility.acceptance", "K08", name=candidate.name))
    elif candidate.kind not in kinds:
        found.append(hard("rules.eligibility.kind", "K08", kind=candidate.kind))
    return tuple(found)


def repeat_breaches(
    candidate: Candidate, past: Iterable[PastApplication], rules: RuleValues
) -> tuple[Breach, ...]:
    """K17, soft: a recipient of an earlier batch does not apply again, under its code or one it succeeded.

    A19 decides who was a recipient: ``applied``, ``approved``, ``approved_and_paired`` (default; a withdrawal before
    signing does not count) or ``completed``. An unknown reading raises ``ValueError``.
    """
    reading = str(rules.value("eligibility.excluded_reading"))
    return tuple(
        soft("rules.eligibility.again", "K17", "F04", uscc=one.uscc, batch=one.batch)
        for one in past
        if normal(one.uscc) in candidate.identities and was_recipient(one, reading)
    )


def was_recipient(past: PastApplication, reading: str) -> bool:
    """Whether an earlier application makes its institution a recipient under a reading of A19."""
    match reading:
        case "applied":
            return True
        case "approved":
            return past.approved
        case "approved_and_paired":
            return past.approved and past.paired and (past.signed or not past.withdrawn)
        case "completed":
            return past.completed
    raise ValueError(f"A19 has no reading {reading!r}")


def channel_breaches(
    candidate: Candidate, nomination: Nomination, same_batch: Iterable[OpenApplication], rules: RuleValues
) -> tuple[Breach, ...]:
    """K18, K19, A8: one open application per code and batch, at a bureau that may recommend this institution.

    A city-level institution chooses its city or any county of its own city (A8; read narrowly, of the counties only
    the one its code names); a county institution has only the county it is registered in.
    """
    found: list[Breach] = []
    if candidate.level is Level.COUNTY:
        if nomination.channel is Channel.CITY:
            found.append(hard("rules.eligibility.county_by_city", "K19", "F02", division=candidate.division))
        elif nomination.division != candidate.division:
            found.append(
                hard(
                    "rules.eligibility.other_county",
                    "K19",
                    "F02",
                    nominator=nomination.division,
                    division=candidate.division,
                )
            )
    elif nomination.city != candidate.city:
        found.append(
            hard("rules.eligibility.other_city", "K18", "F02", nominator=nomination.city, city=candidate.city)
        )
    elif nomination.channel is Channel.COUNTY and not (
        rules.value("eligibility.city_level_any_county") or nomination.division == candidate.division
    ):
        found.append(
            hard(
                "rules.eligibility.any_county",
                "K18",
                "F02",
                nominator=nomination.division,
                division=candidate.division,
            )
        )
    found += (
        hard("rules.eligibility.second_application", "K18", "F04", key=one.key, nominator=one.nominator)
        for one in same_batch
        if normal(one.uscc) == normal(candidate.uscc)
    )
    return tuple(found)


def eligibility_breaches(
    candidate: Candidate,
    nomination: Nomination,
    rules: RuleValues,
    *,
    past: Iterable[PastApplication] = (),
    same_batch: Iterable[OpenApplication] = (),
) -> tuple[Breach, ...]:
    """Every reason of K08, K17, K18 and K19 for which this institution may not apply here; () when it may."""
    return (
        institution_breaches(candidate, rules)
        + repeat_breaches(candidate, past, rules)
        + channel_breaches(candidate, nomination, same_batch, rules)
    )
