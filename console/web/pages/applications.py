"""The applications within the viewer's reach, batch by batch, and where new ones begin."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.batches import batch_asked, batch_tabs
from console.web.listing import BulkAct, Column, answer, listed
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.application import CLOSED_STATES
from models.opening import Batch
from models.rules.access import has_right
from tasks.queries.application_rows import ApplicationRow, applications_listed
from tasks.queries.city_list import CountyList, county_list

pages = Pages()
BULK = {"checked": BulkAct("application.check", "application")}
BEGINNING = ("application.register_institution", "application.grant_override")
"""Acts that come before an application is there at all."""
STATE_MARKS = {
    "returned": "warn",
    "correcting": "warn",
    "recommended": "fine",
    "ranked": "fine",
    "emailed": "fine",
    "checked": "fine",
    "approved": "fine",
    "paired": "fine",
    "registered": "fine",
    "posted": "fine",
    "arrived": "fine",
    "missed": "bad",
}
"""State of an application or a list → its mark; the others stand idle."""


@pages.get("/applications", needs("application"))
def applications(visit: Visit) -> Response:
    """Every application that the viewer may see, of one batch or of all."""
    work, viewer = visit.work, visit.viewer
    batch = batch_asked(visit)
    found = applications_listed(work, viewer, batch)
    rows = [_row(visit, one) for one in found]
    columns = _columns(viewer.role, batch)
    bulk = [BULK["checked"]] if any(one.state == "emailed" for one in found) else []
    table = listed(visit, columns, rows, bulk=bulk, hidden=("batch",))
    return answer(
        visit,
        "applications.html",
        page_words("applications")["title"],
        table,
        rows,
        tabs=batch_tabs(visit, "/applications", batch),
        counts=_counts(found),
        county=_own_county(visit, batch),
        begin=_beginnings(visit, found, batch),
        batch=batch,
        has_lists=has_right(viewer.role, "R", "recommendation")
        and viewer.role.startswith(("province", "city")),
    )


def _columns(role: str, batch: int | None) -> list[Column]:
    words = page_words("applications")["columns"]
    wanted = [
        Column("batch", words["batch"], "number"),
        Column("name", words["name"], link="path"),
        Column("state", words["state"], "state", chosen=True),
        Column("next", words["next"]),
        Column("due_on", words["due_on"], "day"),
        Column("standing", words["standing"], "state", chosen=True),
        Column("city", words["city"], chosen=role.startswith("province") or role == "sender_bureau"),
        Column("nominator", words["nominator"], chosen=role.startswith("city")),
        Column("channel", words["channel"], "key", chosen=True),
        Column("rank", words["rank"], "number"),
        Column("list_state", words["list_state"], chosen=role.startswith("province")),
        Column("overrides", words["overrides"], "clauses"),
    ]
    without = {"city"} if role in ("recipient", "county_civil", "county_rural") else set()
    if batch is not None:
        without = {*without, "batch"}
    return [one for one in wanted if one.name not in without]


def _row(visit: Visit, one: ApplicationRow) -> Mapping[str, Any]:
    label, owed = visit.work.programme.label, one.next
    return {
        "key": one.key if one.state == "emailed" else "",
        "path": f"/application/{quote(one.key)}",
        "batch": one.batch,
        "name": one.name,
        "state": label("application_state", one.state),
        "next": f"{owed.title} {owed.owner_name}" if owed else "",
        "due_on": owed.due_on if owed else None,
        "state_mark": STATE_MARKS.get(one.state, "idle"),
        **standing_cells(one.next.workdays_left if one.next else None),
        "city": one.city_name,
        "nominator": one.nominator_name,
        "channel": label("level", one.channel),
        "rank": one.rank,
        "list_state": label("submission_state", one.list_state) if one.list_state else "",
        "overrides": one.overrides,
    }


def standing_cells(workdays_left: int | None) -> Mapping[str, str]:
    """Late, due today or in time, with its mark, as the filter offers it; empty where nothing is owed."""
    if workdays_left is None:
        return {"standing": ""}
    name, mark = (
        ("late", "bad") if workdays_left < 0 else ("in_time", "fine") if workdays_left else ("today", "warn")
    )
    return {"standing": page_words("applications")["standing"][name], "standing_mark": mark}


def _counts(found: Sequence[ApplicationRow]) -> list[tuple[str, int, str]]:
    """The figures above the table: label, count, mark."""
    words = page_words("applications")["figures"]
    late = sum(one.next is not None and (one.next.workdays_left or 0) < 0 for one in found)
    closed = sum(one.state in CLOSED_STATES for one in found)
    return [
        (words["all"], len(found), ""),
        (words["open"], len(found) - closed, ""),
        (words["sent"], sum(one.rank is not None for one in found), ""),
        (words["late"], late, "bad" if late else ""),
    ]


def _own_county(visit: Visit, batch: int | None) -> CountyList | None:
    """A county's own quota, and a city's for its own channel; others see them on the city's list."""
    viewer = visit.viewer
    if batch is None or viewer.role not in ("county_civil", "county_rural"):
        return None
    return county_list(visit.work, batch, viewer.organisation.replace("-xz", "-mz"))


def _beginnings(visit: Visit, found: Sequence[ApplicationRow], batch: int | None) -> list[ActLink]:
    """Where something begins: the applicant's draft, an office's register of institutions."""
    back = "/applications" + (f"?batch={batch}" if batch else "")
    links = act_links(BEGINNING, {}, back, role=visit.viewer.role)
    if visit.viewer.role == "recipient":
        taken = {one.batch for one in found if one.state not in CLOSED_STATES}
        opened = select(col(Batch.number)).where(col(Batch.state) == "open")
        free = [one for one in visit.work.session.connection().execute(opened).scalars() if one not in taken]
        links += [
            ActLink("application.draft", page_words("applications")["begin"], "/applications/new")
        ] * bool(free)
    return links
