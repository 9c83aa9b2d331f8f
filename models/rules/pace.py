"""S20: at the present pace, will a pair reach its days and people by the end of the work year?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from models.rules.breach import Breach, RuleValues, soft

_TENTH = Decimal("0.1")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """``expected`` is what the year ends with at the pace so far; None when no working day has passed yet.

    Under A12 ``per_person`` the days are those of the person who decides: the last of as many as K30 asks.
    ``needed_each_day`` is what every remaining working day must bring; None when none remains and days are missing.
    """

    as_of: date
    days_so_far: Decimal
    expected: Decimal | None
    least_days: int
    people: int
    least_people: int
    workdays_left: int
    needed_each_day: Decimal | None

    @property
    def is_short_of_days(self) -> bool:
        """Whether the year will end below the minimum."""
        return self.expected is not None and self.expected < self.least_days

    @property
    def is_short_of_people(self) -> bool:
        """Whether fewer people are active than K30 asks."""
        return self.people < self.least_people

    @property
    def is_alarming(self) -> bool:
        """Whether S20 tells somebody."""
        return self.is_short_of_days or self.is_short_of_people


def pace(
    totals: Mapping[str, Decimal],
    as_of: date,
    *,
    workdays_passed: int,
    workdays_left: int,
    rules: RuleValues,
    gone: Decimal = _NOTHING,
) -> Forecast:
    """Return the forecast of K30 and K31 for one pair and work year.

    ``totals`` are the days so far of everybody active, zero included; ``gone`` those of people who have left, which
    count where days are pooled. ``workdays_passed`` counts from the day the
    agreement took effect (or the work year's first day) up to ``as_of`` inclusive, ``workdays_left`` from the day
    after to the end of the work year. Raises ``ValueError`` for negative counts or an unknown reading of A12.
    """
    if workdays_passed < 0 or workdays_left < 0:
        raise ValueError("working days cannot be negative")
    least_days, least_people = (
        int(rules.value("fieldwork.days_min")),
        int(rules.value("fieldwork.trainees_min")),
    )
    so_far = _deciding_days(totals, gone, least_people, str(rules.value("fieldwork.days_counting")))
    expected = None
    if workdays_passed:
        whole = so_far * (workdays_passed + workdays_left) / workdays_passed
        expected = whole.quantize(_TENTH, ROUND_HALF_UP)
    missing = max(Decimal(0), least_days - so_far)
    needed: Decimal | None = Decimal(0)
    if missing:
        needed = missing / workdays_left if workdays_left else None
    return Forecast(as_of, so_far, expected, least_days, len(totals), least_people, workdays_left, needed)


def pace_breaches(forecast: Forecast) -> tuple[Breach, ...]:
    """K30, K31 as advice while the year runs: what is expected, what is missing, what each day must bring."""
    found: list[Breach] = []
    if forecast.is_short_of_days:
        found.append(
            soft(
                "rules.fieldwork.pace_days",
                "K31",
                found=forecast.days_so_far,
                expected=forecast.expected,
                least=forecast.least_days,
                left=forecast.workdays_left,
            )
        )
    if forecast.is_short_of_people:
        found.append(
            soft("rules.fieldwork.pace_people", "K30", found=forecast.people, least=forecast.least_people)
        )
    return tuple(found)


def _deciding_days(totals: Mapping[str, Decimal], gone: Decimal, people: int, reading: str) -> Decimal:
    if reading == "pooled":
        return sum(totals.values(), gone)
    if reading != "per_person":
        raise ValueError(f"A12 has no reading {reading!r}")
    ranked = sorted(totals.values(), reverse=True)
    return ranked[people - 1] if len(ranked) >= people else Decimal(0)
