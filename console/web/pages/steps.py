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
from console.web.wording import act_label, page_words
from models.assignment import Assignment
from models.disbursement import Voucher
from models.organisation import Person
from models.step import Step
from models.urging import Urging
from tasks.parties import former_offices, name_of
from tasks.queries.actor_names import actor_names, named_actor
from tasks.queries.explain import explain_step
from tasks.queries.object_names import object_name, pair_name, period_of
from tasks.queries.step_rows import subject_name_of, workdays_left
from tasks.queries.steps import lateness
from tasks.queries.voucher_sheet import vouchers_to_approve
from tasks.queries.whereabouts import seen_step
from tasks.refusal import NotFound

pages = Pages()
URGING = ("deadlines.remind_now", "deadlines.extend_step", "deadlines.hand_over", "deadlines.take_back")
"""What can be done with any step beside what settles it."""
INSIDE = ("deadlines.hand_over", "deadlines.take_back")
"""Those of them that an office does with its own."""
APPROVING = "disbursement.approve_payment"


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
    subject = _subject_of(plan.per, given)
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
        urged={one.at.isoformat(" ", "minutes"): one.note for one in _urgings(visit, step)},
        period=period_of(step.subject),
        working=work.session.get(Person, assignment.person) if assignment is not None else None,
        late=lateness(work, step.due_on) if step.state == "open" else None,
        days_left=workdays_left(work, step.due_on),
        mine=mine,
        owner_name=name_of(work, step.owner),
        subject=subject,
        listed_at=_listed_at(plan.per, given) if subject is None else "",
        subject_name=_subject_name(visit, step, subject),
        first=plan.settled_by[0],
        acts=_settling(visit, step, given),
        others=_others(visit, step, mine=mine, assigned=assignment is not None),
        pair=step.pair if subject is None or subject.page != "pair" else None,
        pair_name=pair_name(work, step.pair) if step.pair else "",
        following=_following(visit, step) if mine and step.state != "open" else None,
    )


def _urgings(visit: Visit, step: Step) -> list[Urging]:
    """The remindings by hand of a step; what they said stands with their event."""
    wanted = select(Urging).where(col(Urging.step_key) == step.key).order_by(col(Urging.day))
    return list(visit.work.session.execute(wanted).scalars())


def _subject_of(per: str, given: dict[str, str]) -> Subject | None:
    """What a step is about, where that has a page of its own."""
    return None if _listed_at(per, given) else subject_of(given)


def _listed_at(per: str, given: dict[str, str]) -> str:
    """Where the matters of a step stand that is about several: a county's applications, a city's money of a year."""
    if per == "county":
        return "/applications?batch={batch}".format_map(given)
    return (
        "/money?batch={batch}&year={year}".format_map(given)
        if {"batch", "year", "city"} <= given.keys()
        else ""
    )


def _subject_name(visit: Visit, step: Step, subject: Subject | None) -> str:
    if subject is not None:
        return object_name(visit.work, subject.page, subject.key)
    return subject_name_of(visit.work, visit.viewer, step)


def _following(visit: Visit, step: Step) -> tuple[str, str] | None:
    """The next open step of the same kind and office, with what it is about: many are done one after another."""
    wanted = (
        select(Step)
        .where(col(Step.state) == "open", col(Step.kind) == step.kind, col(Step.owner) == step.owner)
        .order_by(col(Step.due_on), col(Step.key))
        .limit(1)
    )
    found = visit.work.session.execute(wanted).scalar_one_or_none()
    if found is None:
        return None
    per = visit.work.programme.step(found.kind).per
    subject = _subject_of(per, given_by(visit.work, found))
    words = (_subject_name(visit, found, subject), period_of(found.subject))
    return found.key, " ".join(one for one in words if one)


def _settling(visit: Visit, step: Step, given: dict[str, str]) -> list[ActLink]:
    if step.state != "open":
        return []
    back = f"/step/{quote(step.key, safe=':+')}"
    names = acts_for(visit.work, step, visit.viewer.role)
    if visit.work.programme.step(step.kind).per == "county":
        if not names or not visit.viewer.role.startswith("county"):
            return []
        # A county decides on each application by itself: the list says which, and whether it may be decided yet.
        label = page_words("applications")["one_by_one"]
        return [ActLink(names[-1], label, f"/applications?batch={step.batch}")]
    if entered := vouchers_to_approve(visit.work, step) if APPROVING in names else []:
        return [_entered(visit, one) for one in entered]
    not_yet = {APPROVING} | ({"fieldwork.confirm_month"} if visit.viewer.role == "recipient" else set())
    links = act_links([one for one in names if one not in not_yet], given, back)
    # Two acts of one page are one button, called as the act that settles the step.
    return list({one.path: one for one in links}.values())


def _entered(visit: Visit, voucher: str) -> ActLink:
    """The way to a voucher that waits: to approve it, or for its maker, who may not, only to look at it."""
    maker = visit.work.session.get_one(Voucher, voucher).maker
    path = f"/voucher/{quote(voucher, safe=':+')}"
    if maker in (visit.viewer.person, visit.viewer.in_place_of):
        return ActLink("", str(page_words("money")["own_entry"]), path)
    return ActLink(APPROVING, act_label(APPROVING), path)


def _others(visit: Visit, step: Step, *, mine: bool, assigned: bool) -> list[ActLink]:
    if step.state != "open":
        return []
    inside = ["deadlines.hand_over", *(["deadlines.take_back"] if assigned else [])]
    names = inside if mine else [one for one in URGING if one not in INSIDE]
    back = f"/step/{quote(step.key, safe=':+')}"
    return act_links(names, {"step": step.key}, back, role=visit.viewer.role)
