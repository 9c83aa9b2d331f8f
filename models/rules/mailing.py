"""Which record of a city's list counts when there is more than one: the mail's or the system's (A3; K23)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.rules.breach import RuleValues


class Source(StrEnum):
    """Where a record of a city's list comes from."""

    EMAIL = "email"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Record:
    """One complete record of a city's list: a mail with its header's time, or an entry in the system with its own."""

    source: Source
    at: datetime


def counting_record(records: Iterable[Record], rules: RuleValues) -> Record | None:
    """A3: the record whose time counts: the first complete one, or the first of the source that alone counts.

    None where no record is of that source. Raises ``ValueError`` for an unknown reading.
    """
    match rules.value("application.which_wins"):
        case "first_complete":
            eligible = tuple(records)
        case "email" | "system" as only:
            eligible = tuple(one for one in records if one.source == only)
        case reading:
            raise ValueError(f"A3 has no reading {reading!r}")
    return min(eligible, key=lambda one: one.at, default=None)
