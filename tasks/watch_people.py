"""Whom each occasion reached, held one by one against those who held the duties on the day it was made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from models.choice import DigestChoice
from models.rules.marks import Mark
from models.rules.watch import mark_of
from tasks.watch_classes import addressees, dated, day_of
from tasks.watch_places import Places
from tasks.work import Work

CHUNK = 5_000
"""So many occasions are held in memory at a time."""

_FIRST = "SELECT MIN(id) FROM occasion WHERE made_on > :since"
_OCCASIONS = """
SELECT o.id, o.step_id, s.key, s.policy, s.owner, o.nature, o.day_offset, o.nominal_on, o.made_on
  FROM occasion AS o JOIN step AS s ON s.id = o.step_id
 WHERE o.id > :last AND o.made_on > :since AND s.state = 'open' ORDER BY o.id LIMIT :most
"""
_NOTICES = """
SELECT occasion_id, person, letter_key IS NOT NULL FROM notice WHERE occasion_id BETWEEN :first AND :last
"""
_PARTIES = """
SELECT DISTINCT p.step_id, p.party, p.organisation FROM occasion AS o JOIN step_party AS p ON p.step_id = o.step_id
 WHERE o.id BETWEEN :first AND :last AND p.party <> 'owner' ORDER BY p.step_id, p.party, p.organisation
"""


@dataclass(frozen=True, slots=True)
class Misheard:
    """An occasion that has not reached somebody it should (`missed`), or has reached somebody it should not."""

    missed: bool
    step: str
    nature: str
    offset: int
    nominal: date
    person: str


@dataclass(frozen=True, slots=True)
class _Tenure:
    """Somebody's holding of a duty."""

    person: str
    since: date
    until: date


class _Listeners:
    """Who is to be told of what on which day, as the tables of duties, absences and successions have it."""

    def __init__(self, work: Work, policies: Mapping[str, Sequence[Mark]], through: date) -> None:
        self._policies = policies
        self._through = through
        self._places = Places(work)
        self._tenures: dict[tuple[str, str], list[_Tenure]] = {}
        for person, organisation, duty, since, until in work.session.connection().execute(
            text("SELECT person, organisation, duty, valid_from, valid_to FROM duty")
        ):
            tenure = _Tenure(person, day_of(since), date.max if until is None else day_of(until))
            self._tenures.setdefault((organisation, duty), []).append(tenure)
        self._choices: dict[str, tuple[int, date]] = {
            person: (days, chosen_at.date())
            for person, days, chosen_at in work.session.connection().execute(
                select(col(DigestChoice.person), col(DigestChoice.notice_days), col(DigestChoice.chosen_at))
            )
        }
        self.of = lru_cache(maxsize=100_000)(self._of)

    def _of(
        self, policy: str, nature: str, offset: int, parties: tuple[tuple[str, str], ...], made: date
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Those who must have heard and those who may have. Of an office without a holder the office must.

        An office that had ended by then is its successor, somebody who was away his deputy. Somebody registered on an
        earlier day than today with that day as his first may have come after the sweep.
        Whoever has chosen a shorter notice need not hear of what is earlier, but may.
        """
        marks = self._policies.get(policy, ())
        mark = mark_of(marks, nature, offset)
        must: set[str] = set()
        may: set[str] = set()
        for party, duty in addressees(mark) if mark else ():
            for named, office in parties:
                if named != party:
                    continue
                organisation = self._places.office(office, made)
                holders = [
                    one
                    for one in self._tenures.get((organisation, duty), ())
                    if one.since <= made <= one.until
                ]
                for one in holders:
                    heard, might = self._places.listener(one.person, made)
                    may |= {heard, *might}
                    must |= {heard} if not might and (one.since < made or made == self._through) else set()
                if not holders:
                    must.add(organisation)
                    may.add(organisation)
        ahead = [one.after for one in marks if one.nature == "reminder" and one.after < 0]
        if nature == "reminder" and offset < 0 and offset != max(ahead, default=0):
            must -= {person for person in must if self._is_spared(person, -offset, made)}
        return frozenset(must), frozenset(may)

    def _is_spared(self, person: str, days: int, made: date) -> bool:
        """What somebody chose before his last choice is not known; until then any of it may have been spared him."""
        notice, chosen_on = self._choices.get(person, (days, date.min))
        return days > notice or chosen_on >= made


def misheard(
    work: Work, policies: Mapping[str, Sequence[Mark]], *, since: date, through: date
) -> Iterator[Misheard]:
    """Every telling of an open step, made after `since`, that missed somebody or went astray."""
    listeners = _Listeners(work, policies, through)
    connection = work.session.connection()
    first = connection.execute(dated(_FIRST, "since"), {"since": since}).scalar()
    last = (first or 1) - 1
    while True:
        given = {"last": last, "since": since, "most": CHUNK}
        occasions = connection.execute(dated(_OCCASIONS, "since"), given).all()
        if not occasions:
            return
        reached = _reached(work, occasions)
        parties = _parties(work, occasions)
        for id_, step_id, key, policy, owner, nature, offset, nominal, made in occasions:
            day = day_of(made)
            known = (("owner", owner), *parties.get(step_id, ()))
            must, may = listeners.of(policy, nature, offset, known, day)
            heard = reached.get(id_, {})
            if must.issubset(heard) and may.issuperset(heard) and (all(heard.values()) or day == through):
                continue
            yield from _of_one(key, nature, offset, day_of(nominal), must, may, heard, late=day < through)
        last = occasions[-1].id


def _of_one(
    key: str,
    nature: str,
    offset: int,
    nominal: date,
    must: frozenset[str],
    may: frozenset[str],
    heard: Mapping[str, bool],
    *,
    late: bool,
) -> Iterator[Misheard]:
    """A notice that no letter carries is none, once the day is over on which it may have to wait for the next."""
    silent = {person for person, carried in heard.items() if late and not carried}
    for person in sorted((must - heard.keys()) | (silent & may)):
        yield Misheard(True, key, nature, offset, nominal, person)
    for person in sorted(heard.keys() - may):
        yield Misheard(False, key, nature, offset, nominal, person)


def _reached(work: Work, occasions: Sequence[Any]) -> dict[int, dict[str, bool]]:
    """Occasion → the people it was told to, and whether a letter carries it."""
    rows = work.session.connection().execute(
        text(_NOTICES), {"first": occasions[0].id, "last": occasions[-1].id}
    )
    reached: dict[int, dict[str, bool]] = {}
    for occasion, person, carried in rows:
        reached.setdefault(occasion, {})[person] = bool(carried)
    return reached


def _parties(work: Work, occasions: Sequence[Any]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Step → its parties but the owner, whom the step itself names."""
    given = {"first": occasions[0].id, "last": occasions[-1].id}
    parties: dict[int, tuple[tuple[str, str], ...]] = {}
    for step_id, party, organisation in work.session.connection().execute(text(_PARTIES), given):
        parties[step_id] = (*parties.get(step_id, ()), (party, organisation))
    return parties
