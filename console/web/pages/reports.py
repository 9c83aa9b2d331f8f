"""The cities' annual reports with two receipts each, and the province's rollup of the year (S24, S25; K33)."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from starlette.responses import Response

from console.web.access import needs
from console.web.downloads import downloaded
from console.web.export import XLSX
from console.web.listing import BulkAct, Column, answer, listed
from console.web.routes import Pages
from console.web.terms import years_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.messages import say
from models.rules.access import Scope, grant_of
from tasks.queries.evaluation_board import CityReport, city_reports, rollup_published, sees_report
from tasks.queries.report_sheet import report_sheet
from tasks.queries.rollup import rollup_of
from tasks.queries.rollup_workbook import write_rollup_xlsx
from tasks.queries.scope import own_offices
from tasks.refusal import NotFound
from tasks.steps import is_open

pages = Pages()

RECEIVE = BulkAct("evaluation.receive_report", "city")


@pages.get("/reports", needs("evaluation"))
def reports(visit: Visit) -> Response:
    """The reports that the cities owe for a year, with both receipts."""
    year, years = years_of(visit)
    found = city_reports(visit.work, visit.viewer, year)
    rows = [_row(visit, one, year) for one in found]
    words = page_words("reports")["columns"]
    columns = [
        Column("city", words["city"], link="path"),
        Column("pairs", words["pairs"], kind="number"),
        Column("filed", words["filed"], kind="state", chosen=True),
        Column("filed_at", words["filed_at"], kind="moment"),
        Column("cosigned", words["cosigned"], kind="state", chosen=True),
        Column("province_civil", words["province_civil"], kind="state", chosen=True),
        Column("province_rural", words["province_rural"], kind="state", chosen=True),
        Column("due_on", words["due_on"], kind="day"),
    ]
    bulk = [RECEIVE] if any("key" in row for row in rows) else []
    table = replace(listed(visit, columns, rows, bulk=bulk), hidden={"year": str(year)})
    return answer(
        visit,
        "reports.html",
        page_words("reports")["title"],
        table,
        rows,
        year=year,
        years=years,
        found=found,
    )


@pages.get("/report/{key}", needs("evaluation"))
def report_page(visit: Visit) -> Response:
    """One city's report: written beside the records' figures, co-signed, received by two offices; printable."""
    year_text, _, city = visit.path("key").partition(":")
    if not year_text.isdecimal() or not sees_report(visit.viewer, city):
        raise NotFound("web.not_yours", subject=visit.path("key"))
    sheet = report_sheet(visit.work, visit.viewer, city, int(year_text))
    own = own_offices(visit.work, visit.viewer.organisation)
    receipt = next((one for one in sheet.receipts if one.office == visit.viewer.role), None)
    report = sheet.report
    return visit.render(
        "report.html",
        sheet=sheet,
        submits=sheet.may_be_filed and f"{city}-mz" in own,
        cosigns=report is not None and not report.cosigned and f"{city}-xz" in own,
        receives=report is not None
        and report.cosigned
        and receipt is not None
        and receipt.received_at is None,
        legs=visit.work.programme.legs,
        indicators=_indicators(visit),
        clauses=[visit.work.programme.clause(one) for one in ("K33", "K35")],
    )


@pages.get("/rollup/{year}", needs("evaluation"))
def rollup_page(visit: Visit) -> Response:
    """The province's figures of a year with what each city promised and achieved; `format=xlsx` as a workbook."""
    if not visit.path("year").isdecimal():
        raise NotFound("web.no_page", path=visit.request.url.path)
    year = int(visit.path("year"))
    published = rollup_published(visit.work, year)
    if published is None and _scope(visit) not in (Scope.ALL, Scope.CITY):
        raise NotFound("web.not_yours", subject=visit.path("year"))
    figures = _visible(
        visit, published.figures if published else rollup_of(visit.work, year), published=bool(published)
    )
    if visit.query.get("format") == "xlsx":
        return _workbook(visit, figures, year)
    owed = is_open(visit.work, "S25", str(year))
    return visit.render(
        "rollup.html",
        year=year,
        years=years_of(visit)[1],
        published=published,
        figures=figures,
        publishes=owed and visit.viewer.role == "province_civil",
        reports=city_reports(visit.work, visit.viewer, year),
        legs=visit.work.programme.legs,
        indicators=_indicators(visit),
        city_name=lambda code: visit.work.divisions.by_code(code).name,
    )


def _visible(visit: Visit, figures: dict[str, Any], *, published: bool) -> dict[str, Any]:
    """The figures as far as the visitor's scope reaches; the province's sum is everybody's once published (S25)."""
    scope = _scope(visit)
    if scope is Scope.ALL:
        return figures
    own = visit.viewer.city if scope is Scope.CITY else None
    cities = {code: one for code, one in figures["cities"].items() if code == own}
    return {**figures, "cities": cities, "province": figures["province"] if published else None}


def _scope(visit: Visit) -> Scope | None:
    grant = grant_of(visit.viewer.role, "evaluation")
    return grant.scope if grant else None


def _workbook(visit: Visit, figures: dict[str, Any], year: int) -> Response:
    if figures["province"] is None:
        raise NotFound("web.not_yours", subject=str(year))
    body = BytesIO()
    write_rollup_xlsx(figures, body, visit.work.programme, visit.work.divisions)
    return downloaded(f"{say('rollup.sheet', year=year)}.xlsx", body.getvalue(), XLSX)


def _indicators(visit: Visit) -> list[Any]:
    return [one for one in visit.work.programme.indicators if one.group == "rollup"]


def _row(visit: Visit, one: CityReport, year: int) -> dict[str, Any]:
    words = page_words("reports")["words"]
    late = one.filed_at is None and one.due_on is not None and one.due_on < visit.work.today
    row: dict[str, Any] = {
        "city": one.name,
        "path": f"/report/{year}:{one.city}",
        "pairs": one.pairs,
        "filed": words["filed"] if one.filed_at else words["late"] if late else words["waiting"],
        "filed_mark": "fine" if one.filed_at else "bad" if late else "idle",
        "filed_at": one.filed_at,
        "cosigned": words["cosigned"] if one.cosigned else words["waiting"],
        "cosigned_mark": "fine" if one.cosigned else "idle",
        "due_on": one.due_on,
    }
    for office in ("province_civil", "province_rural"):
        received = one.receipts.get(office)
        row[office] = words["received"] if received else words["waiting"]
        row[f"{office}_mark"] = "fine" if received else "idle"
    if one.cosigned and visit.viewer.role in one.offices and visit.viewer.role not in one.receipts:
        row["key"] = one.city
    return row
