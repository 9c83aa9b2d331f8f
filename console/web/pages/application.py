"""One application: where it stands and whose turn it is, its form with remarks, its versions, what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.attached import attached
from console.web.pages.acts import Sheet, performed
from console.web.possible import acts_on_application
from console.web.refusals import problem_of
from console.web.routes import Pages
from console.web.subjects import latest, subject_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.rules.breach import RuleBroken
from tasks.acts import act_of
from tasks.parties import name_of
from tasks.postings import perform_once
from tasks.queries.dossier_page import IN_HAND, DossierPage, dossier_page, may_reveal
from tasks.queries.first_form import form_title
from tasks.refusal import NotFound, Refusal
from tasks.work import Work

pages = Pages()
REMARKING = {"return": "application.return_for_changes", "correction": "application.request_correction"}
"""Where remarks are written → the act that they are written for."""
_PARAMETER = {"application.return_for_changes": "remarks", "application.request_correction": "problems"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes next with an application, in a sentence, and whether it is the viewer's turn."""

    text: str
    mine: bool


@pages.get("/application/{key}", needs("application"))
def application_page(visit: Visit) -> Response:
    """Everything about one application."""
    return _page(visit, "application.html")


@pages.get("/application/{key}/print", needs("application"))
def application_print(visit: Visit) -> Response:
    """Appendix 1 as the notice prints it."""
    return _page(visit, "appendix_1.html")


@pages.get("/application/{key}/remarks/{goal}", needs("application"))
def remarks_page(visit: Visit) -> Response:
    """The form with a place for a remark beside every field."""
    goal = visit.path("goal")
    act = REMARKING.get(goal, "")
    key = visit.path("key")
    visit.require("application", key)
    found = dossier_page(visit.work, visit.viewer, key)
    if act not in acts_on_application(visit.work, visit.viewer, found.application):
        raise NotFound("web.no_page", path=visit.request.url.path)
    return _remarks(visit, found, goal, {})


@pages.post("/application/{key}/remarks/{goal}", needs("application"))
def send_remarks(visit: Visit) -> Response:
    """Gives the form back with what is to be changed, field by field; what is refused comes back here as typed."""
    key, goal = visit.path("key"), visit.path("goal")
    act = REMARKING.get(goal, "")
    if not act:
        raise NotFound("web.no_page", path=visit.request.url.path)
    visit.require("application", key)
    prefix = f"{_PARAMETER[act]}."
    typed = {
        name.removeprefix(prefix): str(text) for name, text in visit.form.items() if name.startswith(prefix)
    }

    def again(visit: Visit, sheet: Sheet) -> Response:
        with visit.looking() as work:
            return _remarks(visit, dossier_page(work, visit.viewer, key), goal, typed, sheet)

    return performed(visit, act_of(act), visit.form, extra={"application": key}, again=again)


@pages.post("/application/{key}/number", needs("application"))
def reveal_number(visit: Visit) -> Response:
    """Shows a resident number once, with the reason written down."""
    key = visit.path("key")
    visit.require("application", key)
    field, reason = (str(visit.form.get(name, "")) for name in ("number", "reason"))
    given = {"application": key, "number": field, "reason": reason}
    number, problem = "", None
    try:
        done = perform_once(
            visit.house, "application.reveal_id", visit.actor, str(visit.form.get("once", "")) or None, given
        )
        number = str(done.result or "")
    except (Refusal, RuleBroken) as refused:
        problem = problem_of(refused)
        if problem is None:
            raise
    with visit.looking() as work:
        found = dossier_page(work, visit.viewer, key)
        label = work.programme.form_field(_field_id(work, field)).label if number else ""
        return visit.render(
            "number.html",
            problem.status if problem else 200,
            found=found,
            number=number,
            label=label,
            reason=reason,
            problem=problem,
        )


def _field_id(work: Work, key: str) -> str:
    return next((one.id for one in work.programme.form if one.key == key), key)


def _page(visit: Visit, template: str) -> Response:
    key = visit.path("key")
    visit.require("application", key)
    return _show(visit, dossier_page(visit.work, visit.viewer, key), template)


def _remarks(
    visit: Visit, found: DossierPage, goal: str, typed: Mapping[str, str], sheet: Sheet | None = None
) -> Response:
    act = REMARKING[goal]
    return _show(
        visit,
        found,
        "application.html",
        sheet.status if sheet else 200,
        remarking=act,
        parameter=_PARAMETER[act],
        goal=goal,
        typed=typed,
        problem=sheet.problem if sheet else None,
        news=sheet.news if sheet else (),
    )


def _show(visit: Visit, found: DossierPage, template: str, status: int = 200, **facts: Any) -> Response:
    work, viewer, key = visit.work, visit.viewer, found.row.key
    back = f"/application/{quote(key)}"
    possible = acts_on_application(work, viewer, found.application)
    links = act_links(possible, {"application": key}, back)
    return visit.render(
        template,
        status,
        found=found,
        row=found.row,
        turn=_turn(visit, found),
        links=links,
        files=attached(visit, ("application", key)),
        in_hand=viewer.organisation == found.row.uscc and found.row.state in IN_HAND,
        is_applicant=viewer.organisation == found.row.uscc,
        shows_events=visit.sees("audit", f"application:{key}"),
        sees_list=visit.sees("recommendation", f"{found.row.batch}:{found.row.city}"),
        asks_numbers=may_reveal(work, viewer, found.application),
        seen=latest(work, subject_of({"application": key})),
        form_title=form_title(work, found.row.batch),
        query=visit.query,
        **{"remarking": "", "parameter": "", "goal": "", "typed": {}, "problem": None, "news": (), **facts},
    )


def _turn(visit: Visit, found: DossierPage) -> Turn:
    """What comes next; before the recommendation it is first rural revitalisation's turn, then the nominator's."""
    row, words = found.row, page_words("turn")
    code = row.state
    if code == "submitted" and row.consented_on is None:
        code = "unconsented"
    if code in ("draft", "returned") and row.list_state not in ("collecting", "ranked"):
        code = "too_late"
    rural = name_of(visit.work, f"{row.nominator.partition('-')[0]}-xz")
    text = str(words[code]).format(
        nominator=row.nominator_name, rural=rural, city=row.city_name, name=row.name
    )
    possible = acts_on_application(visit.work, visit.viewer, found.application)
    waiting = set(possible) & set(page_words("turn_acts")["acts"])
    to_write = row.state in IN_HAND and code != "too_late" and visit.viewer.organisation == row.uscc
    mine = bool(waiting) or to_write
    return Turn(text, mine)
