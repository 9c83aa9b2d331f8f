"""How many may be recommended, by whom, and in what order: K20, K21, K22 and the ranking."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from models.rules.breach import Breach, RuleValues, graded, hard
from models.rules.eligibility import Channel, Level


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One application with the bureau that recommends it. Withdrawn and refused ones are left out by the caller."""

    application: str
    city: str
    nominator: str
    channel: Channel
    level: Level = Level.COUNTY


@dataclass(frozen=True, slots=True)
class Ranked:
    """A city's decision on one application: a rank when it is sent, a reason when it is not."""

    application: str
    rank: int | None = None
    reason: str = ""

    @property
    def is_sent(self) -> bool:
        """Whether the city sends it to the province."""
        return self.rank is not None


def counted_batches(batch: int, others: Iterable[int], rules: RuleValues) -> tuple[int, ...]:
    """A7: the batches whose recommendations the caps of a batch count together; the batch alone by default.

    Raises ``ValueError`` for an unknown reading.
    """
    match rules.value("quota.scope"):
        case "batch":
            return (batch,)
        case "programme":
            return tuple(sorted({batch, *others}))
        case reading:
            raise ValueError(f"A7 has no reading {reading!r}")


def county_breaches(
    new: Recommendation, standing: Iterable[Recommendation], rules: RuleValues
) -> tuple[Breach, ...]:
    """K20, soft by default: a county recommends so many, in the batches that A7 counts together.

    City-level institutions that came through the county count. ``standing`` are those batches' recommendations; those
    of other counties, and the new one itself, are not counted.
    """
    if new.channel is not Channel.COUNTY:
        return ()
    cap = int(rules.value("quota.county"))
    count = _beside(
        new, (one for one in standing if one.channel is Channel.COUNTY and one.nominator == new.nominator)
    )
    if count < cap:
        return ()
    answer = graded(rules.value("quota.county_hard"))
    return (
        answer(
            "rules.quotas.county",
            "K20",
            "F02",
            nominator=new.nominator,
            cap=cap,
            count=count + 1,
            scope=_scope(rules),
        ),
    )


def city_direct_breaches(
    new: Recommendation, standing: Iterable[Recommendation], rules: RuleValues
) -> tuple[Breach, ...]:
    """K21: by the city's own channel so many city-level institutions, and no county institution.

    The number is soft or hard as A6 is read (``quota.city_direct_hard``); the level is hard.
    """
    if new.channel is not Channel.CITY:
        return ()
    found: list[Breach] = []
    if new.level is not Level.CITY:
        found.append(hard("rules.quotas.direct_level", "K21", "F02", application=new.application))
    cap = int(rules.value("quota.city_direct"))
    count = _beside(new, (one for one in standing if one.channel is Channel.CITY and one.city == new.city))
    if count >= cap:
        answer = graded(rules.value("quota.city_direct_hard"))
        found.append(
            answer(
                "rules.quotas.city_direct",
                "K21",
                "F02",
                city=new.city,
                cap=cap,
                count=count + 1,
                scope=_scope(rules),
            )
        )
    return tuple(found)


def city_total_breaches(
    new: Recommendation, sent: Iterable[Recommendation], rules: RuleValues
) -> tuple[Breach, ...]:
    """K22, hard by default: a city sends so many in all, the direct one included when A5 is read so.

    The caller counts and writes in one transaction; this rule cannot see a second officer.
    """
    included = bool(rules.value("quota.city_total_includes_direct"))
    if not included and new.channel is Channel.CITY:
        return ()
    cap = int(rules.value("quota.city_total"))
    counted = (one for one in sent if one.city == new.city and (included or one.channel is Channel.COUNTY))
    count = _beside(new, counted)
    if count < cap:
        return ()
    answer = graded(rules.value("quota.city_total_hard"))
    return (
        answer(
            "rules.quotas.city_total", "K22", city=new.city, cap=cap, count=count + 1, scope=_scope(rules)
        ),
    )


def province_breaches(sent: Iterable[Recommendation], rules: RuleValues) -> tuple[Breach, ...]:
    """K22, hard: what all cities send stays within the province's ceiling (cities times the city's total)."""
    cap = int(rules.value("quota.province_total"))
    count = len({one.application for one in sent})
    return (
        ()
        if count <= cap
        else (hard("rules.quotas.province_total", "K22", cap=cap, count=count, scope=_scope(rules)),)
    )


def submission_breaches(
    sent: Iterable[Recommendation],
    city: str,
    rules: RuleValues,
    *,
    before: Iterable[Recommendation] = (),
) -> tuple[Breach, ...]:
    """K20-K22 over a city's whole list at once: what a page shows before the list is sent.

    ``before`` is what the city has sent in other batches that A7 counts together with this one.
    """
    listed = list(before)
    found: dict[Breach, None] = {}
    for one in sent:
        if one.city != city:
            found[hard("rules.quotas.other_city", "K22", application=one.application, city=city)] = None
            continue
        for check in (county_breaches, city_direct_breaches, city_total_breaches):
            found.update(dict.fromkeys(check(one, listed, rules)))
        listed.append(one)
    return tuple(found)


def ranking_breaches(decisions: Iterable[Ranked]) -> tuple[Breach, ...]:
    """K22: ranks of those sent are 1, 2, 3 ... without gap or repeat; whoever is not sent is told why."""
    listed = tuple(decisions)
    ranks = Counter(one.rank for one in listed if one.rank is not None)
    found: list[Breach] = []
    repeated = tuple(str(rank) for rank, times in sorted(ranks.items()) if times > 1)
    if repeated:
        found.append(hard("rules.quotas.rank_repeated", "K22", ranks=repeated))
    elif sorted(ranks) != list(range(1, len(ranks) + 1)):
        found.append(
            hard(
                "rules.quotas.rank_gap",
                "K22",
                ranks=tuple(str(rank) for rank in sorted(ranks)),
                count=len(ranks),
            )
        )
    found += (
        hard("rules.quotas.reason", "K22", application=one.application)
        for one in listed
        if not one.is_sent and not one.reason.strip()
    )
    return tuple(found)


def _beside(new: Recommendation, counted: Iterable[Recommendation]) -> int:
    return len({one.application for one in counted} - {new.application})


def _scope(rules: RuleValues) -> str:
    return str(rules.value("quota.scope"))
