"""Honours, awards and cases of a year as far as somebody sees them, and who could be commended (K46–K48)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlmodel import col

from models.evaluation import Evaluation, Honour
from models.event import Event
from models.organisation import Organisation, Person
from models.pairing import Pair
from models.rules.access import Right, Scope, Viewer, grant_of
from tasks.queries.pair_names import NamedPair, pairs_named
from tasks.queries.publicity import Fame, fame_of
from tasks.queries.scope import pairs_seen
from tasks.refusal import NotFound
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class HonourRow:
    """An honour, its subject as people call it (a pair's institutions, an office's or person's name), and its fame."""

    honour: Honour
    subject_name: str
    fame: Fame


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair whose grade is among those that are commended, and that has no honour of the year yet (K46)."""

    pair: NamedPair
    grade: str


def honour_rows(work: Work, viewer: Viewer, year: int) -> list[HonourRow]:
    """The honours of a year that the viewer sees, the latest first."""
    wanted = select(Honour).where(col(Honour.year) == year, _seen(work, viewer))
    found = list(
        work.session.execute(wanted.order_by(col(Honour.recorded_on).desc(), col(Honour.key))).scalars()
    )
    names, fame = _names(work, [one.subject for one in found]), fame_of(work, [one.key for one in found])
    return [HonourRow(one, names.get(one.subject, one.subject), fame.get(one.key, Fame())) for one in found]


def honour_row(work: Work, viewer: Viewer, key: str) -> HonourRow:
    """One honour; raises NotFound for one that there is not or that the viewer does not see."""
    found = work.session.execute(select(Honour).where(col(Honour.key) == key, _seen(work, viewer))).scalar()
    if found is None:
        raise NotFound("web.not_yours", subject=key)
    name = _names(work, [found.subject]).get(found.subject, found.subject)
    return HonourRow(found, name, fame_of(work, [key]).get(key, Fame()))


def sees_honour(work: Work, viewer: Viewer, key: str) -> bool:
    """Whether there is this honour and the viewer sees it."""
    wanted = select(col(Honour.key)).where(col(Honour.key) == key, _seen(work, viewer))
    return work.session.connection().execute(wanted).first() is not None


def candidates(work: Work, viewer: Viewer, year: int) -> list[Candidate]:
    """The pairs that can be commended for a year, the best grade first."""
    grades = work.programme.rules(work.today).names("evaluation.honours_grades")
    wanted: Any = (
        select(col(Evaluation.pair), col(Evaluation.grade))
        .join(Pair, col(Pair.key) == col(Evaluation.pair))
        .where(
            col(Evaluation.year) == year,
            col(Evaluation.state) == "cosigned",
            col(Evaluation.grade).in_(grades),
            col(Evaluation.pair).not_in(select(col(Honour.subject)).where(col(Honour.year) == year)),
            pairs_seen(work, viewer, "evaluation"),
        )
    )
    found = dict(work.session.connection().execute(wanted).tuples().all())
    named = pairs_named(work, found)
    listed = [Candidate(named[key], grade) for key, grade in found.items() if key in named]
    return sorted(listed, key=lambda one: (grades.index(one.grade), one.pair.key))


def _seen(work: Work, viewer: Viewer) -> ColumnElement[bool]:
    """An honour is seen with its subject, and by the office that recorded it."""
    grant = grant_of(viewer.role, "honour")
    if grant is None or Right.READ not in grant.rights:
        return false()
    if grant.scope is Scope.ALL:
        return true()
    pairs = select(col(Pair.key)).where(pairs_seen(work, viewer, "honour"))
    of_office = {
        Scope.CITY: or_(
            col(Organisation.city) == viewer.city,
            and_(
                col(Organisation.kind).in_(("city_civil", "city_rural")),
                col(Organisation.division) == viewer.city,
            ),
        ),
        Scope.COUNTY: col(Organisation.division) == viewer.division,
        Scope.OWN: col(Organisation.code) == viewer.organisation,
    }[grant.scope]
    offices = select(col(Organisation.code)).where(of_office)
    colleagues = f"{viewer.organisation}.%"
    recorded = select(col(Event.subject)).where(
        col(Event.act) == "evaluation.record_honour",
        or_(col(Event.actor).like(colleagues), col(Event.actor) == viewer.person),
    )
    return or_(
        col(Honour.subject).in_(pairs), col(Honour.subject).in_(offices), col(Honour.key).in_(recorded)
    )


def _names(work: Work, subjects: list[str]) -> dict[str, str]:
    connection = work.session.connection()
    names = {
        key: f"{one.sender_name} → {one.recipient_name}" for key, one in pairs_named(work, subjects).items()
    }
    for code, name in (
        (col(Organisation.code), col(Organisation.name)),
        (col(Person.code), col(Person.name)),
    ):
        names |= dict(connection.execute(select(code, name).where(code.in_(subjects))).tuples().all())
    return names
