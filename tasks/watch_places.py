"""Who stood in whose place on a day: successors of offices and deputies of people, for the watchman alone."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from models.absence import Absence
from models.clock import china_date
from models.succession import Succession
from tasks.work import Work

ONE_DAY = timedelta(days=1)


class _Away(NamedTuple):
    """Somebody's absence, and the day on which it was registered."""

    since: date
    until: date
    deputy: str
    registered_on: date


class Places:
    """All successions and absences of the house, read once a watch: they are few."""

    def __init__(self, work: Work) -> None:
        connection = work.session.connection()
        self._heirs: dict[str, tuple[str, date]] = {
            predecessor: (successor, since)
            for predecessor, successor, since in connection.execute(
                select(col(Succession.predecessor), col(Succession.successor), col(Succession.since))
            )
        }
        self._away: dict[str, list[_Away]] = {}
        for person, since, until, deputy, registered_at in connection.execute(
            select(
                col(Absence.person),
                col(Absence.absent_from),
                col(Absence.absent_until),
                col(Absence.deputy),
                col(Absence.registered_at),
            )
        ):
            away = _Away(since, until, deputy, china_date(registered_at))
            self._away.setdefault(person, []).append(away)

    def office(self, code: str, day: date) -> str:
        """The office itself, or the one that had taken over from it by a day, however often."""
        passed = {code}
        while code in self._heirs and self._heirs[code][1] <= day:
            code = self._heirs[code][0]
            if code in passed:
                break
            passed.add(code)
        return code

    def listener(self, person: str, day: date) -> tuple[str, frozenset[str]]:
        """Who was to be told in this person's place on a day, and who else may have been.

        An absence that was registered or ended on that very day may have been so after the sweep.
        """
        told, might = person, set()
        passed = {person}
        while (away := self._absence(told, day)) is not None and away.deputy not in passed:
            if away.registered_on >= day:
                might.add(told)
            told = away.deputy
            passed.add(told)
        might |= {one.deputy for one in self._away.get(person, ()) if one.until == day - ONE_DAY}
        return told, frozenset(might - {told})

    def _absence(self, person: str, day: date) -> _Away | None:
        return next((one for one in self._away.get(person, ()) if one.since <= day <= one.until), None)
