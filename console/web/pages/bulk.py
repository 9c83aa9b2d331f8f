"""One act for several rows of a table: a line for each, what is common above them, each its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.beginnings import beginnings
from console.web.bulk_rows import Batch, Filled, bulk_form, read_rows, row_name, split_defaults, typed
from console.web.naming import named
from console.web.pages.acts import require_reach
from console.web.refusals import problem_of
from console.web.routes import Pages
from console.web.visit import Visit, local_path
from models.rules.breach import RuleBroken
from tasks.acts import act_of
from tasks.postings import perform_once
from tasks.refusal import BadInput, NotEntitled, Refusal

pages = Pages()
MOST = 200
"""So many rows at once at most."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `problems` is empty where the act was done."""

    key: str
    name: str
    problems: tuple[str, ...]


@pages.get("/bulk", SIGNED_IN)
def bulk_page(visit: Visit) -> Response:
    """Asks for what the chosen rows have in common and for what each has by itself."""
    keys = visit.request.query_params.getlist("key")
    batch = _batch(visit, visit.query.get("act", ""), keys)
    fields = batch.act.form.model_fields
    known = {name: visit.query[name] for name in fields if name in visit.query}
    begun = {key: _begun(visit, batch, known, key) for key in batch.keys}
    left_out = len(set(keys)) - len(batch.keys) if len(batch.keys) < MOST else 0
    return _page(visit, batch, split_defaults(begun), visit.query.get("back", "/todo"), left_out=left_out)


@pages.post("/bulk", SIGNED_IN)
def perform_bulk(visit: Visit) -> Response:
    """Performs the act for each row in its own transaction and says of each what became of it.

    While a row cannot be read nothing is done. What was refused stands below the result to be sent again as it is.
    """
    form = visit.form
    batch = _batch(visit, str(form.get("act", "")), [str(one) for one in form.getlist("key")])
    back, read = str(form.get("back") or "/todo"), read_rows(batch, form)
    filled = typed(batch, form, read)
    if any(one.errors for one in read.values()):
        return _page(visit, batch, filled, back, status=400)
    once = str(form.get("once", ""))
    told = {key: _one(visit, batch, f"{once}:{key}", one.given) for key, one in read.items()}
    with visit.looking() as work:
        outcomes = [
            Outcome(key, row_name(work, visit.viewer, batch, key), named(work, visit.viewer, problems))
            for key, problems in told.items()
        ]
        refused = replace(batch, keys=tuple(one.key for one in outcomes if one.problems))
        rest = bulk_form(work, visit.viewer, refused, _only(refused, filled)) if refused.keys else None
        return visit.render(
            "bulk_done.html",
            act=batch.act,
            outcomes=outcomes,
            form=rest,
            parameters=",".join(batch.parameters),
            back=local_path(back),
        )


def _one(visit: Visit, batch: Batch, once: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Performs the act for a row; returns what is wrong, () where it was done, now or by the same form before."""
    try:
        require_reach(visit, given)
        perform_once(visit.house, batch.act.name, visit.actor, once, given)
    except (Refusal, RuleBroken) as refused:
        problem = problem_of(refused)
        return problem.lines if problem else (str(refused),)
    return ()


def _only(batch: Batch, filled: Filled) -> Filled:
    """What was typed for the rows that are left; a single one is asked without cells, so its own stand for all."""
    if batch.cells:
        return filled
    return replace(filled, common={**filled.common, **filled.rows.get(batch.keys[0], {})})


def _batch(visit: Visit, text: str, keys: Sequence[str]) -> Batch:
    """The act, the parameters and the rows that an address or a form names; raises BadInput for none."""
    if not text:
        raise BadInput("web.nothing_chosen", field="act")
    name, _, names = text.partition(":")
    chosen, parameters = act_of(name), tuple(names.split(","))
    if not set(parameters) <= set(chosen.form.model_fields):
        raise BadInput("web.nothing_chosen", field="act")
    if visit.viewer.role not in chosen.by:
        raise NotEntitled("act.wrong_party", act=name, actor=str(visit.actor), allowed=list(chosen.by))
    batch = Batch(chosen, parameters, tuple(keys)).fitting()
    if not batch.keys:
        raise BadInput("web.nothing_chosen", field="key")
    return replace(batch, keys=batch.keys[:MOST])


def _begun(visit: Visit, batch: Batch, known: Mapping[str, str], key: str) -> dict[str, Any]:
    """What a row's fields begin with, beside what its key gives."""
    own = batch.given(key) or {}
    begun = {**beginnings(visit.work, batch.act.name, {**known, **own}), **known}
    return {name: value for name, value in begun.items() if name not in own}


def _page(
    visit: Visit, batch: Batch, filled: Filled, back: str, *, status: int = 200, left_out: int = 0
) -> Response:
    with visit.looking() as work:
        return visit.render(
            "bulk.html",
            status,
            act=batch.act,
            form=bulk_form(work, visit.viewer, batch, filled),
            parameters=",".join(batch.parameters),
            left_out=left_out,
            back=local_path(back),
        )
