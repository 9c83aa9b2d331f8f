"""The table of schedules: what runs when, in China's time, and the days of the batches that get a run of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.opening import Batch

ZONE = "Asia/Shanghai"
MORNING = 9


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule: a deployment, and either a cron line or one day."""

    deployment: str
    cron: str = ""
    day: date | None = None
    reason: str = ""
    clause: str = ""

    @property
    def rrule(self) -> str:
        """One run at nine o'clock of the day, as RFC 5545 writes it."""
        if self.day is None:
            return ""
        return f"DTSTART;TZID={ZONE}:{self.day:%Y%m%d}T{MORNING:02d}0000\nRRULE:FREQ=DAILY;COUNT=1"


DAILY = (
    Row("lifecycle", cron="0 9 * * *", reason="daily", clause="K34"),
    Row("post", cron="*/10 * * * *", reason="post", clause="K34"),
)
"""What runs whatever the batches do; on a day off the lifecycle reminds nobody."""


def schedules(batches: Iterable[Batch], today: date) -> tuple[Row, ...]:
    """Every schedule there should be; a day that has passed creates none, a moved date moves its run."""
    found = list(DAILY)
    for batch in sorted(batches, key=lambda one: one.number):
        days = (
            (batch.announce_by if batch.state == "preparing" else None, "announce", "K16"),
            (batch.opened_on, "open", "K14"),
            (batch.submit_by, "submit", "K23"),
            (batch.post_by, "post", "K24"),
        )
        found += [
            Row("lifecycle", day=day, reason=f"{reason}-{batch.number}", clause=clause)
            for day, reason, clause in days
            if day is not None and day >= today
        ]
    return tuple(found)
