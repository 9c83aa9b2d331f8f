"""The programme as data: its clauses, values, readings, steps, parties and calendar, and what proves each."""

from collections import Counter
from datetime import date
from typing import Any

from starlette.responses import Response

from console.web import pack_view
from console.web.access import needs
from console.web.glancing import steps_lead_on
from console.web.listing import Column, answer, listed
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.messages import say
from models.programme.pack import Ambiguity, Clause, StepKind
from models.programme.workdays import CalendarMissing
from tasks.queries.clause_evidence import clause_list

pages = Pages()
MOST_WORKDAYS = 300
"""So many working days are explained at most: each is a line of the page."""


@pages.get("/programme", needs("programme"))
def clauses(visit: Visit) -> Response:
    """Every clause; for those who read the whole audit trail with what it has brought about."""
    programme, proved = visit.house.programme, pack_view.proves(visit)
    figures = {one.id: one for one in clause_list(visit.work)} if proved else {}
    rows: list[dict[str, Any]] = []
    for one in programme.clauses:
        row: dict[str, Any] = {
            "id": one.id,
            "path": f"/programme/{one.id}",
            "number": one.number,
            "title": one.title,
            "binding": programme.label("binding", one.binding),
            "quote": one.quote,
        }
        if line := figures.get(one.id):
            row |= {
                name: getattr(line, name) or None
                for name in ("opened", "in_time", "late", "open", "overdue", "events", "overrides")
            }
        rows.append(row)
    columns = _columns("clauses") + (_columns("evidence") if proved else [])
    return _list(visit, "clauses", columns, rows, digest=programme.digest)


@pages.get("/programme/parameters", needs("programme"))
def parameters(visit: Visit) -> Response:
    """Every value, with its unit, clause and since when it is in force."""
    rows = []
    for one in visit.house.programme.parameters:
        line = pack_view.shown(visit, one)
        since, _value, by = line["values"][-1]
        rows.append(
            {
                **line,
                "path": f"/programme/{one.key}",
                "clauses": [one.clause],
                "since": since,
                "by": by,
                "group": one.key.partition(".")[0],
                "count": len(line["values"]),
            }
        )
    return _list(visit, "parameters", _columns("parameters"), rows)


@pages.get("/programme/readings", needs("programme"))
def readings(visit: Visit) -> Response:
    """Every question that the notice leaves open, with the reading taken."""
    programme, rows = visit.house.programme, []
    for one in programme.ambiguities:
        shown = pack_view.shown(visit, programme.parameter(one.key))
        rows.append(
            {
                "id": one.id,
                "path": f"/programme/{one.id}",
                "question": one.question,
                "reading": one.reading,
                "now": shown["now"],
                "clauses": [one.clause],
            }
        )
    return _list(visit, "readings", _columns("readings"), rows)


@pages.get("/programme/steps", needs("programme"))
def kinds(visit: Visit) -> Response:
    """Every kind of obligation: who owes it, by when, what settles it, who is told when it is late."""
    stages = visit.house.programme.stages
    found = [pack_view.kind_words(visit, one) for one in visit.house.programme.steps]
    groups = [(stage, [one for one in found if one.plan.stage == stage.code]) for stage in stages]
    return _page(visit, "steps", groups=groups)


@pages.get("/programme/parties", needs("programme"))
def parties(visit: Visit) -> Response:
    """Parties, contacts, legs of money and batches."""
    programme = visit.house.programme
    amounts = {
        one.code: pack_view.shown(visit, programme.parameter(one.amount))["now"] for one in programme.legs
    }
    return _page(visit, "parties", programme=programme, amounts=amounts)


@pages.get("/programme/calendar", needs("programme"))
def calendar(visit: Visit) -> Response:
    """A year's holidays and make-up working days, and how many working days each month has."""
    table = visit.house.workdays
    years = range(table.first.year, table.last.year + 1)
    wanted = visit.query.get("year", "")
    year = int(wanted) if wanted.isdecimal() and int(wanted) in years else visit.work.today.year
    first, last = max(date(year, 1, 1), table.first), min(date(year, 12, 31), table.last)
    months = Counter(
        one.date.month for one in table.calendar_rows() if one.date.year == year and one.is_workday
    )
    return _page(
        visit,
        "calendar",
        table=table,
        years=years,
        year=year,
        special=table.special_days(first, last),
        months=[(month, months[month]) for month in range(1, 13)],
    )


@pages.get("/programme/why", needs("programme"))
def why(visit: Visit) -> Response:
    """So many working days from a day: which day that is, and every day on the way."""
    text, count = visit.query.get("date", visit.work.today.isoformat()), visit.query.get("workdays", "15")
    days, error = _walked(visit, text, count)
    return _page(visit, "why", 400 if error else 200, day=text, count=count, days=days, error=error)


@pages.get("/programme/{entry}", needs("programme"))
def entry(visit: Visit) -> Response:
    """One clause, reading, kind of step or value, and everything that hangs on it."""
    found = pack_view.entry_of(visit.house.programme, visit.path("entry"))
    linked = steps_lead_on(visit)
    match found:
        case Clause():
            return visit.render("clause.html", linked=linked, **pack_view.clause_facts(visit, found))
        case Ambiguity():
            return visit.render("reading.html", **pack_view.reading_facts(visit, found))
        case StepKind():
            return visit.render("kind.html", linked=linked, **pack_view.kind_facts(visit, found))
        case _:
            return visit.render("parameter.html", **pack_view.parameter_facts(visit, found))


def _walked(visit: Visit, text: str, count: str) -> tuple[tuple[Any, ...], str]:
    """The days walked, or what is wrong with the question."""
    try:
        day, number = date.fromisoformat(text), int(count)
    except ValueError:
        return (), say("web.why.unreadable", date=text, workdays=count)
    if abs(number) > MOST_WORKDAYS:
        return (), say("web.why.too_many", most=MOST_WORKDAYS)
    try:
        return visit.house.workdays.explain(day, number), ""
    except CalendarMissing as missing:
        return (), say("web.why.outside", first=missing.first, last=missing.last)


def _columns(table: str) -> list[Column]:
    return [Column(**one) for one in page_words("programme")["columns"][table]]


def _list(
    visit: Visit, view: str, columns: list[Column], rows: list[dict[str, Any]], **facts: Any
) -> Response:
    title = page_words("programme")["titles"][view]
    table = listed(visit, columns, rows)
    return answer(visit, f"programme_{view}.html", title, table, rows, views=_views(visit), **facts)


def _page(visit: Visit, view: str, status: int = 200, **facts: Any) -> Response:
    title = page_words("programme")["titles"][view]
    return visit.render(f"programme_{view}.html", status, title=title, views=_views(visit), **facts)


def _views(visit: Visit) -> list[dict[str, Any]]:
    here = visit.request.url.path
    return [{**one, "here": one["path"] == here} for one in page_words("programme")["views"]]
