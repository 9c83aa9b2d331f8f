"""How far the review of a batch is: its panel, who has declared and scored what, what is missing for a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.application import Application
from models.organisation import Duty, Organisation, Person
from models.pairing import RosterEntry
from models.review import Assessment, Decision, PanelMember
from models.step import Step
from tasks.queries.step_rows import workdays_left
from tasks.review import ON_THE_WAY
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Judge:
    """One member of the panel and how much of the own part is done; `steps` are the open ones, to urge."""

    person: str
    name: str
    city_name: str
    chair: bool
    assigned: int
    declared: int
    conflicts: int
    scored: int
    steps: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many applications still wait for this member."""
        return self.assigned - self.conflicts - self.scored


@dataclass(frozen=True, slots=True)
class Expert:
    """A registered expert who can sit on a panel."""

    person: str
    name: str
    city: str
    city_name: str


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """A batch's review. `cells` is (application, person) → state: declared, undeclared, conflict, scored.

    `quorum` is how many members must have declared, `least` how many scores each application needs (A23).
    """

    panel: tuple[Judge, ...]
    cells: Mapping[tuple[str, str], str]
    present: int
    quorum: int
    least: int
    due_on: date | None
    days_left: int | None
    decision: Decision | None
    senders: int


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A reviewer's open step for one application."""

    key: str
    due_on: date | None
    days_left: int | None


def review_progress(work: Work, batch: int) -> ReviewProgress:
    """The review of a batch for the province."""
    assessments = _assessments(work, batch)
    steps = _open_steps(work, batch)
    panel = tuple(_judge(work, *row, assessments, steps) for row in _members(work, batch))
    rules = work.rules(batch)
    decide = _decision_step(work, batch)
    members = {one.person for one in panel}
    return ReviewProgress(
        panel=panel,
        cells={(one.application, one.reviewer): _state(one) for one in assessments},
        present=len({one.reviewer for one in assessments if one.declared_at is not None} & members),
        quorum=ceil(len(panel) * Fraction(rules.text("review.quorum"))),
        least=rules.number("review.scores_min"),
        due_on=decide.due_on if decide else None,
        days_left=workdays_left(work, decide.due_on) if decide else None,
        decision=work.session.get(Decision, batch),
        senders=_free_senders(work, batch),
    )


def experts(work: Work) -> list[Expert]:
    """The experts registered today, by name."""
    wanted = (
        select(col(Person.code), col(Person.name), col(Organisation.city))
        .join(Duty, col(Duty.person) == col(Person.code))
        .join(Organisation, col(Organisation.code) == col(Duty.organisation))
        .where(col(Duty.duty) == "reviewer", col(Duty.valid_from) <= work.today)
        .where(col(Duty.valid_to).is_(None) | (col(Duty.valid_to) >= work.today))
        .order_by(col(Person.code))
    )
    rows = work.session.connection().execute(wanted)
    return [Expert(code, name, city or "", _city_name(work, city)) for code, name, city in rows]


def own_steps(work: Work, batch: int, person: str) -> dict[str, OwnStep]:
    """Application → the open step by which a reviewer owes its score (S09)."""
    wanted = select(Step).where(
        col(Step.kind) == "S09",
        col(Step.batch) == batch,
        col(Step.state) == "open",
        col(Step.subject).endswith(f":{person}", autoescape=True),
    )
    return {
        one.subject.partition(":")[0]: OwnStep(one.key, one.due_on, workdays_left(work, one.due_on))
        for one in work.session.execute(wanted).scalars()
    }


def reviewed_batches(work: Work, person: str | None = None) -> list[int]:
    """The batches that have a panel, or of whose panel a person is a member."""
    wanted = select(col(PanelMember.batch)).distinct().order_by(col(PanelMember.batch))
    if person is not None:
        wanted = wanted.where(col(PanelMember.person) == person)
    return list(work.session.connection().execute(wanted).scalars())


def _assessments(work: Work, batch: int) -> list[Assessment]:
    wanted = select(Assessment).join(Application, col(Application.key) == col(Assessment.application))
    return list(work.session.execute(wanted.where(col(Application.batch) == batch)).scalars())


def _members(work: Work, batch: int) -> list[tuple[PanelMember, str]]:
    wanted: Any = (
        select(PanelMember, col(Person.name))
        .join(Person, col(Person.code) == col(PanelMember.person))
        .where(col(PanelMember.batch) == batch)
        .order_by(col(PanelMember.chair).desc(), col(PanelMember.person))
    )
    return [(member, name) for member, name in work.session.execute(wanted)]


def _judge(
    work: Work,
    member: PanelMember,
    name: str,
    assessments: list[Assessment],
    steps: Mapping[str, list[str]],
) -> Judge:
    own = [one for one in assessments if one.reviewer == member.person]
    return Judge(
        member.person,
        name,
        _city_name(work, member.city),
        member.chair,
        len(own),
        sum(one.declared_at is not None for one in own),
        sum(one.conflict is True for one in own),
        sum(one.scores is not None for one in own),
        tuple(steps.get(member.person, ())),
    )


def _state(one: Assessment) -> str:
    if one.conflict:
        return "conflict"
    if one.scores is not None:
        return "scored"
    return "declared" if one.declared_at is not None else "undeclared"


def _open_steps(work: Work, batch: int) -> dict[str, list[str]]:
    """Person → the keys of the open steps by which they owe scores."""
    wanted = (
        select(col(Step.key), col(Step.subject))
        .where(col(Step.kind) == "S09", col(Step.batch) == batch, col(Step.state) == "open")
        .order_by(col(Step.key))
    )
    found: dict[str, list[str]] = {}
    for key, subject in work.session.connection().execute(wanted):
        found.setdefault(subject.partition(":")[2], []).append(key)
    return found


def _decision_step(work: Work, batch: int) -> Step | None:
    wanted = select(Step).where(
        col(Step.kind) == "S10", col(Step.subject) == str(batch), col(Step.state) == "open"
    )
    found: Step | None = work.session.execute(wanted).scalar_one_or_none()
    return found


def _free_senders(work: Work, batch: int) -> int:
    wanted = select(col(RosterEntry.key)).where(
        col(RosterEntry.batch) == batch, col(RosterEntry.state) == "available"
    )
    return len(work.session.connection().execute(wanted).all())


def _city_name(work: Work, code: str | None) -> str:
    return work.divisions.by_code(code).name if code else ""


def unchecked(work: Work, batch: int) -> dict[str, int]:
    """State → how many applications of a batch the review still waits for: not mailed, not checked, in correction."""
    wanted = (
        select(col(Application.state), func.count())
        .where(col(Application.batch) == batch, col(Application.state).in_(ON_THE_WAY))
        .group_by(col(Application.state))
    )
    found = {state: int(count) for state, count in work.session.connection().execute(wanted)}
    return {state: found[state] for state in ON_THE_WAY if state in found}
