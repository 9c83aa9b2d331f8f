"""The operator's to-dos: what no officer can mend, made by whoever finds it, closed by whoever mends it."""

from datetime import date

from sqlalchemy import Date, bindparam, select, text, update
from sqlmodel import col

from models.messages import say
from models.reach import Todo
from tasks import record
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

_INSERT = text(
    "INSERT INTO todo (key, kind, subject, since, detail, done_by, note)"
    " VALUES (:key, :kind, :subject, :since, :detail, '', '') ON CONFLICT DO NOTHING RETURNING key"
).bindparams(bindparam("since", type_=Date))

# The day's digests that did not go to the person's own address, and those that have nowhere to go. By `kind` alone
# SQLite would look at every digest there ever was; an expression has no index.
UNREACHED = """
INSERT INTO todo (key, kind, subject, since, detail, done_by, note)
SELECT DISTINCT 'unreached:' || u.subject || ':' || :day, 'unreached', u.subject, :today, '', '', ''
  FROM (SELECT l.person_code AS subject FROM letter AS l JOIN person AS p ON p.code = l.person_code
         WHERE l.subject_key = :day AND l.kind || '' = 'digest' AND l.address <> p.email
        UNION
        SELECT l.organisation_code FROM letter AS l
         WHERE l.subject_key = :day AND l.kind || '' = 'digest' AND l.address = '') AS u
 WHERE true
ON CONFLICT DO NOTHING
"""


def note_unreached(work: Work, subject: str) -> None:
    """Somebody (a person or an office, by code) has no working address: for the operator, once while it is open."""
    add_todo(work, "unreached", subject)


def add_todo(work: Work, kind: str, subject: str, *, detail: str = "") -> bool:
    """Makes a to-do, unless one of this kind and subject is open; returns whether it did.

    `kind` has its sentence under `todo.what.*`: it says what to do.
    """
    row = {"kind": kind, "subject": subject, "since": work.today, "detail": detail}
    connection = work.session.connection()
    for number in ("", *(f":{one}" for one in range(2, 100))):
        key = f"{kind}:{subject}:{work.today.isoformat()}{number}"
        if connection.execute(_INSERT, {**row, "key": key}).scalar() is not None:
            return True
        if open_todo(work, kind, subject) is not None:
            return False
    return False


def open_todo(work: Work, kind: str, subject: str) -> str | None:
    """The key of the open to-do of this kind and subject; None where there is none."""
    wanted = select(col(Todo.key)).where(
        col(Todo.kind) == kind, col(Todo.subject) == subject, col(Todo.done_at).is_(None)
    )
    found: str | None = work.session.connection().execute(wanted).scalar()
    return found


def close_todos(work: Work, kind: str, subject: str, *, note: str) -> int:
    """Closes what the act at hand has mended; returns how many."""
    done = update(Todo).where(
        col(Todo.kind) == kind, col(Todo.subject) == subject, col(Todo.done_at).is_(None)
    )
    closed = done.values(done_at=work.now, done_by=str(work.actor), note=note)
    return int(work.session.connection().execute(closed).rowcount)


def finish_todo(work: Work, key: str, *, note: str) -> None:
    """The operator has done it; raises BadInput without a note, NotFound for one that is not open."""
    if not note.strip():
        raise BadInput("act.reason_missing", field="note")
    which = update(Todo).where(col(Todo.key) == key, col(Todo.done_at).is_(None))
    done = which.values(done_at=work.now, done_by=str(work.actor), note=note)
    if work.session.connection().execute(done).rowcount != 1:
        raise NotFound("todo.not_open", field="todo", todo=key)
    record.note(work, "todo", key, act="todo.finish", note=note)


def todo_rows(work: Work) -> list[dict[str, str | date]]:
    """The open to-dos, the oldest first: key, kind, subject with its name, since when, what to do."""
    rows = work.session.connection().execute(text(_LIST).columns(since=Date))
    return [
        {
            "key": row.key,
            "kind": row.kind,
            "subject": row.subject,
            "name": row.name or "",
            "since": row.since,
            "what": say(f"todo.what.{row.kind}", subject=row.name or row.subject, detail=row.detail),
        }
        for row in rows
    ]


_LIST = """
SELECT t.key, t.kind, t.subject, t.since, t.detail, COALESCE(p.name, o.name) AS name
  FROM todo AS t
  LEFT JOIN person AS p ON p.code = t.subject
  LEFT JOIN organisation AS o ON o.code = t.subject
 WHERE t.done_at IS NULL
 ORDER BY t.since, t.key
"""
