"""People and days: the board of a work year, one pair's year, a month's grid, a city's quarter (S18–S21)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.listing import Column, answer, listed
from console.web.routes import Pages
from console.web.terms import Term, term_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.programme.divisions import DivisionUnknown
from tasks.fieldwork import takes_incidents
from tasks.queries.fieldwork_sheet import FieldworkSheet, fieldwork_sheet, split_pair_year
from tasks.queries.months_state import months_state, quarters_state, sees_tracking
from tasks.queries.pace_board import PaceRow, pace_board
from tasks.queries.scope import own_offices
from tasks.queries.tracking_sheet import tracking_sheet
from tasks.refusal import NotFound
from tasks.steps import is_open
from tasks.work import Work

pages = Pages()

SHAPES = {"confirmed": "✓", "entered": "◆", "disputed": "▲", "none": "○"}
"""How a month stands, as a shape; the page's legend says it in words."""


@pages.get("/fieldwork", needs("fieldwork"))
def fieldwork(visit: Visit) -> Response:
    """Every pair's people and days of a work year, the worst pace first; the cities' quarters."""
    term, offered = term_of(visit)
    board = pace_board(visit.work, visit.viewer, term.batch, term.year)
    months = months_state(visit.work, term.batch, term.year)
    rows = [_row(visit.work, one, term, months.get(one.pair, {})) for one in board.rows]
    words = page_words("fieldwork")["columns"]
    columns = [
        Column("pair", words["pair"], kind="key", link="path"),
        Column("city", words["city"], chosen=True),
        Column("sender", words["sender"]),
        Column("recipient", words["recipient"]),
        Column("people", words["people"], kind="number"),
        Column("confirmed", words["confirmed"], kind="number"),
        Column("entered", words["entered"], kind="number"),
        Column("expected", words["expected"], kind="number"),
        Column("pace", words["pace"], kind="state", chosen=True),
        Column("months", words["months"]),
        Column("last_visit", words["last_visit"], kind="day"),
        Column("alert", words["alert"], chosen=True),
    ]
    table = listed(visit, columns, rows, hidden=("batch", "year"))
    return answer(
        visit, "fieldwork.html", page_words("fieldwork")["title"], table, rows, term=term, terms=offered,
        board=board, quarters=quarters_state(visit.work, visit.viewer, term.year),
        least=_least(visit.work, term),
    )  # fmt: skip


@pages.get("/fieldwork/{key}", needs("fieldwork"))
def fieldwork_page(visit: Visit) -> Response:
    """One pair's work year: who, when, what came of it, whether it will be enough."""
    pair, year = split_pair_year(visit.path("key"))
    visit.require("fieldwork", pair)
    work = visit.work
    sheet = fieldwork_sheet(work, pair, year)
    batch = work.batch(sheet.pair.batch)
    years = range(batch.period_start.year, batch.period_end.year + 1)
    return visit.render(
        "fieldwork_pair.html",
        sheet=sheet,
        years=tuple(years),
        acts=_acts(visit, sheet),
        replacing=_replacing(visit, sheet),
        is_recipient=_is(visit, sheet.pair.recipient),
        indicator=work.programme.indicator,
        incidents_taken=takes_incidents(work, sheet.pair.batch),
    )


@pages.get("/tracking/{key}", needs("fieldwork"))
def tracking_page(visit: Visit) -> Response:
    """A city's quarter: what it found, or the form for it, beside what the records say of its pairs."""
    city, _, quarter = visit.path("key").partition(":")
    if not sees_tracking(visit.viewer, city):
        raise NotFound("web.not_yours", subject=visit.path("key"))
    try:
        sheet = tracking_sheet(visit.work, city, quarter)
    except DivisionUnknown:
        raise NotFound("web.not_yours", subject=visit.path("key")) from None
    if not sheet.pairs and sheet.tracking is None:
        raise NotFound("web.not_yours", subject=visit.path("key"))
    mine = visit.viewer.role == "city_civil" and visit.viewer.city == city
    return visit.render(
        "tracking.html",
        sheet=sheet,
        may_record=mine and sheet.tracking is None and sheet.end < visit.work.today,
        clauses=[visit.work.programme.clause(one) for one in ("K12", "K29", "K32")],
    )


def pair_year_path(pair: str, year: int | str) -> str:
    """Where a pair's work year is shown."""
    return f"/fieldwork/{quote(f'{pair}:{year}', safe=':')}"


def _row(work: Work, one: PaceRow, term: Term, months: Mapping[str, str]) -> dict[str, Any]:
    words = page_words("fieldwork")["pace"]
    enough = one.expected is not None and one.expected >= one.days_least
    pace = "short" if one.is_alarming else "enough" if enough else "early"
    return {
        "pair": one.pair,
        "path": pair_year_path(one.pair, term.year),
        "city": work.divisions.by_code(one.city).name,
        "sender": one.sender,
        "recipient": one.recipient,
        "people": one.trainees,
        "confirmed": _plain(one.confirmed_half_days / 2),
        "entered": _plain(one.entered_half_days / 2),
        "expected": float(one.expected) if one.expected is not None else None,
        "pace": words[pace],
        "pace_mark": {"short": "bad", "enough": "fine", "early": "idle"}[pace],
        "months": " ".join(f"{int(month[5:])}{SHAPES[state]}" for month, state in months.items()),
        "last_visit": one.last_visit,
        "alert": one.alert_label,
    }


def _plain(days: float) -> float | int:
    return int(days) if days == int(days) else days


def _least(work: Work, term: Term) -> tuple[int, int]:
    rules = work.rules(term.batch)
    return rules.number("fieldwork.trainees_min"), rules.number("fieldwork.days_min")


def _is(visit: Visit, organisation: str) -> bool:
    return organisation in own_offices(visit.work, visit.viewer.organisation)


def _acts(visit: Visit, sheet: FieldworkSheet) -> list[ActLink]:
    """What the visitor can do about the year now: name the people, answer an alert, report an incident."""
    pair = sheet.pair
    parties = _is(visit, pair.recipient) or _is(visit, pair.sender)
    names = []
    if _is(visit, pair.recipient) and pair.state == "effective" and sheet.roster is None:
        names.append("fieldwork.name_trainees")
    if parties and any(one.answered_at is None for one in sheet.alerts):
        names.append("fieldwork.answer_pace_alert")
    local = _is(visit, pair.nominator) or visit.viewer.organisation == f"{pair.city}-mz"
    if (parties or local) and takes_incidents(visit.work, pair.batch):
        names.append("fieldwork.report_incident")
    given = {"pair": pair.key, "year": str(sheet.year)}
    links = act_links(names, given, pair_year_path(pair.key, sheet.year), role=visit.viewer.role)
    if parties and is_open(visit.work, "S22", f"{pair.key}:{sheet.year}"):
        links += act_links(["evaluation.file_self_evaluation"], given, "", role=visit.viewer.role)
    return links


def _replacing(visit: Visit, sheet: FieldworkSheet) -> dict[str, str]:
    """Trainee → the form by which somebody else takes the place."""
    if not _is(visit, sheet.pair.recipient) or sheet.pair.state != "effective":
        return {}
    back = pair_year_path(sheet.pair.key, sheet.year)
    return {
        one.key: act_links(["fieldwork.replace_trainee"], {"trainee": one.key}, back)[0].path
        for one in sheet.trainees
        if one.left_on is None
    }
