"""The heartbeat: a sign of life that is left only when the watchman has found the day sound (DESIGN section 4)."""

import os
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

from tasks.watchman import Fault, watch
from tasks.work import House

HEARTBEAT = "heartbeat"
"""The file in the data folder; it holds the instant of the last sound watch."""

PATIENCE = 5.0
"""So many seconds the address outside may take; its silence is its own affair."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One watch: the day, what was found, whether the heartbeat was renewed, and why the address could not be told."""

    day: date
    faults: tuple[Fault, ...]
    renewed: bool
    unreached: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether everybody has heard."""
        return not self.faults


def watch_and_beat(house: House) -> Watched | None:
    """Watches over today's sweep and renews the heartbeat if it was sound; None on a day off, which has no sweep.

    Looks at what fell due since the day of the last heartbeat, that day included: more may have been told on it after
    the watch. To be called after the sweep; safe to repeat.
    """
    now = house.clock.now()
    today = now.date()
    if not house.workdays.is_workday(today):
        return None
    with house.look() as work:
        faults = tuple(watch(work, through=today, since=watched_before(house.home, today)))
    if faults or house.home is None:
        return Watched(today, faults, renewed=False)
    _renew(house.home, now)
    return Watched(today, faults, renewed=True, unreached=_call(house.heartbeat_url))


def watched_before(home: Path | None, day: date) -> date:
    """The last day that needs no further look on a day: the one before the last heartbeat's, or none at all."""
    last = read_heartbeat(home)
    return min(last.date(), day) - timedelta(days=1) if last else date.min


def read_heartbeat(home: Path | None) -> datetime | None:
    """The instant of the last sound watch; None where there was none, or where the file cannot be read as one."""
    if home is None:
        return None
    try:
        found = datetime.fromisoformat((home / HEARTBEAT).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def _renew(home: Path, now: datetime) -> None:
    """Replaced in one step, so that whoever reads it never finds half an instant."""
    draft = home / f"{HEARTBEAT}.{os.getpid()}"
    draft.write_text(f"{now.isoformat(timespec='seconds')}\n", encoding="ascii")
    draft.replace(home / HEARTBEAT)


def _call(url: str | None) -> str:
    """Tells the address outside; what went wrong, or nothing. A sweep is no less sound when nobody hears of it."""
    if url is None:
        return ""
    if not url.startswith(("http://", "https://")):
        return f"not an http address: {url}"
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):
            return ""
    except (OSError, ValueError, HTTPException) as error:
        return str(error) or type(error).__name__
