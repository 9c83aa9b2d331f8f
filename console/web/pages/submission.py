"""A city's whole list of a batch: quotas, ranking, what is sent, what has arrived; and the list of all cities."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from starlette.responses import RedirectResponse, Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.attached import attached
from console.web.batches import batch_asked, batch_tabs
from console.web.downloads import downloaded
from console.web.export import XLSX
from console.web.listing import BulkAct, Column, answer, listed
from console.web.pages.applications import STATE_MARKS, standing_cells
from console.web.possible import acts_on_list, can_move
from console.web.routes import Pages
from console.web.subjects import latest, subject_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.clock import china_date
from models.event import Event
from tasks.queries.actor_names import actor_names
from tasks.queries.city_list import CityList, SubmissionRow, city_list, submissions_listed
from tasks.queries.summary_table import LISTED, SummaryTable, footnote, summary_table
from tasks.queries.summary_table_sheet import PRINTED_ROWS, write_summary_xlsx
from tasks.refusal import NotFound
from tasks.work import Work

pages = Pages()
OWN_FORMS = ("application.email_submission", "application.post_originals")
"""Acts whose forms stand on the page itself."""
BY_ROW = tuple(
    BulkAct(one, "batch,city") for one in ("application.record_arrival", "application.register_originals")
)
"""What the province does with the parcels of many cities at once."""
_COURSE = ("collecting", "ranked", "emailed", "posted", "arrived", "registered")


@pages.get("/submissions", needs("recommendation"))
def submissions(visit: Visit) -> Response:
    """The lists of all cities, or the way to the only one that the viewer's office has to do with."""
    viewer, batch = visit.viewer, batch_asked(visit)
    if not viewer.role.startswith("province"):
        if batch is None or viewer.city is None or not visit.sees("recommendation", f"{batch}:{viewer.city}"):
            return RedirectResponse("/applications", status_code=303)
        return RedirectResponse(f"/submission/{batch}:{viewer.city}", status_code=303)
    rows = [_row(visit, one) for one in submissions_listed(visit.work, viewer, batch)] if batch else []
    words = page_words("submissions")
    # Whoever looks on may do nothing with the rows: `listed` offers an act only to whom it is for.
    states = {one["state_code"] for one in rows}
    bulk = [one for one in BY_ROW if any(can_move("submission", one.name, state) for state in states)]
    table = listed(visit, _columns(words["columns"]), rows, bulk=bulk, hidden=("batch",))
    return answer(
        visit,
        "submissions.html",
        words["title"],
        table,
        rows,
        tabs=batch_tabs(visit, "/submissions", batch, all_too=False),
        totals=_totals(rows, words["figures"]),
        batch=batch,
    )


@pages.get("/submission/{key}", needs("recommendation"))
def submission(visit: Visit) -> Response:
    """One city's list whole."""
    batch, city = _asked(visit)
    work, key = visit.work, f"{batch}:{city}"
    found = city_list(work, batch, city)
    back = f"/submission/{key}"
    possible = acts_on_list(work, visit.viewer, found.submission)
    given = {"batch": str(batch), "city": city}
    is_citys = visit.viewer.role == "city_civil" and visit.viewer.division == city
    return visit.render(
        "submission.html",
        found=found,
        batch=work.batch(batch),
        key=key,
        back=back,
        links=act_links([one for one in possible if one not in OWN_FORMS], given, back),
        possible=possible,
        may_rank=is_citys and found.submission.state == "collecting",
        shows_summary=found.submission.state in LISTED,
        course=_course(found),
        files=attached(visit, ("submission", key)),
        events=_events(work, key) if visit.sees("audit", f"submission:{key}") else (),
        seen=latest(work, subject_of(given)),
        copies=work.rules(batch).number("application.copies"),
        summaries=work.rules(batch).number("application.summaries"),
        sees_all=visit.viewer.role.startswith("province"),
    )


@pages.get("/submission/{key}/summary", needs("recommendation"))
def summary(visit: Visit) -> Response:
    """Appendix 2, generated from the applications: on screen, on paper, as a sheet (`format=xlsx`)."""
    batch, city = _asked(visit)
    table = summary_table(visit.work, batch, city)
    if visit.query.get("format") == "xlsx":
        return _sheet(table)
    missing = range(len(table.rows) + 1, PRINTED_ROWS + 1)
    return visit.render(
        "appendix_2.html", table=table, footnote=footnote(table), key=f"{batch}:{city}", missing=missing
    )


def _sheet(table: SummaryTable) -> Response:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "summary.xlsx"
        write_summary_xlsx(table, path)
        body = path.read_bytes()
    return downloaded(f"{table.header['city']}{table.title}.xlsx", body, XLSX)


def _asked(visit: Visit) -> tuple[int, str]:
    """Batch and city of the address; another city's list looks like one that is not there.

    Its whole list is an office's to see: an institution sees its own place on its application.
    """
    key = visit.path("key")
    visit.require("recommendation", key)
    batch, _, city = key.partition(":")
    if not batch.isdecimal() or not city or visit.viewer.role == "recipient":
        raise NotFound("web.not_yours", subject=key)
    return int(batch), city


def _columns(words: Mapping[str, str]) -> list[Column]:
    return [
        Column("city", words["city"], link="path"),
        Column("state", words["state"], "state", chosen=True),
        Column("next", words["next"], "key"),
        Column("due_on", words["due_on"], "day"),
        Column("standing", words["standing"], "state", chosen=True),
        Column("applied", words["applied"], "number"),
        Column("recommended", words["recommended"], "number"),
        Column("sent", words["sent"], "number"),
        Column("emailed_at", words["emailed_at"], "moment"),
        Column("late", words["late"], "state", chosen=True),
        Column("posted_on", words["posted_on"], "day"),
        Column("tracking", words["tracking"]),
        Column("arrived_on", words["arrived_on"], "day"),
        Column("registered_on", words["registered_on"], "day"),
        Column("receipt", words["receipt"], "key"),
    ]


def _row(visit: Visit, one: SubmissionRow) -> Mapping[str, Any]:
    words, submission, owed = page_words("submissions"), one.submission, one.next
    return {
        "key": f"{submission.batch},{submission.city}" if _is_open_to_bulk(submission.state) else "",
        "name": one.city_name,
        "path": f"/submission/{submission.key}",
        "city": one.city_name,
        "state": visit.work.programme.label("submission_state", submission.state),
        "state_code": submission.state,
        "next": owed.title if owed else "",
        "due_on": owed.due_on if owed else None,
        **standing_cells(owed.workdays_left if owed else None),
        "applied": one.applied,
        "recommended": one.recommended,
        "sent": one.sent,
        "emailed_at": submission.emailed_at,
        "state_mark": STATE_MARKS.get(submission.state, "idle"),
        "late": words["late"] if submission.email_late else "",
        "late_mark": "bad",
        "posted_on": submission.posted_on,
        "tracking": f"{submission.courier} {submission.tracking}".strip(),
        "arrived_on": submission.arrived_on,
        "registered_on": submission.registered_on,
        "receipt": submission.receipt_number or "",
    }


def _is_open_to_bulk(state: str) -> bool:
    return any(can_move("submission", one.name, state) for one in BY_ROW)


def _totals(rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> list[tuple[str, int, str]]:
    late = sum(bool(one["late"]) for one in rows)
    return [
        (words["cities"], len(rows), ""),
        (words["emailed"], sum(one["emailed_at"] is not None for one in rows), ""),
        (words["sent"], sum(one["sent"] for one in rows), ""),
        (words["arrived"], sum(one["arrived_on"] is not None for one in rows), ""),
        (words["late"], late, "bad" if late else ""),
    ]


def _course(found: CityList) -> list[tuple[str, str, str]]:
    """The list's way: state, when it came there, and whether that is past, now or still to come."""
    submission = found.submission
    moments = {
        "emailed": china_date(submission.emailed_at).isoformat() if submission.emailed_at else "",
        "posted": submission.posted_on.isoformat() if submission.posted_on else "",
        "arrived": submission.arrived_on.isoformat() if submission.arrived_on else "",
        "registered": submission.registered_on.isoformat() if submission.registered_on else "",
    }
    here = _COURSE.index(submission.state) if submission.state in _COURSE else -1
    return [
        (state, moments.get(state, ""), "here" if place == here else "past" if place < here else "ahead")
        for place, state in enumerate(_COURSE)
    ]


def _events(work: Work, key: str) -> list[tuple[Event, str]]:
    wanted = select(Event).where(col(Event.subject_type) == "submission", col(Event.subject) == key)
    found = list(work.session.execute(wanted.order_by(col(Event.seq).desc())).scalars())
    people = actor_names(work, (one.actor for one in found))
    return [(one, " > ".join(people.get(code, code) for code in one.actor.split(">"))) for one in found]
