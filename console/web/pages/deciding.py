"""The province's decision on a batch: the ranking, each application's result, minutes and document (S10, K25, A23)."""

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from console.web.access import needs
from console.web.attached import attached
from console.web.pages.review import in_order
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.uploads import chosen_name, read_uploads
from console.web.visit import Visit
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.acts import act_of
from tasks.postings import perform_once
from tasks.queries.decision_page import DecisionPage, decision_page
from tasks.refusal import NotFound, Refusal

pages = Pages()
DECIDE = "review.decide"
CHOSEN = ("approved", "waiting")
RESULTS = (*CHOSEN, "rejected")


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the form says: each application's result, the reason of a refusal, the chair's order among equals."""

    results: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    ties: dict[str, int] = field(default_factory=dict)
    minutes: str = ""
    document: str = ""


@pages.get("/review/decision/{batch}", needs("review", "A"))
def decision_form(visit: Visit) -> Response:
    """The ranking with a result for each application, as the scores and the roster suggest it."""
    return _show(visit, _number(visit), Ballot())


@pages.post("/review/decision/{batch}", needs("review", "A"))
def decide(visit: Visit) -> Response:
    """Takes the decision once; what is refused comes back with what was chosen."""
    batch, ballot = _number(visit), _ballot(visit)
    with visit.looking() as work:
        ranked = in_order(work, batch, ballot.ties)
        ties = _open_ties(decision_page(work, batch), ballot)
    if ties:
        return _show(visit, batch, ballot, Problem(409, ties, say("web.next.bad_input")))
    order = [*ranked, *sorted(ballot.results.keys() - set(ranked))]
    by_result = {one: [key for key in order if ballot.results.get(key) == one] for one in RESULTS}
    uploads = read_uploads(DECIDE, visit.form)
    given: dict[str, Any] = {
        "batch": batch,
        "approved": by_result["approved"],
        "waiting": by_result["waiting"],
        "rejected": {key: ballot.reasons.get(key, "") for key in by_result["rejected"]},
        "minutes": ballot.minutes,
        "document": ballot.document or chosen_name(visit.form, "document"),
    }
    try:
        once = str(visit.form.get("once", "")) or None
        files = uploads.kept(visit.house.home)
        perform_once(visit.house, DECIDE, visit.actor, once, given, f"/pairing/{batch}", files=files)
    except (Refusal, RuleBroken) as refused:
        return _show(visit, batch, ballot, problem_of(refused), again=uploads.again)
    return visit.redirect(f"/pairing/{batch}", done=DECIDE)


def _open_ties(page: DecisionPage, ballot: Ballot) -> tuple[str, ...]:
    """Equal means that nobody has put in order, of those that are chosen: the page takes no order of its own (A23)."""
    chosen = [one for one in page.candidates if one.tied and ballot.results.get(one.application) in CHOSEN]
    found = []
    for mean in dict.fromkeys(one.mean for one in chosen):
        equal = [one for one in chosen if one.mean == mean]
        places = {ballot.ties.get(one.application, -number) for number, one in enumerate(equal)}
        if len(equal) > 1 and (len(places) < len(equal) or min(places) < 1):
            names = [one.institution for one in equal]
            found.append(say("web.tie_open", mean=f"{float(mean or 0):.2f}", names=names))
    return tuple(found)


def _show(
    visit: Visit, batch: int, ballot: Ballot, problem: Problem | None = None, *, again: str = ""
) -> Response:
    with visit.looking() as work:
        found = work.batch(batch)
        return visit.render(
            "review_decision.html",
            problem.status if problem else 200,
            batch=found,
            page=decision_page(work, batch),
            ballot=ballot,
            problem=problem,
            again=again,
            files=attached(visit, ("decision", batch)),
            clauses=[work.programme.clause(one) for one in act_of(DECIDE).clauses],
        )


def _ballot(visit: Visit) -> Ballot:
    found = Ballot(
        minutes=str(visit.form.get("minutes", "")), document=str(visit.form.get("document", "")).strip()
    )
    for name, value in visit.form.items():
        part, _, key = name.partition(".")
        text = str(value).strip()
        if part == "result" and text in RESULTS:
            found.results[key] = text
        elif part == "reason":
            found.reasons[key] = text
        elif part == "tie" and text.isdecimal():
            found.ties[key] = int(text)
    return found


def _number(visit: Visit) -> int:
    text = visit.path("batch")
    if not text.isdecimal():
        raise NotFound("web.not_yours", subject=text)
    return int(text)
