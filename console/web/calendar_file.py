"""One's deadlines as a calendar file: one all-day event for each open step that has a date."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from icalendar import Calendar, Event

from models.messages import say
from models.rules.access import Viewer
from tasks.parties import name_of
from tasks.queries.own_share import own_share
from tasks.queries.step_page import TodoFilter
from tasks.queries.step_rows import TodoRow
from tasks.queries.todo import todo_page
from tasks.work import Work

MOST = 1_000
"""So many events a calendar has at most, the nearest deadlines first."""
_PAGE = 200


def calendar_file(work: Work, viewer: Viewer, base: str) -> bytes:
    """The viewer's own deadlines in their office; `base` is the console's address, for the links. A pure read.

    A step keeps its event's UID, so that a new date moves the event; a provisional date is a tentative event.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//qianshou//todo//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say("feed.name", organisation=name_of(work, viewer.organisation)))
    calendar.add("x-published-ttl", "PT6H")
    for row in _rows(work, viewer):
        if row.due_on is not None:
            calendar.add_component(_event(work, row, base))
    return bytes(calendar.to_ical())


def _rows(work: Work, viewer: Viewer) -> Iterator[TodoRow]:
    after, count, own = None, 0, TodoFilter(kinds=own_share(work, viewer).kinds)
    while count < MOST:
        page = todo_page(work, viewer, after=after, limit=_PAGE, filters=own)
        yield from page.rows
        after, count = page.next, count + len(page.rows)
        if after is None:
            return


def _event(work: Work, row: TodoRow, base: str) -> Event:
    assert row.due_on is not None
    url = f"{base.rstrip('/')}/step/{quote(row.key, safe=':+')}"
    late = say("feed.late") if row.due_on < work.today else ""
    lines = [say("feed.clauses", clauses=row.clauses), say("feed.link", url=url)]
    event = Event()
    event.add("uid", f"{row.key}@qianshou")
    event.add("dtstamp", work.now)
    event.add("dtstart", row.due_on)
    event.add("dtend", row.due_on + timedelta(days=1))
    event.add("summary", f"{row.title} {row.subject_name}{late}".strip())
    event.add("description", "\n".join(lines))
    event.add("url", url)
    event.add("status", "TENTATIVE" if row.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event
