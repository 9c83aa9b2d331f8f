"""A month of service days as a grid: entered by the recipient, confirmed or disputed by the sender (S19; K31, A14)."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from console.web.access import needs
from console.web.choice import Choice
from console.web.choices import choices_of
from console.web.fields import Field, fields_of
from console.web.pages.fieldwork import pair_year_path
from console.web.posted import read_posted
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.visit import Visit
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.acts import act_of
from tasks.postings import perform_once
from tasks.queries.month_sheet import MonthSheet, month_sheet
from tasks.queries.scope import own_offices
from tasks.refusal import NotFound, Refusal
from tasks.work import Work

pages = Pages()

ENTER = "fieldwork.enter_month"
HALVES = ("1", "2")
_GIVEN_BY_PAGE = ("pair", "month", "days")


@pages.get("/fieldwork/{key}/month/{month}", needs("fieldwork"))
def month_page(visit: Visit) -> Response:
    """The month as it stands, as a form where the recipient is to enter it."""
    pair, month = _asked(visit)
    visit.require("fieldwork", pair)
    sheet = month_sheet(visit.work, pair, month)
    full = visit.query.get("fill") == "workdays"
    return _show(visit, sheet, _filled(sheet) if full else _stored(sheet), {})


@pages.post("/fieldwork/{key}/month/{month}", needs("fieldwork", "S"))
def enter_month(visit: Visit) -> Response:
    """Enters the month once; what is refused comes back with everything that was filled in."""
    pair, month = _asked(visit)
    visit.require("fieldwork", pair, "S")
    with visit.looking() as work:
        sheet = month_sheet(work, pair, month)
    chosen, form = act_of(ENTER), visit.form
    posted = read_posted(chosen, form)
    errors = {name: text for name, text in posted.errors.items() if name not in _GIVEN_BY_PAGE}
    given = {**posted.given, "pair": pair, "month": month, "days": _days_of(sheet, form)}
    if errors:
        problem = Problem(400, tuple(dict.fromkeys(errors.values())), say("web.next.bad_input"))
        return _again(visit, sheet, given, errors, problem)
    try:
        once = str(form.get("once", "")) or None
        perform_once(visit.house, ENTER, visit.actor, once, given)
    except (Refusal, RuleBroken) as refused:
        problem_found = problem_of(refused)
        if problem_found is None:
            raise
        return _again(visit, sheet, given, {}, problem_found)
    return visit.redirect(month_path(pair, month), done=ENTER)


def month_path(pair: str, month: str) -> str:
    """Where a month is shown."""
    return f"{pair_year_path(pair, month[:4])}/month/{month}"


def _asked(visit: Visit) -> tuple[str, str]:
    key, month = visit.path("key"), visit.path("month")
    pair, _, year = key.partition(":")
    if month[:4] != year:
        raise NotFound("web.no_page", path=visit.request.url.path)
    return pair, month


def _stored(sheet: MonthSheet) -> dict[str, str]:
    """The grid as it stands in the records, by the names of its inputs."""
    cells: dict[str, str] = {}
    for row in sheet.days:
        day = row.day.isoformat()
        cells |= {f"kind.{day}": row.kind, f"note.{day}": row.note}
        cells |= {f"day.{day}.{trainee}": str(halves) for trainee, halves in row.halves.items()}
    return cells


def _filled(sheet: MonthSheet) -> dict[str, str]:
    """The grid with a whole day of everybody on every working day that has come, to be corrected from there."""
    cells = _stored(sheet)
    for row in sheet.days:
        for one in sheet.trainees:
            if row.open and row.is_workday and one.joined_on <= row.day <= (one.left_on or row.day):
                cells.setdefault(f"day.{row.day.isoformat()}.{one.key}", "2")
    return cells


def _days_of(sheet: MonthSheet, form: FormData) -> list[dict[str, Any]]:
    """The service days that a posted grid says; a cell left at nothing is no day."""
    found = []
    for row in sheet.days:
        day = row.day.isoformat()
        for one in sheet.trainees:
            halves = str(form.get(f"day.{day}.{one.key}", ""))
            if halves in HALVES:
                found.append(
                    {
                        "trainee": one.key,
                        "day": day,
                        "half_days": int(halves),
                        "kind": str(form.get(f"kind.{day}", "")) or "training",
                        "note": str(form.get(f"note.{day}", "")).strip(),
                    }
                )
    return found


def _again(
    visit: Visit,
    sheet: MonthSheet,
    given: Mapping[str, Any],
    errors: Mapping[str, str],
    problem: Problem,
) -> Response:
    typed = {name: str(value) for name, value in visit.form.items()}
    return _show(visit, sheet, typed, given, errors=errors, problem=problem)


def _show(
    visit: Visit,
    sheet: MonthSheet,
    cells: Mapping[str, str],
    given: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    with visit.looking() as work:
        own = own_offices(work, visit.viewer.organisation)
        enters = sheet.pair.recipient in own and sheet.may_be_entered and sheet.start <= work.today
        return visit.render(
            "month.html",
            problem.status if problem else 200,
            sheet=sheet,
            cells=cells,
            problem=problem,
            enters=enters and bool(sheet.trainees),
            is_recipient=sheet.pair.recipient in own,
            judges=sheet.pair.sender in own
            and sheet.monthly is not None
            and sheet.monthly.state == "entered",
            rows=_row_fields(visit, work, sheet, given or _recorded(sheet), errors or {}) if enters else (),
            kinds=_kinds(visit, work, sheet),
            indicator=work.programme.indicator,
            clauses=[work.programme.clause(one) for one in ("K31", "K12")],
            path=month_path(sheet.pair.key, sheet.month),
            back=pair_year_path(sheet.pair.key, sheet.month[:4]),
        )


def _recorded(sheet: MonthSheet) -> dict[str, Any]:
    return {
        "activities": [
            {"indicator": one.indicator, "day": one.day, "amount": one.amount, "note": one.note}
            for one in sheet.activities
        ],
        "visits": [
            {"began_on": one.began_on, "ended_on": one.ended_on, "people": one.people, "kind": one.kind}
            for one in sheet.visits
        ],
    }


def _row_fields(
    visit: Visit, work: Work, sheet: MonthSheet, given: Mapping[str, Any], errors: Mapping[str, str]
) -> tuple[Field, ...]:
    rows = {name: value for name, value in given.items() if name in ("activities", "visits")}
    asked = fields_of(work, visit.viewer, act_of(ENTER), {**rows, "pair": sheet.pair.key}, errors=errors)
    return tuple(one for one in asked if one.name in ("activities", "visits"))


def _kinds(visit: Visit, work: Work, sheet: MonthSheet) -> tuple[Choice, ...]:
    return choices_of(work, visit.viewer, ENTER, "days.kind", {"pair": sheet.pair.key})
