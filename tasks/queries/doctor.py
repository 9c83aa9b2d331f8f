"""What an operator should know about this installation: what is wrong, what is missing, what to do about it."""

import socket
import sqlite3
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import text

from models.db import wal_is_safe
from models.messages import say
from notifications.settings import post_settings
from tasks.work import Work

STALE = timedelta(hours=2)
"""How long a letter may wait in the queue before the doctor asks why."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing the operator should know; `grave` when something does not work until it is mended."""

    code: str
    grave: bool
    text: str


def diagnoses(work: Work, *, catcher_port: int) -> list[Diagnosis]:
    """Everything there is to say about database, calendar, post, addresses; empty when all is well."""
    return [
        *_database(work),
        *_calendar(work),
        *_post(work, catcher_port),
        *_addresses(work),
        *_todos(work),
        *_heartbeat(work),
    ]


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


def _calendar(work: Work) -> list[Diagnosis]:
    last = work.workdays.published_until
    if work.today > last:
        return [_found("calendar_past", grave=True, last=last)]
    if work.today > last - timedelta(days=60):
        return [_found("calendar_ends", grave=False, last=last)]
    return []


def _post(work: Work, catcher_port: int) -> list[Diagnosis]:
    found = []
    url = post_settings().smtp_url or f"smtp://127.0.0.1:{catcher_port}"
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or (465 if parts.scheme == "smtps" else 25)
    queued, oldest = (
        work.session.connection()
        .execute(
            text(
                "SELECT COUNT(*), MIN(not_before) FROM letter WHERE state IN ('queued', 'claimed', 'handing')"
            )
        )
        .one()
    )
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError as error:
        found.append(_found("smtp_down", grave=True, host=host, port=port, reason=str(error), queued=queued))
    counts = dict(
        work.session.connection()
        .execute(text("SELECT state, COUNT(*) FROM letter GROUP BY state"))
        .tuples()
        .all()
    )
    for state in ("in_doubt", "refused", "held"):
        if counts.get(state):
            found.append(_found(f"letters_{state}", grave=state == "in_doubt", count=counts[state]))
    if queued and oldest is not None and _moment(oldest) < work.now - STALE:
        found.append(_found("letters_waiting", grave=True, count=queued, since=_moment(oldest)))
    return found


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


def _heartbeat(work: Work) -> list[Diagnosis]:
    """A working day on which nothing has been swept by the hour that the pack names is an alarm (DESIGN section 4)."""
    hour = time.fromisoformat(work.programme.rules(work.today).text("deadlines.heartbeat_by"))
    due = work.workdays.is_workday(work.today) and work.now.time() >= hour
    through = work.today if due else work.today - timedelta(days=1)
    missed = (
        work.session.connection()
        .execute(
            text("SELECT COUNT(*) FROM step WHERE state = 'open' AND next_on <= :through"),
            {"through": through.isoformat()},
        )
        .scalar_one()
    )
    return [_found("sweep_missed", grave=True, count=missed)] if missed else []


def _moment(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
