"""One step: what is owed and why by that date, what settles it, who was told, what happened."""

from datetime import datetime
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.act_links import ActLink, act_links
from console.web.goals import goal_of
from console.web.routes import Pages
from console.web.subjects import acts_for, given_by, subject_of
from console.web.visit import Visit
from console.web.wording import act_label, page_words
from models.assignment import Assignment
from models.step import Step
from tasks.parties import former_offices, name_of
from tasks.queries.actor_names import actor_names, named_actor
from tasks.queries.explain import explain_step
from tasks.queries.step_rows import subject_name_of, workdays_left
from tasks.queries.steps import lateness
from tasks.queries.voucher_sheet import vouchers_to_approve
from tasks.queries.whereabouts import step_seen
from tasks.refusal import NotFound
from tasks.steps import step_of_key

pages = Pages()
URGING = ("deadlines.remind_now", "deadlines.extend_step", "deadlines.hand_over", "deadlines.take_back")
"""What can be done with any step beside what settles it."""
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
    step = step_of_key(work, visit.path("key"))
    if not step_seen(work, visit.viewer, step):
        raise NotFound("web.not_yours", subject=step.key)
    plan = work.programme.step(step.kind)
    given = given_by(work, step)
    subject = subject_of(given)
    facts = explain_step(work, step.key).facts
    people = actor_names(work, [*(one[1] for one in facts["events"]), *(one[3] for one in facts["told"])])
    mine = step.owner in (visit.viewer.organisation, *former_offices(work, visit.viewer.organisation))
    return visit.render(
        "step.html",
        step=step,
        plan=plan,
        facts=facts,
        events=[
            (datetime.fromisoformat(at), named_actor(actor, people), act)
            for at, actor, act in facts["events"]
        ],
        told=[(*one[:3], named_actor(one[3], people)) for one in facts["told"]],
        late=lateness(work, step.due_on) if step.state == "open" else None,
        days_left=workdays_left(work, step.due_on),
        mine=mine,
        owner_name=name_of(work, step.owner),
        subject=subject,
        about=subject_name_of(work, visit.viewer, step),
        first=plan.settled_by[0],
        acts=_settling(visit, step, given),
        others=_others(visit, step, mine=mine),
        pair=step.pair,
    )


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
        return [
            ActLink(APPROVING, act_label(APPROVING), f"/voucher/{quote(one, safe=':+')}") for one in entered
        ]
    not_yet = {APPROVING} | ({"fieldwork.confirm_month"} if visit.viewer.role == "recipient" else set())
    links = act_links([one for one in names if one not in not_yet], given, back)
    # Two acts of one page are one button, called as the act that settles the step.
    return list({one.path: one for one in links}.values())


def _others(visit: Visit, step: Step, *, mine: bool) -> list[ActLink]:
    if step.state != "open":
        return []
    names = [one for one in URGING if mine is (one in ("deadlines.hand_over", "deadlines.take_back"))]
    if visit.work.session.get(Assignment, step.key) is None:
        names = [one for one in names if one != "deadlines.take_back"]
    back = f"/step/{quote(step.key, safe=':+')}"
    return act_links(names, {"step": step.key}, back, role=visit.viewer.role)
