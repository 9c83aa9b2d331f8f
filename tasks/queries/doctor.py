"""What an operator should know about this installation: what is wrong, what is missing, what to do about it."""

import socket
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from documents.writing.pdf import NoFont, require_fonts
from documents.writing.templates import FOLDER, faulty_templates
from models.db import wal_is_safe
from models.mail import Letter
from models.messages import say
from models.step import Step
from notifications.bounce_box import BoxUnreachable
from notifications.catalogue import letter_kind
from notifications.mail_server import mail_server
from notifications.outbox_storm import storms
from notifications.programme_box import try_box
from notifications.settings import post_settings
from tasks.calendar_loading import changed_days
from tasks.file_sweep import strays
from tasks.heartbeat import read_heartbeat, watched_before
from tasks.queries.file_checks import missing_folder
from tasks.watchman import day_to_watch, watch, watch_hour
from tasks.work import House, Work

SHOWN = 3
"""So many of the watchman's findings stand in the doctor's one sentence."""

STRAY_MEGABYTES = 200
"""From so much on the doctor tells of files that nothing refers to."""
_MEGABYTE = 1024 * 1024

PATIENCE_S = 5

STALE = timedelta(hours=2)
"""How long a letter may wait in the queue before the doctor asks why."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing the operator should know; `grave` when something does not work until it is mended."""

    code: str
    grave: bool
    text: str


def diagnoses(work: Work, *, catcher_port: int, home: Path | None = None) -> list[Diagnosis]:
    """Everything there is to say about database, calendar, post, addresses, watch; empty when all is well.

    `home` is the folder in which the heartbeat is left; without one nobody asks for it.
    """
    return [
        *_database(work),
        *_files(work, home),
        *documents_unfit(home),
        *_calendar(work),
        *_server(work, catcher_port),
        *_mailbox(),
        *_queue(work),
        *_addresses(work),
        *_todos(work),
        *_morning(work, home),
        *_watch(work, home),
    ]


def readiness(house: House) -> list[str]:
    """Why this house is not fit to be relied on, in sentences; empty when it is. Asks nobody but the database.

    For a page that others look at: it speaks when the post, or the machine behind it, cannot speak for itself.
    """
    try:
        with house.look() as work:
            found = [*_calendar(work), *_queue(work), *_morning(work, house.home)]
            return [one.text for one in found if one.grave]
    except (SQLAlchemyError, OSError) as error:
        return [say("doctor.database_down", reason=str(getattr(error, "orig", error)))]


def _found(code: str, *, grave: bool, **facts: Any) -> Diagnosis:
    return Diagnosis(code, grave, say(f"doctor.{code}", **facts))


def _database(work: Work) -> list[Diagnosis]:
    connection = work.session.connection()
    if connection.dialect.name != "sqlite":
        return []
    found = []
    if not wal_is_safe():
        found.append(_found("sqlite_wal", grave=False, version=sqlite3.sqlite_version))
    answer = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    if answer != "ok":
        found.append(_found("sqlite_damaged", grave=True, answer=answer))
    return found


def _files(work: Work, home: Path | None) -> list[Diagnosis]:
    missing = missing_folder(work, home)
    if missing is None:
        return _strays(work, home)
    count, folder = missing
    return [_found("files_missing", grave=True, count=count, path=str(folder))]


def _strays(work: Work, home: Path | None) -> list[Diagnosis]:
    """Many files that nothing refers to cost disk space: said once it is worth clearing them away."""
    found = [one for one in strays(work, home) if one.is_old] if home is not None else []
    size = sum(one.size for one in found) // _MEGABYTE
    if size < STRAY_MEGABYTES:
        return []
    return [_found("files_stray", grave=False, count=len(found), size=size)]


def documents_unfit(home: Path | None, fonts: Path | None = None) -> list[Diagnosis]:
    """Why documents cannot be made here: no font with Chinese signs, or templates of the office that are faulty.

    Fonts are looked for where the system keeps them, or in a folder alone. Asks no database: said at every start.
    """
    found = []
    try:
        require_fonts(fonts)
    except NoFont as missing:
        found.append(_found("no_font", grave=True, text=str(missing)))
    faulty = faulty_templates(home / FOLDER) if home is not None else {}
    if faulty:
        found.append(_found("templates_faulty", grave=True, count=len(faulty), names=tuple(faulty)))
    return found


def _calendar(work: Work) -> list[Diagnosis]:
    last = work.workdays.published_until
    if work.today > last:
        return [_found("calendar_past", grave=True, last=last)]
    if work.today > last - timedelta(days=60):
        return [_found("calendar_ends", grave=False, last=last)]
    if days := changed_days(work):
        return [_found("calendar_differs", grave=True, first=days[0], last=days[-1], days=len(days))]
    return []


def _server(work: Work, catcher_port: int) -> list[Diagnosis]:
    server = mail_server(post_settings().smtp_url or f"smtp://127.0.0.1:{catcher_port}")
    try:
        socket.create_connection((server.host, server.port), timeout=2).close()
    except OSError as error:
        queued, _oldest = _waiting(work)
        facts = {"host": server.host, "port": server.port, "reason": str(error), "queued": queued}
        return [_found("smtp_down", grave=True, **facts)]
    return []


def _mailbox() -> list[Diagnosis]:
    """Whether the programme's mailbox opens, where one is set; an office that writes there waits for its receipt."""
    box = post_settings().mailbox
    if box is None:
        return []
    try:
        try_box(box, timeout=PATIENCE_S)
    except BoxUnreachable as down:
        return [_found("mailbox_down", grave=True, reason=str(down))]
    return []


def _queue(work: Work) -> list[Diagnosis]:
    found = []
    counts = dict(
        work.session.connection()
        .execute(text("SELECT state, COUNT(*) FROM letter GROUP BY state"))
        .tuples()
        .all()
    )
    for storm in storms(work.session, shown=0):
        label = letter_kind(storm.kind).label
        found.append(_found("letters_storm", grave=True, count=storm.count, label=label))
        counts["held"] -= storm.count
    for state in ("in_doubt", "refused", "held"):
        if counts.get(state):
            found.append(_found(f"letters_{state}", grave=state == "in_doubt", count=counts[state]))
    queued, oldest = _waiting(work)
    if oldest is not None and oldest < work.now - STALE:
        found.append(_found("letters_waiting", grave=True, count=queued, since=oldest))
    return found


def _waiting(work: Work) -> tuple[int, datetime | None]:
    """How many letters wait to be sent, and since when the oldest might have left."""
    wanted = select(func.count(), func.min(col(Letter.not_before))).where(
        col(Letter.state).in_(("queued", "claimed", "handing"))
    )
    count, oldest = work.session.connection().execute(wanted).one()
    return count, oldest


def _addresses(work: Work) -> list[Diagnosis]:
    found = []
    nobody = (
        work.session.connection().execute(text("SELECT COUNT(*) FROM person WHERE email = ''")).scalar_one()
    )
    if nobody:
        found.append(_found("no_address", grave=False, count=nobody))
    silent = [one.office for one in work.programme.contacts if not (one.phone or one.email)]
    if silent and not work.sample:
        found.append(_found("no_contact", grave=False, offices=silent))
    return found


def _todos(work: Work) -> list[Diagnosis]:
    """What only the operator can mend: addresses that do not work, bounces that match no letter."""
    count, since = (
        work.session.connection()
        .execute(text("SELECT COUNT(*), MIN(since) FROM todo WHERE done_at IS NULL"))
        .one()
    )
    return [_found("todos", grave=False, count=count, since=since)] if count else []


def _morning(work: Work, home: Path | None) -> list[Diagnosis]:
    """A working day on which nothing has been swept, or no sound watch kept, by the pack's hour is an alarm."""
    day = day_to_watch(work)
    connection = work.session.connection()
    missed = connection.execute(
        text("SELECT COUNT(*) FROM step WHERE state = 'open' AND next_on <= :through"),
        {"through": day.isoformat()},
    ).scalar_one()
    found = [_found("sweep_missed", grave=True, count=missed)] if missed else []
    last = read_heartbeat(home)
    if home is not None and (last is None or last.date() < day) and _was_anything_owed(work, day):
        since = f"{last:%Y-%m-%d %H:%M}" if last else say("doctor.never")
        found.append(_found("heartbeat_late", grave=True, day=day, since=since))
    return found


def _was_anything_owed(work: Work, day: date) -> bool:
    """Whether a step is open that was open on that day's morning already: without one there is nothing to watch."""
    morning = datetime.combine(day, watch_hour(work), work.now.tzinfo)
    owed = select(col(Step.id)).where(col(Step.state) == "open", col(Step.opened_at) < morning).limit(1)
    return work.session.connection().execute(owed).first() is not None


def _watch(work: Work, home: Path | None) -> list[Diagnosis]:
    """What the watchman finds now, beyond what he had found sound at the last heartbeat."""
    day = day_to_watch(work)
    faults = watch(work, through=day, since=watched_before(home, day))
    if not faults:
        return []
    return [
        _found("watch", grave=True, count=len(faults), faults=" ".join(one.text for one in faults[:SHOWN]))
    ]
