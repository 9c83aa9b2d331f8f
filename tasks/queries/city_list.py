"""A city's whole list of a batch: quotas used and left, the counties', its standing, and the list of all cities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.application import Application, Submission
from models.organisation import Organisation
from models.rules.access import Viewer
from tasks.dossier import counted_in
from tasks.queries.application_rows import ApplicationRow, OwedStep, application_rows, owed_steps
from tasks.submission import submission_of
from tasks.work import Work

GONE = ("declined", "withdrawn", "lapsed")
"""States of an application that nobody counts for a list any more."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many of so many are used, under a clause; `is_hard` is never passed by an override."""

    name: str
    clause: str
    used: int
    cap: int
    is_hard: bool

    @property
    def left(self) -> int:
        """How many are left, never below none."""
        return max(0, self.cap - self.used)


@dataclass(frozen=True, slots=True)
class CountyList:
    """What a county has got: its quota, how much it has still to decide on, its applications."""

    nominator: str
    name: str
    quota: Quota
    undecided: int
    rows: tuple[ApplicationRow, ...]
    next: OwedStep | None


@dataclass(frozen=True, slots=True)
class CityList:
    """A city's list whole. `owed` are its open steps S04 to S07, in that order."""

    submission: Submission
    city_name: str
    rows: tuple[ApplicationRow, ...]
    counties: tuple[CountyList, ...]
    direct: Quota
    total: Quota
    owed: tuple[OwedStep, ...]

    @property
    def ranked(self) -> tuple[ApplicationRow, ...]:
        """What is on the list, by rank."""
        return tuple(one for one in self.rows if one.rank is not None)

    @property
    def to_rank(self) -> tuple[ApplicationRow, ...]:
        """What waits to be ranked."""
        return tuple(one for one in self.rows if one.state == "recommended")

    @property
    def undecided(self) -> tuple[ApplicationRow, ...]:
        """What a nominator has still to decide on."""
        return tuple(one for one in self.rows if one.state == "submitted")


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One city of the list of all: how many applied, how many are sent, and what is owed next."""

    submission: Submission
    city_name: str
    applied: int
    recommended: int
    sent: int
    next: OwedStep | None


def city_list(work: Work, batch: int, city: str) -> CityList:
    """The list of a city; raises NotFound before the batch has been opened in it."""
    submission = submission_of(work, batch, city)
    rows = application_rows(work, col(Application.batch) == batch, col(Application.city) == city)
    owed = owed_steps(work, [batch])
    used = _used(work, batch, city)
    rules = work.rules(batch)
    name = work.divisions.by_code(city).name
    sent = [one for one in rows if one.rank is not None]
    steps = (owed.get((kind, submission.key)) for kind in ("S04", "S05", "S06", "S07"))
    return CityList(
        submission,
        name,
        tuple(rows),
        tuple(_counties(work, batch, rows, used, owed)),
        Quota(
            name,
            "K21",
            sum(count for (channel, _), count in used.items() if channel == "city"),
            rules.number("quota.city_direct"),
            rules.flag("quota.city_direct_hard"),
        ),
        Quota(name, "K22", len(sent), rules.number("quota.city_total"), rules.flag("quota.city_total_hard")),
        tuple(one for one in steps if one is not None),
    )


def county_list(work: Work, batch: int, nominator: str) -> CountyList:
    """What one county, or a city by its own channel, has got in a batch."""
    office = work.session.get(Organisation, nominator)
    city = (office.city or office.division) if office else ""
    mine = [col(Application.batch) == batch, col(Application.nominator) == nominator]
    rows = application_rows(work, *mine)
    used, owed = _used(work, batch, city), owed_steps(work, [batch])
    return _county(work, batch, nominator, office.name if office else nominator, rows, used, owed)


def submissions_listed(work: Work, viewer: Viewer, batch: int) -> list[SubmissionRow]:
    """Every city's list of a batch that the viewer's role reaches, by division."""
    wanted = select(Submission).where(col(Submission.batch) == batch).order_by(col(Submission.city))
    if viewer.role in ("city_civil", "city_rural"):
        wanted = wanted.where(col(Submission.city) == viewer.city)
    counts = _counts(work, batch)
    owed = owed_steps(work, [batch])
    found = []
    for one in work.session.execute(wanted).scalars():
        states = counts.get(one.city, {})
        steps = (owed.get((kind, one.key)) for kind in ("S04", "S05", "S06", "S07"))
        applied = sum(count for (state, _), count in states.items() if state != "draft")
        sent = sum(count for (_, is_sent), count in states.items() if is_sent)
        waiting = sum(count for (state, _), count in states.items() if state == "recommended")
        found.append(
            SubmissionRow(
                one,
                work.divisions.by_code(one.city).name,
                applied,
                waiting,
                sent,
                next((step for step in steps if step is not None), None),
            )
        )
    return found


def _counts(work: Work, batch: int) -> dict[str, dict[tuple[str, bool], int]]:
    is_sent = col(Application.city_rank).is_not(None)
    wanted = (
        select(col(Application.city), col(Application.state), is_sent, func.count())
        .where(col(Application.batch) == batch)
        .group_by(col(Application.city), col(Application.state), is_sent)
    )
    found: dict[str, dict[tuple[str, bool], int]] = {}
    for city, state, sent, count in work.session.connection().execute(wanted):
        found.setdefault(city, {})[state, bool(sent)] = count
    return found


def _used(work: Work, batch: int, city: str) -> dict[tuple[str, str], int]:
    """How many places each channel and nominator of a city has used, in the batches that A7 counts together."""
    wanted = (
        select(col(Application.channel), col(Application.nominator), func.count())
        .where(
            col(Application.batch).in_(counted_in(work, batch)),
            col(Application.city) == city,
            col(Application.nominator_slot).is_not(None),
        )
        .group_by(col(Application.channel), col(Application.nominator))
    )
    rows = work.session.connection().execute(wanted)
    return {(channel, nominator): count for channel, nominator, count in rows}


def _counties(
    work: Work, batch: int, rows: Sequence[ApplicationRow], used: Any, owed: Any
) -> list[CountyList]:
    by_office: dict[str, list[ApplicationRow]] = {}
    for one in rows:
        if one.channel == "county":
            by_office.setdefault(one.nominator, []).append(one)
    return [
        _county(work, batch, nominator, mine[0].nominator_name, mine, used, owed)
        for nominator, mine in sorted(by_office.items())
    ]


def _county(
    work: Work,
    batch: int,
    nominator: str,
    name: str,
    rows: Sequence[ApplicationRow],
    used: dict[tuple[str, str], int],
    owed: dict[tuple[str, str], OwedStep],
) -> CountyList:
    rules = work.rules(batch)
    division = nominator.partition("-")[0]
    is_city = division.endswith("00")
    clause, key = ("K21", "quota.city_direct") if is_city else ("K20", "quota.county")
    count = used.get(("city" if is_city else "county", nominator), 0)
    return CountyList(
        nominator,
        name,
        Quota(name, clause, count, rules.number(key), rules.flag(f"{key}_hard")),
        sum(one.state == "submitted" for one in rows),
        tuple(rows),
        owed.get(("S03", f"{batch}:{division}")),
    )
