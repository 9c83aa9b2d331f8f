"""Objects of the database as choices of a form: only what the visitor may see, named as people know it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import col

from console.web.choice import Choice
from models.agreement import Agreement
from models.application import Application
from models.disbursement import Voucher
from models.fieldwork import Trainee
from models.messages import say
from models.opening import Batch
from models.organisation import Duty, Organisation, Person
from models.pairing import Pair, RosterEntry
from models.rules.access import Right, Scope, Viewer, grant_of, has_right
from tasks.parties import name_of
from tasks.queries.scope import applications_seen, pairs_seen, vouchers_seen
from tasks.work import Work

MOST = 500
"""So many choices a list shows at most; a form that could need more is opened from its object's page."""


def batches(work: Work) -> list[Choice]:
    """The programme's batches."""
    rows = work.session.execute(select(Batch).order_by(col(Batch.number))).scalars()
    return [
        Choice(str(one.number), _noted(one.label, work.programme.label("batch_state", one.state)))
        for one in rows
    ]


def work_years(work: Work, batch: int | None) -> list[Choice]:
    """The work years of a batch, or of the whole programme (A13)."""
    if batch is not None:
        found = work.batch(batch)
        first, last = found.period_start.year, found.period_end.year
    else:
        rules = work.programme.rules(work.today)
        first, last = (rules.day(f"programme.{end}").year for end in ("starts_on", "ends_on"))
    return [Choice(str(year), str(year)) for year in range(first, last + 1)]


def cities(work: Work, viewer: Viewer) -> list[Choice]:
    """The cities that a viewer has to do with."""
    return [
        Choice(one.code, one.name)
        for one in work.divisions.cities()
        if viewer.city in (None, one.code) or viewer.role.startswith("province")
    ]


def divisions(work: Work, viewer: Viewer) -> list[Choice]:
    """The counties and the city in which an office may register institutions."""
    own = [one for one in work.divisions.cities() if viewer.city in (None, one.code)]
    found = [(one, one.name) for one in own if viewer.role != "county_civil"]
    for city in own:
        found += [(one, f"{city.name}{one.name}") for one in work.divisions.counties_of(city.code)]
    if viewer.role == "county_civil":
        found = [pair for pair in found if pair[0].code == viewer.division]
    return [Choice(one.code, name) for one, name in found]


def homes(work: Work, viewer: Viewer) -> list[Choice]:
    """Where an institution of the viewer's city may be registered: a county that corrects knows where it belongs."""
    own = [one for one in work.divisions.cities() if viewer.city in (None, one.code)]
    found = [(one, one.name) for one in own]
    for city in own:
        found += [(one, f"{city.name}{one.name}") for one in work.divisions.counties_of(city.code)]
    return [Choice(one.code, name) for one, name in found]


def applications(
    work: Work, viewer: Viewer, *, batch: int | None, states: Sequence[str] = ()
) -> list[Choice]:
    """Applications in these states, by city and rank."""
    wanted = (
        select(col(Application.key), col(Organisation.name), col(Application.state))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(applications_seen(work, viewer))
    )
    if batch is not None:
        wanted = wanted.where(col(Application.batch) == batch)
    if states:
        wanted = wanted.where(col(Application.state).in_(states))
    rows = _rows(
        work, wanted.order_by(col(Application.city), col(Application.city_rank), col(Application.key))
    )
    return [
        Choice(key, _noted(name, work.programme.label("application_state", state)))
        for key, name, state in rows
    ]


def candidates(work: Work, viewer: Viewer) -> list[Choice]:
    """The keys of applications that institutions of earlier batches would have in the open one (K17)."""
    opened = work.session.execute(select(Batch).where(col(Batch.state) == "open")).scalars().all()
    found: list[Choice] = []
    for batch in opened:
        excluded = work.programme.batch(batch.number).excludes
        here = select(col(Application.uscc)).where(col(Application.batch) == batch.number)
        wanted = (
            select(col(Application.uscc), col(Organisation.name))
            .join(Organisation, col(Organisation.code) == col(Application.uscc))
            .where(
                applications_seen(work, viewer),
                col(Application.batch).in_(excluded),
                col(Application.state).in_(("approved", "waiting", "paired")),
                col(Application.uscc).not_in(here),
            )
            .distinct()
            .order_by(col(Organisation.name))
        )
        note = say("web.not_begun", batch=batch.label)
        found += [
            Choice(f"{batch.number}-{uscc}-1", _noted(name, note)) for uscc, name in _rows(work, wanted)
        ]
    return found


def ranked_applications(work: Work, viewer: Viewer, *, batch: int | None, city: str | None) -> list[Choice]:
    """What stands on a city's list, by rank; of every city in reach where none is named."""
    wanted = (
        select(col(Application.key), col(Organisation.name), col(Application.city_rank))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(applications_seen(work, viewer), col(Application.city_rank).is_not(None))
        .order_by(col(Application.city), col(Application.city_rank))
    )
    if batch is not None:
        wanted = wanted.where(col(Application.batch) == batch)
    if city is not None:
        wanted = wanted.where(col(Application.city) == city)
    return [Choice(key, _noted(name, rank)) for key, name, rank in _rows(work, wanted)]


def pairs(work: Work, viewer: Viewer, *, batch: int | None, states: Sequence[str]) -> list[Choice]:
    """Pairs in these states, both institutions named."""
    sender, recipient = Organisation.__table__.alias("s"), Organisation.__table__.alias("r")  # type: ignore[attr-defined]
    wanted = (
        select(col(Pair.key), sender.c.name, recipient.c.name)
        .join(sender, sender.c.code == col(Pair.sender))
        .join(recipient, recipient.c.code == col(Pair.recipient))
        .where(pairs_seen(work, viewer), col(Pair.state).in_(states))
    )
    if batch is not None:
        wanted = wanted.where(col(Pair.batch) == batch)
    return [
        Choice(key, f"{key} {from_} → {to}") for key, from_, to in _rows(work, wanted.order_by(col(Pair.key)))
    ]


def vouchers(work: Work, viewer: Viewer, states: Sequence[str]) -> list[Choice]:
    """Vouchers in these states."""
    wanted = select(col(Voucher.key), col(Voucher.number), col(Voucher.leg)).where(
        vouchers_seen(work, viewer)
    )
    if states:
        wanted = wanted.where(col(Voucher.state).in_(states))
    return [
        Choice(key, _noted(number, work.programme.label("leg", leg)))
        for key, number, leg in _rows(work, wanted.order_by(col(Voucher.paid_on).desc(), col(Voucher.key)))
    ]


def senders(work: Work, viewer: Viewer, batch: int | None, states: Sequence[str]) -> list[Choice]:
    """Senders on a batch's roster, of which a sender knows itself only."""
    grant = grant_of(viewer.role, "roster")
    if grant is None:
        return []
    wanted = select(col(RosterEntry.sender), col(Organisation.name), col(RosterEntry.state)).join(
        Organisation, col(Organisation.code) == col(RosterEntry.sender)
    )
    if grant.scope is not Scope.ALL:
        wanted = wanted.where(col(RosterEntry.sender) == viewer.organisation)
    if batch is not None:
        wanted = wanted.where(col(RosterEntry.batch) == batch)
    wanted = wanted.where(col(RosterEntry.state).in_(states or ("available",)))
    return [
        Choice(code, _noted(name, work.programme.label("roster_state", state)))
        for code, name, state in _rows(work, wanted.order_by(col(Organisation.name)))
    ]


def reviewers(work: Work, viewer: Viewer) -> list[Choice]:
    """The registered experts, for whoever names the panel."""
    if not has_right(viewer.role, Right.APPROVE, "review"):
        return []
    wanted = (
        select(col(Person.code), col(Person.name))
        .join(Duty, col(Duty.person) == col(Person.code))
        .where(col(Duty.duty) == "reviewer")
    )
    return [Choice(code, name) for code, name in _rows(work, wanted.order_by(col(Person.code)))]


def colleagues(work: Work, viewer: Viewer) -> list[Choice]:
    """The people who hold a duty in the viewer's office today."""
    wanted = (
        select(col(Person.code), col(Person.name))
        .join(Duty, col(Duty.person) == col(Person.code))
        .where(
            col(Duty.organisation) == viewer.organisation,
            col(Duty.valid_from) <= work.today,
            or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today),
        )
        .distinct()
        .order_by(col(Person.code))
    )
    return [Choice(code, name) for code, name in _rows(work, wanted)]


def nominators(work: Work, viewer: Viewer) -> list[Choice]:
    """The offices where a viewer's institution could apply: those of its city (K18, K19)."""
    wanted = select(col(Organisation.code), col(Organisation.name)).where(
        col(Organisation.kind).in_(("county_civil", "city_civil"))
    )
    if viewer.city is not None:
        wanted = wanted.where(
            or_(col(Organisation.city) == viewer.city, col(Organisation.division) == viewer.city)
        )
    return [Choice(code, name) for code, name in _rows(work, wanted.order_by(col(Organisation.code)))]


def offices(work: Work, kind: str | None = None) -> list[Choice]:
    """Every office that stands today, or those of a kind."""
    wanted = select(col(Organisation.code), col(Organisation.name)).where(
        col(Organisation.kind).not_in(("sender", "recipient", "reviewer")),
        or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= work.today),
    )
    if kind is not None:
        wanted = wanted.where(col(Organisation.kind) == kind)
    return [Choice(code, name) for code, name in _rows(work, wanted.order_by(col(Organisation.code)))]


def signing_parties(work: Work, viewer: Viewer, pair: str) -> list[Choice]:
    """The parties of a pair's agreement, each with the office or institution that it is (K27)."""
    seen = select(Agreement).join(Pair, col(Pair.key) == col(Agreement.pair))
    wanted = seen.where(col(Agreement.pair) == pair, pairs_seen(work, viewer))
    agreement = work.session.execute(wanted).scalar_one_or_none()
    if agreement is None:
        return []
    return [
        Choice(one, name_of(work, one) if "-" in one else work.programme.party_label(one))
        for one in agreement.parties
    ]


def trainees(work: Work, viewer: Viewer, pair: str) -> list[Choice]:
    """The people sent to be trained in a pair who have not left."""
    wanted = (
        select(col(Trainee.key), col(Trainee.name), col(Trainee.year))
        .join(Pair, col(Pair.key) == col(Trainee.pair))
        .where(pairs_seen(work, viewer), col(Trainee.left_on).is_(None))
    )
    if pair:
        wanted = wanted.where(col(Trainee.pair) == pair)
    return [
        Choice(key, _noted(name, year))
        for key, name, year in _rows(work, wanted.order_by(col(Trainee.year).desc(), col(Trainee.name)))
    ]


def _rows(work: Work, wanted: Select[Any]) -> list[Any]:
    return list(work.session.connection().execute(wanted.limit(MOST)))


def _noted(name: object, note: object) -> str:
    return say("web.noted", name=name, note=note)
