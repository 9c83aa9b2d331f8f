"""One step: what is owed and why by that date, what settles it, who was told, what happened."""

from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.act_links import ActLink, act_links
from console.web.goals import goal_of
from console.web.routes import Pages
from console.web.subjects import Subject, acts_for, given_by, subject_of
from console.web.visit import Visit
from models.assignment import Assignment
from models.organisation import Person
from models.step import Step
from tasks.parties import former_offices, name_of
from tasks.queries.actor_names import actor_names, named_actor
from tasks.queries.explain import explain_step
from tasks.queries.object_names import object_name, pair_name, period_of
from tasks.queries.step_rows import workdays_left
from tasks.queries.steps import lateness
from tasks.queries.whereabouts import seen_step
from tasks.refusal import NotFound
from tasks.work import Work

pages = Pages()
URGING = ("deadlines.remind_now", "deadlines.extend_step", "deadlines.hand_over", "deadlines.take_back")
"""What can be done with any step beside what settles it."""
INSIDE = ("deadlines.hand_over", "deadlines.take_back")
"""Those of them that an office does with its own."""


@pages.get("/go/{key:path}", SIGNED_IN)
def go(visit: Visit) -> Response:
    """Where a letter's link leads: the step, or the object, that it is about."""
    key = visit.path("key")
    goal = goal_of(visit.work, visit.viewer, key)
    if goal is None:
        raise NotFound("web.not_yours", subject=key)
    return visit.redirect(goal)


@pages.get("/step/{key:path}", SIGNED_IN)
def step_page(visit: Visit) -> Response:
    """One step whole."""
    work = visit.work
    step = seen_step(work, visit.viewer, visit.path("key"))
    plan = work.programme.step(step.kind)
    given = given_by(work, step)
    subject = subject_of(given)
    mine = step.owner in (visit.viewer.organisation, *former_offices(work, visit.viewer.organisation))
    facts = explain_step(work, step.key).facts
    codes = [one[1] for one in facts["events"]] + [one[3] for one in facts["told"]]
    people = actor_names(work, codes + [one["officer"] for one in facts["extensions"]])
    assignment = work.session.get(Assignment, step.key)
    return visit.render(
        "step.html",
        step=step,
        plan=plan,
        facts=facts,
        events=[(moment, named_actor(actor, people), act) for moment, actor, act in facts["events"]],
        people=people,
        period=period_of(step.subject),
        working=work.session.get(Person, assignment.person) if assignment is not None else None,
        late=lateness(work, step.due_on) if step.state == "open" else None,
        days_left=workdays_left(work, step.due_on),
        mine=mine,
        owner_name=name_of(work, step.owner),
        subject=subject,
        subject_name=_subject_name(work, step, subject),
        acts=_settling(visit, step, given),
        others=_others(visit, step, mine=mine, assigned=assignment is not None),
        pair=step.pair if subject is None or subject.page != "pair" else None,
        pair_name=pair_name(work, step.pair) if step.pair else "",
        following=_following(work, step) if mine and step.state != "open" else None,
    )


def _subject_name(work: Work, step: Step, subject: Subject | None) -> str:
    if subject is not None:
        return object_name(work, subject.page, subject.key)
    return work.divisions.by_code(step.city).name if step.city else ""


def _following(work: Work, step: Step) -> tuple[str, str] | None:
    """The next open step of the same kind and office, with what it is about: many are done one after another."""
    wanted = (
        select(Step)
        .where(col(Step.state) == "open", col(Step.kind) == step.kind, col(Step.owner) == step.owner)
        .order_by(col(Step.due_on), col(Step.key))
        .limit(1)
    )
    found = work.session.execute(wanted).scalar_one_or_none()
    about = subject_of(given_by(work, found)) if found is not None else None
    if found is None or about is None:
        return None
    return found.key, object_name(work, about.page, about.key)


def _settling(visit: Visit, step: Step, given: dict[str, str]) -> list[ActLink]:
    if step.state != "open":
        return []
    back = f"/step/{quote(step.key, safe=':+')}"
    return act_links(acts_for(visit.work, step, visit.viewer.role), given, back)


def _others(visit: Visit, step: Step, *, mine: bool, assigned: bool) -> list[ActLink]:
    if step.state != "open":
        return []
    inside = ["deadlines.hand_over", *(["deadlines.take_back"] if assigned else [])]
    names = inside if mine else [one for one in URGING if one not in INSIDE]
    back = f"/step/{quote(step.key, safe=':+')}"
    return act_links(names, {"step": step.key}, back, role=visit.viewer.role)
