"""One act for several rows of a table: what is common is asked once, each row is its own transaction and answer."""

from dataclasses import dataclass

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.beginnings import beginnings
from console.web.fields import fields_of
from console.web.naming import named
from console.web.pages.acts import require_reach
from console.web.posted import read_posted
from console.web.refusals import problem_of
from console.web.routes import Pages
from console.web.visit import Visit, local_path
from models.rules.breach import RuleBroken
from tasks.acts import Act, act_of
from tasks.postings import perform_once
from tasks.refusal import BadInput, NotEntitled, Refusal

pages = Pages()
MOST = 200
"""So many rows at once at most."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `problems` is empty where the act was done."""

    key: str
    problems: tuple[str, ...]


@pages.get("/bulk", SIGNED_IN)
def bulk_form(visit: Visit) -> Response:
    """Asks once for what the chosen rows have in common."""
    chosen, parameter = _wanted(visit, visit.query.get("act", ""))
    keys = visit.request.query_params.getlist("key")
    if not keys:
        raise BadInput("web.nothing_chosen", field="key")
    known = {name: visit.query[name] for name in chosen.form.model_fields if name in visit.query}
    filled = {**beginnings(visit.work, chosen.name, known), **known}
    return _page(visit, chosen, parameter, keys, local_path(visit.query.get("back", "/todo")), given=filled)


@pages.post("/bulk", SIGNED_IN)
def perform_bulk(visit: Visit) -> Response:
    """Performs the act for each row in its own transaction and says of each what became of it."""
    chosen, parameter = _wanted(visit, str(visit.form.get("act", "")))
    keys = [str(one) for one in visit.form.getlist("key")][:MOST]
    posted = read_posted(chosen, visit.form)
    posted.errors.pop(parameter, None)
    back = local_path(str(visit.form.get("back", "/todo")))
    if posted.errors:
        return _page(visit, chosen, parameter, keys, back, errors=posted.errors, given=posted.given)
    once = str(visit.form.get("once", ""))
    outcomes = [_one(visit, chosen, f"{once}:{key}", {**posted.given, parameter: key}, key) for key in keys]
    with visit.looking() as work:
        told = [
            Outcome(named(work, visit.viewer, [one.key])[0], named(work, visit.viewer, one.problems))
            for one in outcomes
        ]
        return visit.render("bulk_done.html", act=chosen, outcomes=told, back=back)


def _one(visit: Visit, chosen: Act, once: str, given: dict[str, object], key: str) -> Outcome:
    try:
        require_reach(visit, given)
        perform_once(visit.house, chosen.name, visit.actor, once, given)
    except (Refusal, RuleBroken) as refused:
        problem = problem_of(refused)
        return Outcome(key, problem.lines if problem else (str(refused),))
    return Outcome(key, ())


def _wanted(visit: Visit, text: str) -> tuple[Act, str]:
    if not text:
        raise BadInput("web.nothing_chosen", field="act")
    name, _, parameter = text.partition(":")
    chosen = act_of(name)
    if parameter not in chosen.form.model_fields:
        raise BadInput("web.nothing_chosen", field="act")
    if visit.viewer.role not in chosen.by:
        raise NotEntitled("act.wrong_party", act=name, actor=str(visit.actor), allowed=list(chosen.by))
    return chosen, parameter


def _page(
    visit: Visit,
    chosen: Act,
    parameter: str,
    keys: list[str],
    back: str,
    *,
    errors: dict[str, str] | None = None,
    given: dict[str, object] | None = None,
) -> Response:
    with visit.looking() as work:
        first = {**(given or {}), parameter: keys[0]}
        fields = [
            one
            for one in fields_of(work, visit.viewer, chosen, first, errors=errors)
            if one.name != parameter
        ]
        shown = keys[:MOST]
        return visit.render(
            "bulk.html",
            400 if errors else 200,
            act=chosen,
            parameter=parameter,
            keys=shown,
            names=dict(zip(shown, named(work, visit.viewer, shown), strict=True)),
            fields=fields,
            back=back,
        )
