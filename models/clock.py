"""The only reader of time: instant and date in China, from the system, a file or a test's own hand."""

import os
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import pendulum

SHANGHAI = pendulum.timezone("Asia/Shanghai")
"""The zone of every date and deadline of the programme."""


class ClockUnreadable(ValueError):
    """The clock cannot be read: set QIANSHOU_CLOCK to `system`, `fixed:ISO` or `file:PATH`."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(
            f"clock {setting!r}: {reason}; use `system`, `fixed:2022-03-10T09:00` or `file:PATH`,"
            " where the file holds one such instant"
        )
        self.setting = setting
        self.reason = reason


class ClockMovedBack(ValueError):
    """The instant lies before the one shown: set a later one, or take a file's clock back with `turn_back`."""

    def __init__(self, shown: datetime, wanted: datetime) -> None:
        super().__init__(f"the clock shows {shown.isoformat()} and does not go back to {wanted.isoformat()}")
        self.shown = shown
        self.wanted = wanted


class NotAnInstant(ValueError):
    """The text is no ISO date or instant: write 2022-03-10, 2022-03-10T09:00 or 2022-03-10T01:00:00Z."""

    def __init__(self, found: object) -> None:
        super().__init__(
            f"{found!r} is no ISO date or instant; write 2022-03-10, 2022-03-10T09:00 or 2022-03-10T01:00:00Z"
        )
        self.found = found


class Clock(Protocol):
    """Tells the time. Whoever needs it asks the clock in `work`; rules get dates as arguments."""

    def now(self) -> pendulum.DateTime:
        """Return the aware instant, in Asia/Shanghai."""
        ...

    def today(self) -> date:
        """Return the date in Asia/Shanghai, as a plain date."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> pendulum.DateTime:
        return pendulum.now(SHANGHAI)

    def today(self) -> date:
        return china_date(self.now())


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still at one instant."""

    instant: pendulum.DateTime

    def __init__(self, instant: str | date) -> None:
        """Stand at an ISO text, a date (its midnight) or an aware datetime; raises `NotAnInstant`."""
        object.__setattr__(self, "instant", as_instant(instant))

    def now(self) -> pendulum.DateTime:
        return self.instant

    def today(self) -> date:
        return china_date(self.instant)


@dataclass(slots=True)
class VirtualClock:
    """A clock in memory that stands until it is set: the replay's."""

    instant: pendulum.DateTime

    def __init__(self, instant: str | date) -> None:
        """Start at an ISO text, a date (its midnight) or an aware datetime; raises `NotAnInstant`."""
        self.instant = as_instant(instant)

    def now(self) -> pendulum.DateTime:
        return self.instant

    def today(self) -> date:
        return china_date(self.instant)

    def set(self, instant: str | date) -> None:
        """Move to an instant; the one shown already is fine, an earlier one raises `ClockMovedBack`."""
        self.instant = _not_before(self.instant, as_instant(instant))


@dataclass(frozen=True, slots=True)
class FileClock:
    """A clock kept in a file, read at every call, so that all processes of a house move at once.

    Reading raises `ClockUnreadable` when the file is missing or holds no ISO instant; it never falls back
    on the machine's clock. Two processes setting it at one moment are not kept apart: one hand moves it.
    """

    path: Path

    def __init__(self, path: str | os.PathLike[str]) -> None:
        object.__setattr__(self, "path", Path(path))

    def now(self) -> pendulum.DateTime:
        try:
            return as_instant(self.path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ClockUnreadable(f"file:{self.path}", str(error)) from error

    def today(self) -> date:
        return china_date(self.now())

    def set(self, instant: str | date) -> None:
        """Move to an instant, or start there without a file; an earlier one raises `ClockMovedBack`."""
        moment = as_instant(instant)
        self._write(_not_before(self.now(), moment) if self.path.exists() else moment)

    def turn_back(self, instant: str | date) -> None:
        """Write an instant whatever the file says: for tests and for a demonstration that starts again."""
        self._write(as_instant(instant))

    def _write(self, moment: pendulum.DateTime) -> None:
        # A reader sees the old instant or the new one, never half a line: the file is whole before it is named.
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.path.parent, prefix=f".{self.path.name}.", delete=False
        ) as file:
            fresh = Path(file.name)
            try:
                file.write(f"{moment.isoformat()}\n")
                file.flush()
                os.fsync(file.fileno())
                fresh.chmod(0o644)  # not the 0600 of temporary files: other processes may run as another user
                fresh.replace(self.path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise


def clock_from(setting: str) -> Clock:
    """Return the clock that a setting names: `system` (also when blank), `fixed:ISO` or `file:PATH`.

    A file is not read yet, so that it may be set first. Raises `ClockUnreadable` for anything else.
    """
    kind, _, rest = setting.strip().partition(":")
    match kind, rest.strip():
        case (("" | "system"), ""):
            return SystemClock()
        case "fixed", instant if instant:
            try:
                return FixedClock(instant)
            except NotAnInstant as error:
                raise ClockUnreadable(setting, str(error)) from error
        case "file", path if path:
            return FileClock(Path(path).expanduser())
        case _:
            raise ClockUnreadable(setting, "no such clock")


def as_instant(found: str | date) -> pendulum.DateTime:
    """Return an ISO text, a date or an aware datetime as an instant in Asia/Shanghai.

    A text without a zone is China time; a date is its first moment. Raises `NotAnInstant` for other texts
    and for a datetime without a zone: a moment that does not know its zone was made by mistake.
    """
    if isinstance(found, str):
        try:
            return pendulum.instance(datetime.fromisoformat(found.strip()), SHANGHAI).in_timezone(SHANGHAI)
        except (ValueError, OverflowError) as error:
            raise NotAnInstant(found) from error
    if isinstance(found, datetime):
        if found.tzinfo is SHANGHAI:
            return found if isinstance(found, pendulum.DateTime) else _same_in_pendulum(found)
        if found.utcoffset() is None:
            raise NotAnInstant(found)
        return pendulum.instance(found).in_timezone(SHANGHAI)
    return pendulum.datetime(found.year, found.month, found.day, tz=SHANGHAI)


def _same_in_pendulum(found: datetime) -> pendulum.DateTime:
    # What `pendulum.instance` gives for a datetime in this zone, at a tenth of its price.
    day, time = (found.year, found.month, found.day), (found.hour, found.minute, found.second)
    return pendulum.DateTime(*day, *time, found.microsecond, tzinfo=found.tzinfo, fold=found.fold)


def china_date(instant: datetime) -> date:
    """Return the plain date in Asia/Shanghai of an aware instant; raises `NotAnInstant` without a zone."""
    moment = as_instant(instant)
    return date(moment.year, moment.month, moment.day)


def end_of_day(day: date) -> pendulum.DateTime:
    """Return the last microsecond of a date in Asia/Shanghai: up to it one is in time (A1: to 24:00)."""
    return as_instant(date(day.year, day.month, day.day)).end_of("day")


def _not_before(shown: pendulum.DateTime, wanted: pendulum.DateTime) -> pendulum.DateTime:
    if wanted < shown:
        raise ClockMovedBack(shown, wanted)
    return wanted
