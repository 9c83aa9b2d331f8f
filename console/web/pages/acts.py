"""Any act of the register as a form: asked for, read, performed once, and where it was refused, asked for again."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response
from tasks.postings import perform_once

from console.web.access import SIGNED_IN
from console.web.fields import fields_of
from console.web.posted import read_posted
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.subjects import Subject, last_events, latest, subject_of
from console.web.visit import Visit, local_path
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.acts import Act, act_of
from tasks.refusal import AlreadyDone, NotEntitled, Refusal

pages = Pages()


@pages.get("/act/{name}", SIGNED_IN)
def act_form(visit: Visit) -> Response:
    """The empty form of an act, with what the link to it already says."""
    chosen = _act(visit)
    given = {name: visit.query[name] for name in chosen.form.model_fields if name in visit.query}
    fixed = [name for name in visit.query.get("fixed", "").split(",") if name in given]
    return _form_page(visit, chosen, given, fixed=fixed, back=visit.query.get("back", "/todo"))


@pages.post("/act/{name}", SIGNED_IN)
def perform_act(visit: Visit) -> Response:
    """Performs an act once; what is refused comes back with what was typed and what is wrong."""
    chosen = _act(visit)
    return performed(visit, chosen, visit.form)


def performed(
    visit: Visit, chosen: Act, form: FormData, *, extra: Mapping[str, Any] | None = None
) -> Response:
    """The answer to a posted act form; `extra` are parameters that the page gives itself."""
    posted = read_posted(chosen, form)
    for name, value in (extra or {}).items():
        posted.given[name] = value
        posted.errors.pop(name, None)
    shown = {**{name: form.get(name) for name in chosen.form.model_fields if name in form}, **posted.given}
    back = local_path(str(form.get("back") or "/todo"))
    fixed = [name for name in str(form.get("fixed", "")).split(",") if name]
    again = {"fixed": fixed, "back": back}
    if posted.errors:
        return _form_page(visit, chosen, shown, errors=posted.errors, status=400, **again)
    subject = subject_of(posted.given)
    stale = _happened_since(visit, subject, form)
    if stale:
        problem = Problem(409, (say("web.stale"),), say("web.next.stale"))
        return _form_page(visit, chosen, shown, problem=problem, news=stale, status=409, **again)
    try:
        key = visit.request.headers.get("Idempotency-Key") or str(form.get("once", "")) or None
        done = perform_once(visit.house, chosen.name, visit.actor, key, posted.given, back)
    except (Refusal, RuleBroken) as refused:
        return _refused(visit, chosen, shown, refused, subject, again)
    return visit.redirect(done.location or back, done=chosen.name)


def _act(visit: Visit) -> Act:
    chosen = act_of(visit.path("name"))
    if visit.viewer.role not in chosen.by:
        allowed = [visit.house.programme.party_label(one) for one in chosen.by if one != "reviewer"]
        raise NotEntitled("act.wrong_party", act=chosen.name, actor=str(visit.actor), allowed=allowed)
    return chosen


def _refused(
    visit: Visit,
    chosen: Act,
    shown: Mapping[str, Any],
    refused: Refusal | RuleBroken,
    subject: Subject | None,
    again: Mapping[str, Any],
) -> Response:
    problem = problem_of(refused)
    if problem is None:
        raise refused
    errors = _field_errors(chosen, refused)
    with visit.looking() as work:
        news = last_events(work, subject, limit=1) if isinstance(refused, AlreadyDone) else []
    return _form_page(
        visit, chosen, shown, problem=problem, errors=errors, news=news, status=problem.status, **again
    )


def _field_errors(chosen: Act, refused: Refusal | RuleBroken) -> dict[str, str]:
    """What a refusal says of single fields of the form."""
    if isinstance(refused, RuleBroken):
        return {one.field: one.text for one in refused.breaches if one.field in chosen.form.model_fields}
    return {refused.field: refused.text} if refused.field in chosen.form.model_fields else {}


def _happened_since(visit: Visit, subject: Subject | None, form: FormData) -> list[Any]:
    seen = str(form.get("seen", ""))
    if not seen.isdecimal():
        return []
    with visit.looking() as work:
        return last_events(work, subject, after=int(seen))


def _form_page(
    visit: Visit,
    chosen: Act,
    given: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    news: list[Any] | None = None,
    fixed: list[str],
    back: str,
    status: int = 200,
) -> Response:
    with visit.looking() as work:
        subject = subject_of(given)
        return visit.render(
            "act.html",
            status,
            act=chosen,
            clauses=[work.programme.clause(one) for one in chosen.clauses],
            fields=fields_of(work, visit.viewer, chosen, given, errors=errors, fixed=fixed),
            fixed=fixed,
            problem=problem,
            news=news or [],
            subject=subject,
            seen=latest(work, subject),
            back=local_path(back),
        )
