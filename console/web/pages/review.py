"""The review: a reviewer's own applications and scores; the province's panel, progress and ranking (S09, K25, A23)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.pages.pairs import batches_of
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.visit import Visit
from models.opening import Batch
from models.rules.breach import RuleBroken
from tasks.postings import perform_once
from tasks.queries.review_board import BoardRow, criteria, review_board, review_ranking
from tasks.queries.review_progress import experts, own_steps, review_progress, reviewed_batches, unchecked
from tasks.refusal import NotFound, Refusal
from tasks.work import Work

pages = Pages()
FORM_PANEL = "review.form_panel"
BEFORE_REVIEW = ("announced", "open")
"""States of a batch in which its panel is named."""


@pages.get("/review", needs("review"))
def review_page(visit: Visit) -> Response:
    """A reviewer's list, or the province's view of a batch's review."""
    if visit.viewer.role == "reviewer":
        return _own_list(visit)
    work = visit.work
    batches = [one for one in batches_of(work) if one.opened_on is not None]
    batch = _chosen(visit, batches)
    if batch is None:
        return visit.render("review_none.html")
    return _progress_page(visit, work, batch)


def _progress_page(
    visit: Visit,
    work: Work,
    batch: Batch,
    *,
    problem: Problem | None = None,
    ticked: Sequence[str] = (),
    chair: str = "",
) -> Response:
    """The province's view of a batch's review; what was ticked for a panel that was refused stays ticked."""
    progress = review_progress(work, batch.number)
    role = visit.viewer.role
    return visit.render(
        "review_progress.html",
        problem.status if problem else 200,
        problem=problem,
        ticked=ticked,
        chair=chair,
        batches=[one for one in batches_of(work) if one.opened_on is not None],
        batch=batch,
        unchecked=unchecked(work, batch.number) if batch.state in BEFORE_REVIEW else {},
        progress=progress,
        ranking=review_ranking(work, batch.number),
        experts=experts(work) if not progress.panel and _forms_panel(visit, batch) else None,
        registering=act_links(["review.register_reviewer"], {}, visit.request.url.path, role=role),
        urging={
            one.person: _bulk("deadlines.remind_now:step", one.steps, "/review")
            for one in progress.panel
            if one.steps and role == "province_civil"
        },
        may_decide=role == "province_civil" and batch.state == "reviewing",
    )


@pages.post("/review/panel/{batch}", needs("review", "A"))
def form_panel(visit: Visit) -> Response:
    """Names the panel from the ticked experts, one of them in the chair."""
    form = visit.form
    chair = str(form.get("chair", ""))
    batch, ticked = _number(visit), [str(one) for one in form.getlist("person")]
    members = [{"person": one, "city": None, "chair": one == chair} for one in ticked]
    back = f"/review?batch={batch}"
    try:
        once = str(form.get("once", "")) or None
        perform_once(visit.house, FORM_PANEL, visit.actor, once, {"batch": batch, "members": members}, back)
    except (Refusal, RuleBroken) as refused:
        with visit.looking() as work:
            found, problem = work.batch(batch), problem_of(refused)
            return _progress_page(visit, work, found, problem=problem, ticked=ticked, chair=chair)
    return visit.redirect(back, done=FORM_PANEL)


@pages.get("/review/{application}", needs("review"))
def application_review(visit: Visit) -> Response:
    """One application as a reviewer judges it, or all that its reviewers have said of it."""
    key = visit.path("application")
    if visit.viewer.role == "reviewer":
        return _own_review(visit, key)
    visit.require("review", key)
    work = visit.work
    batch = _batch_of(key)
    row = next((one for one in review_ranking(work, batch) if one.application == key), None)
    if row is None:
        raise NotFound("web.not_yours", subject=key)
    return visit.render(
        "review_opinions.html", row=row, criteria=criteria(work, batch), batch=work.batch(batch)
    )


def _own_list(visit: Visit) -> Response:
    work, person = visit.work, visit.viewer.person
    own = set(reviewed_batches(work, person))
    batches = [one for one in batches_of(work) if one.number in own]
    batch = _chosen(visit, batches)
    if batch is None:
        return visit.render("review_none.html")
    board = review_board(work, batch.number, reviewer=person)
    steps = own_steps(work, batch.number, person)
    waiting = [one for one in board.rows if one.application in steps]
    rest = [one for one in board.rows if one.application not in steps]
    return visit.render(
        "review_own.html",
        batches=batches,
        batch=batch,
        rows=[*waiting, *rest],
        steps=steps,
    )


def _own_review(visit: Visit, key: str) -> Response:
    person, work = visit.viewer.person, visit.work
    visit.require("review", f"{key}:{person}")
    batch = _batch_of(key)
    board = review_board(work, batch, reviewer=person)
    row = next(one for one in board.rows if one.application == key)
    order = [one.application for one in board.rows]
    steps = own_steps(work, batch, person)
    following = [one for one in order[order.index(key) + 1 :] + order[: order.index(key)] if one in steps]
    return visit.render(
        "review_form.html",
        row=row,
        criteria=board.criteria,
        batch=work.batch(batch),
        step=steps.get(key),
        following=following[0] if following else "",
        is_over=row.own.conflict is None and key not in steps,
        shown=_shown(row),
    )


def _shown(row: BoardRow) -> bool:
    """Whether the form is shown: not to whoever has an interest in it (K25)."""
    return row.own.conflict is not True


def _chosen(visit: Visit, batches: list[Batch]) -> Batch | None:
    """The batch that is asked for, else the one under review, else the latest."""
    asked = [one for one in batches if str(one.number) == visit.query.get("batch")]
    under_way = [one for one in batches if one.state == "reviewing"]
    return next(iter([*asked, *under_way, *reversed(batches)]), None)


def _forms_panel(visit: Visit, batch: Batch) -> bool:
    return visit.viewer.role == "province_civil" and batch.state in BEFORE_REVIEW


def _number(visit: Visit) -> int:
    text = visit.path("batch")
    if not text.isdecimal():
        raise NotFound("web.not_yours", subject=text)
    return int(text)


def _batch_of(key: str) -> int:
    number = key.partition("-")[0]
    if not number.isdecimal():
        raise NotFound("web.not_yours", subject=key)
    return int(number)


def _bulk(act: str, keys: tuple[str, ...], back: str) -> str:
    pairs: list[tuple[str, Any]] = [("act", act), ("back", back), *(("key", one) for one in keys)]
    return f"/bulk?{urlencode(pairs)}"


def in_order(work: Work, batch: int, ties: dict[str, int]) -> list[str]:
    """The applications of a batch as the scores rank them, equal means in the chair's order."""
    rows = review_ranking(work, batch)
    scored = [one for one in rows if one.mean is not None]
    scored.sort(key=lambda one: (-(one.mean or 0), ties.get(one.application, len(rows)), one.application))
    return [one.application for one in scored]
