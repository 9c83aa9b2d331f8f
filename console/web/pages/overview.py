"""A batch at a glance, for administrators: matrix, funnel, timeline, money, pace and the days ahead."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.glancing import (
    Glance,
    cities_lead_on,
    glance_of,
    runs_behind,
    steps_lead_on,
    tables_behind,
)
from console.web.listing import Column, Listing, answer, listed
from console.web.routes import Pages
from console.web.timeline_chart import chart_of
from console.web.visit import Visit
from console.web.wording import page_words
from tasks.queries.funnel import Funnel, batch_funnel
from tasks.queries.horizon import next_days
from tasks.queries.matrix import stage_matrix
from tasks.queries.money_hands import hands_of
from tasks.queries.money_map import MoneyMap, money_map
from tasks.queries.pace_board import PaceBoard, pace_board
from tasks.queries.timeline import batch_timeline

pages = Pages()
DAYS_AHEAD = 30
KEPT = ("batch", "year")


@pages.get("/overview", needs("batch"))
def matrix(visit: Visit) -> Response:
    """Stages by cities: what is open, due soon and late, each figure a link to its steps."""
    glance = glance_of(visit)
    found = stage_matrix(visit.work, visit.viewer, glance.batch.number)
    late = [(row.label, tables_behind(visit, f"{row.stage}-late")) for row in found.rows if row.total.late]
    stages = [row.stage for row in found.rows]
    return _page(visit, "matrix", glance, *stages, matrix=found, late=late, linked=steps_lead_on(visit))


@pages.get("/overview/funnel", needs("batch"))
def funnel(visit: Visit) -> Response:
    """How many institutions came how far, who dropped out where and why."""
    glance = glance_of(visit)
    found = batch_funnel(visit.work, visit.viewer, glance.batch.number)
    rows = _dropouts(visit, found)
    table = listed(visit, _columns("dropouts"), rows, hidden=KEPT)
    cities = sorted({city for one in found.stages for city in one.cities})
    names = {code: visit.house.divisions.by_code(code).name for code in cities}
    return _table_page(
        visit, "funnel", glance, table, rows, "application", "review", funnel=found, cities=names
    )


@pages.get("/overview/timeline", needs("batch"))
def timeline(visit: Visit) -> Response:
    """The batch's dates on a line, with holidays and make-up working days."""
    glance = glance_of(visit)
    found = batch_timeline(visit.work, glance.batch.number)
    return _page(visit, "timeline", glance, timeline=found, chart=chart_of(found, visit.work.today))


@pages.get("/overview/money", needs("spending"))
def money(visit: Visit) -> Response:
    """Where the money of a work year is: leg by leg, hand by hand, pair by pair."""
    glance = glance_of(visit)
    found = money_map(visit.work, visit.viewer, glance.batch.number, glance.year)
    rows = _pairs_money(visit, found)
    table = listed(visit, _columns("pairs_money"), rows, hidden=KEPT)
    hands = hands_of(found.pairs)
    return _table_page(visit, "money", glance, table, rows, "disbursement", money=found, hands=hands)


@pages.get("/overview/pace", needs("fieldwork"))
def pace(visit: Visit) -> Response:
    """How the pairs stand with the days of the work year, the worst first."""
    glance = glance_of(visit)
    found = pace_board(visit.work, visit.viewer, glance.batch.number, glance.year)
    rows = _pairs_pace(visit, found)
    table = listed(visit, _columns("pace"), rows, hidden=KEPT)
    return _table_page(visit, "pace", glance, table, rows, "fieldwork", board=found)


@pages.get("/overview/next", needs("batch"))
def ahead(visit: Visit) -> Response:
    """What falls due in the next thirty days, day by day."""
    glance = glance_of(visit)
    found = next_days(visit.work, visit.viewer, days=DAYS_AHEAD)
    return _page(visit, "next", glance, days=found, linked=steps_lead_on(visit))


def _page(visit: Visit, view: str, glance: Glance, *stages: str, **facts: Any) -> Response:
    facts |= _frame(visit, glance, stages)
    return visit.render(f"overview_{view}.html", **facts)


def _frame(visit: Visit, glance: Glance, stages: Sequence[str]) -> dict[str, Any]:
    """What every view shows around its figures."""
    return {"glance": glance, "runs": _runs(visit, glance, stages), "opens_city": cities_lead_on(visit)}


def _runs(visit: Visit, glance: Glance, stages: Sequence[str]) -> list[tuple[str, str]]:
    """The runs behind a page: those of its batch, and of the stages it is about; none for who has no business there."""
    tags = [glance.batch.label, *(visit.house.programme.label("flow", one) for one in stages)]
    return [(one, runs_behind(visit, one)) for one in tags if runs_behind(visit, one)]


def _table_page(
    visit: Visit,
    view: str,
    glance: Glance,
    table: Listing,
    rows: list[dict[str, Any]],
    *stages: str,
    **facts: Any,
) -> Response:
    title = page_words("overview")["tables"][view]
    facts |= _frame(visit, glance, stages)
    return answer(visit, f"overview_{view}.html", title, table, rows, **facts)


def _columns(table: str) -> list[Column]:
    return [Column(**one) for one in page_words("overview")["columns"][table]]


def _dropouts(visit: Visit, found: Funnel) -> list[dict[str, Any]]:
    return [
        {
            **asdict(one),
            "city": visit.house.divisions.by_code(one.city).name,
            "path": f"/application/{quote(one.application, safe=':+')}",
        }
        for one in found.dropouts
    ]


def _pairs_money(visit: Visit, found: MoneyMap) -> list[dict[str, Any]]:
    programme, rows = visit.house.programme, []
    for pair in found.pairs:
        for hand in pair.hands:
            rows.append(
                {
                    "pair": pair.pair,
                    "path": f"/pair/{pair.pair}",
                    "city": visit.house.divisions.by_code(pair.city).name,
                    "sender": pair.sender,
                    "recipient": pair.recipient,
                    "source": programme.label("leg_source", hand.source),
                    "party": programme.label("party", hand.party),
                    "since": hand.since,
                    "workdays": hand.workdays if hand.next_leg else None,
                    "next": programme.label("leg", hand.next_leg) if hand.next_leg else "",
                    "gates": [programme.label("gate", gate) for gate in hand.closed_gates],
                    "due_on": hand.due_on,
                    "late": hand.late or None,
                }
            )
    return rows


def _pairs_pace(visit: Visit, found: PaceBoard) -> list[dict[str, Any]]:
    words = page_words("overview")["pace"]
    return [
        {
            **asdict(one),
            "path": f"/pair/{one.pair}",
            "city": visit.house.divisions.by_code(one.city).name,
            "days": plain(one.days),
            "missing": plain(one.missing) or None,
            "each_month": plain(one.each_month) or None,
            "expected": plain(one.expected),
            "standing": words["alarming" if one.is_alarming else "fine"],
            "standing_mark": "bad" if one.is_alarming else "fine",
            "share": min(100, int(one.days * 100 / one.days_least)) if one.days_least else 100,
        }
        for one in found.rows
    ]


def plain(number: Decimal | None) -> float | None:
    """A number without noughts at its end, still to be sorted by."""
    return None if number is None else float(number)
