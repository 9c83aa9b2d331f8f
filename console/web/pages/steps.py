"""One step: what is owed and why by that date, what settles it, who was told, what happened."""

from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.act_links import ActLink, act_links
from console.web.routes import Pages
from console.web.subjects import Subject, acts_for, given_by, subject_of
from console.web.visit import Visit
from models.step import Step
from tasks.parties import former_offices, name_of
from tasks.queries.explain import explain_step
from tasks.queries.step_rows import workdays_left
from tasks.queries.steps import lateness
from tasks.queries.whereabouts import step_seen
from tasks.refusal import NotFound

pages = Pages()
URGING = ("deadlines.remind_now", "deadlines.extend_step", "deadlines.hand_over", "deadlines.take_back")
"""What can be done with any step beside what settles it."""


@pages.get("/go/{key:path}", SIGNED_IN)
def go(visit: Visit) -> Response:
    """Where a letter's link leads: the step, or the object, that it is about."""
    key = visit.path("key")
    if _step(visit, key) is not None:
        return visit.redirect(f"/step/{quote(key, safe=':+')}")
    found = _object_named(key)
    if found is None:
        raise NotFound("web.not_yours", subject=key)
    return visit.redirect(found.path)


@pages.get("/step/{key:path}", SIGNED_IN)
def step_page(visit: Visit) -> Response:
    """One step whole."""
    work = visit.work
    step = _step(visit, visit.path("key"))
    if step is None:
        raise NotFound("web.not_yours", subject=visit.path("key"))
    plan = work.programme.step(step.kind)
    given = given_by(work, step)
    subject = subject_of(given)
    mine = step.owner in (visit.viewer.organisation, *former_offices(work, visit.viewer.organisation))
    return visit.render(
        "step.html",
        step=step,
        plan=plan,
        facts=explain_step(work, step.key).facts,
        late=lateness(work, step.due_on) if step.state == "open" else None,
        days_left=workdays_left(work, step.due_on),
        mine=mine,
        owner_name=name_of(work, step.owner),
        subject=subject,
        acts=_settling(visit, step, given),
        others=_others(visit, step, mine=mine),
        pair=step.pair,
    )


def _step(visit: Visit, key: str) -> Step | None:
    """The step of that key, None where there is none; one that is not the visitor's to see raises NotFound."""
    step = visit.work.session.execute(select(Step).where(col(Step.key) == key)).scalar_one_or_none()
    if step is not None and not step_seen(visit.work, visit.viewer, step):
        raise NotFound("web.not_yours", subject=key)
    return step


def _settling(visit: Visit, step: Step, given: dict[str, str]) -> list[ActLink]:
    if step.state != "open":
        return []
    back = f"/step/{quote(step.key, safe=':+')}"
    return act_links(acts_for(visit.work, step, visit.viewer.role), given, back)


def _others(visit: Visit, step: Step, *, mine: bool) -> list[ActLink]:
    if step.state != "open":
        return []
    names = [one for one in URGING if mine is (one in ("deadlines.hand_over", "deadlines.take_back"))]
    back = f"/step/{quote(step.key, safe=':+')}"
    return act_links(names, {"step": step.key}, back, role=visit.viewer.role)


def _object_named(key: str) -> Subject | None:
    """The object that a letter's subject names, by the shape of its key."""
    parts = key.split(":")
    if key.startswith("P") and "-" in key:
        return subject_of({"pair": parts[0]})
    if key.count("-") >= 2 and parts[0][:1].isdigit():
        return subject_of({"application": parts[0].split("/")[0]})
    if parts[0] in ("A", "B", "C") and len(parts) > 1:
        return subject_of({"voucher": key})
    if len(parts) == 2 and len(parts[0]) == 4:
        return subject_of({"year": parts[0], "city": parts[1]})
    if len(parts) == 2:
        return subject_of({"batch": parts[0], "city": parts[1]})
    return subject_of({"batch": key}) if key.isdecimal() and len(key) < 4 else None
