"""Honours, awards and cases of a year, the certificate of each; the close of a batch (S26, S27; K46–K48)."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.attached import attached
from console.web.listing import Column, answer, listed
from console.web.routes import Pages
from console.web.terms import terms, years_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.evaluation import Evaluation
from models.messages import say
from tasks.closing import honours_closed
from tasks.queries.closing_sheet import closing_sheet
from tasks.queries.honour_rows import HonourRow, candidates, honour_row, honour_rows
from tasks.queries.publicity import Publicity
from tasks.refusal import NotFound
from tasks.steps import is_open

pages = Pages()


@pages.get("/honours", needs("honour"))
def honours(visit: Visit) -> Response:
    """The list of a year, who could be added, and its close."""
    year, years = years_of(visit)
    rows = [_row(visit, one) for one in honour_rows(visit.work, visit.viewer, year)]
    words = page_words("honours")["columns"]
    columns = [
        Column("title", words["title"], link="path"),
        Column("kind", words["kind"], chosen=True),
        Column("subject", words["subject"]),
        Column("level", words["level"], chosen=True),
        Column("typical", words["typical"], kind="state", chosen=True),
        Column("published", words["published"], kind="words"),
        Column("document", words["document"]),
        Column("recorded_on", words["recorded_on"], kind="day"),
    ]
    back = f"/honours?year={year}"
    role = visit.viewer.role
    given = {"year": str(year)}
    closed = honours_closed(visit.work, year)
    names = [] if closed else ["evaluation.record_honour"]
    if is_open(visit.work, "S26", str(year)):
        names.append("evaluation.close_honours")
    suggested = [
        (one, act_links(["evaluation.record_honour"], {**given, "subject": one.pair.key}, back, role=role))
        for one in ([] if closed else candidates(visit.work, visit.viewer, year))
    ]
    table = listed(visit, columns, rows, hidden=("year",))
    return answer(
        visit, "honours.html", page_words("honours")["title"], table, rows, year=year, years=years,
        acts=act_links(names, given, back, role=role), suggested=suggested,
    )  # fmt: skip


@pages.get("/honours/{key:path}", needs("honour"))
def certificate(visit: Visit) -> Response:
    """One honour as a certificate that can be printed."""
    row = honour_row(visit.work, visit.viewer, visit.path("key"))
    judged = visit.work.session.get(Evaluation, f"{row.honour.subject}:{row.honour.year}")
    return visit.render(
        "certificate.html",
        row=row,
        level=level_label(row.honour.level),
        judged=judged,
        files=attached(visit, ("honour", row.honour.key)),
        acts=_fame_acts(visit, row),
        notice=visit.work.programme.title,
    )


@pages.get("/closing", needs("evaluation"))
def closing_now(visit: Visit) -> Response:
    """The way to the batch that is the next to be closed, or that was the last."""
    offered = terms(visit.work)
    waiting = [one.batch for one in offered if visit.work.batch(one.batch).state != "closed"]
    return visit.redirect(f"/closing/{waiting[0] if waiting else offered[-1].batch}")


@pages.get("/closing/{batch}", needs("evaluation"))
def closing(visit: Visit) -> Response:
    """A batch's close: what still stands open, what was not spent, where the archive is."""
    number = visit.path("batch")
    if not number.isdecimal():
        raise NotFound("web.not_yours", subject=number)
    sheet = closing_sheet(visit.work, visit.viewer, int(number))
    kind = visit.work.programme.step
    return visit.render(
        "closing.html",
        sheet=sheet,
        files=attached(visit, ("closing_account", sheet.batch.number)),
        closes=sheet.may_be_closed and visit.viewer.role == "province_civil",
        open_kinds=[(kind(code), count) for code, count in sheet.open_kinds],
        batches=sorted(one.number for one in visit.work.programme.batches),
    )


def _told(one: Publicity) -> str:
    """One report in a line: the day and the medium."""
    return (
        say("web.noted", name=one.reported_on, note=one.media) if one.media else one.reported_on.isoformat()
    )


def level_label(level: str) -> str:
    """What a level is called; older records may hold a word of their own."""
    return str(page_words("honours")["levels"].get(level, level))


def _fame_acts(visit: Visit, row: HonourRow) -> list[ActLink]:
    """What an office may tell of an honour: where it was published, that the province picks it."""
    key = row.honour.key
    names = ["evaluation.report_honour", *([] if row.fame.typical else ["evaluation.pick_typical"])]
    back = f"/honours/{quote(key, safe=':+')}"
    return act_links(names, {"honour": key}, back, role=visit.viewer.role)


def _row(visit: Visit, one: HonourRow) -> dict[str, Any]:
    return {
        "title": one.honour.title,
        "path": f"/honours/{quote(one.honour.key, safe=':+')}",
        "kind": visit.work.programme.label("case_kind", one.honour.kind),
        "subject": one.subject_name,
        "level": level_label(one.honour.level),
        "typical": page_words("honours")["picked"] if one.fame.typical else "",
        "typical_mark": "fine",
        "published": tuple(_told(report) for report in one.fame.publicity),
        "document": one.honour.document,
        "recorded_on": one.honour.recorded_on,
    }
