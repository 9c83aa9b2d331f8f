"""The one place where an object changes its state and where the audit trail is written."""

from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Table,
    Update,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import SQLModel, col

from models.event import GENESIS, Event, event_hash
from models.prepared import Prepared
from models.session import by_key, changes_of, key_of, written
from models.states import INITIAL, legal_move
from models.step import Step
from tasks.refusal import AlreadyDone
from tasks.work import Work

Thing = TypeVar("Thing", bound=SQLModel)

_HEAD = Prepared(select(col(Event.seq), col(Event.hash)).order_by(col(Event.seq).desc()).limit(1))
_APPEND = Prepared(insert(Event))
# Written out: a bound parameter would keep SQLite from using the index of open steps.
_OPEN: ColumnElement[str] = literal_column("'open'")
_FINISH: Update = (
    update(Step.__table__)  # type: ignore[attr-defined]
    .where(col(Step.state) == _OPEN)
    .values(
        state=bindparam("target"), settled_at=bindparam("now"), settled_event=bindparam("event"), next_on=None
    )
    .returning(col(Step.key))
)
_FINISH_ONE = Prepared(
    _FINISH.where(col(Step.kind) == bindparam("of_kind"), col(Step.subject) == bindparam("of_subject"))
)

STATE_WORDS = {
    "batch": "batch_state",
    "application": "application_state",
    "submission": "submission_state",
    "roster_entry": "roster_state",
    "pairing_list": "list_state",
    "pair": "pair_state",
    "agreement": "agreement_state",
    "voucher": "money_state",
    "payment": "money_state",
    "monthly_return": "return_state",
    "evaluation": "evaluation_state",
    "annual_report": "report_state",
    "received_mail": "mail_state",
    "step": "step_state",
}
"""Table → the pack's group of words for its states."""


def create(work: Work, thing: Thing, *, act: str, **facts: Any) -> Thing:
    """Adds a new object in its initial state, with its event; uniqueness is the database's job.

    Raises ValueError for an object made in another state than its first, IntegrityError where its key is taken.
    """
    table = _table_of(thing)
    if table in INITIAL and getattr(thing, "state", None) != INITIAL[table]:
        raise ValueError(f"{table} begins as {INITIAL[table]}")
    work.session.flush()
    work.session.insert(thing)
    _write_event(work, act, table, _key_of(thing), _batch_of(thing), facts)
    return thing


def move(work: Work, thing: Thing, target: str, *, act: str, **facts: Any) -> Thing:
    """Takes an object from its state to `target` by compare-and-set, with its event.

    Raises AlreadyDone when the table of moves does not know this move from where the object stands now, or when
    another transaction has moved it meanwhile.
    """
    table, key = _table_of(thing), _key_of(thing)
    origin = str(thing.state)  # type: ignore[attr-defined]
    if not legal_move(table, act, origin, target):
        raise AlreadyDone(
            "act.illegal_move",
            subject=key,
            kind=work.programme.label("table", table),
            found=work.programme.label(STATE_WORDS[table], origin),
            target=work.programme.label(STATE_WORDS[table], target),
        )
    _swap(work, thing, origin, target)
    _write_event(work, act, table, key, _batch_of(thing), {"from": origin, "to": str(target), **facts})
    return thing


def finish_step(work: Work, kind: str, subject: str, target: str) -> bool:
    """`finish_steps` for the one open step of a kind and subject; False where there is none."""
    return bool(_finish(work, _FINISH_ONE, target, {"of_kind": kind, "of_subject": subject}))


def finish_steps(work: Work, target: str, *which: ColumnElement[bool]) -> list[str]:
    """Takes the open steps that `which` names out of `open`, without events of their own; returns their keys.

    The event of the act that causes it stands beside them (`settled_event`). A step that is not open stays as it is.
    A Step that was loaded before in this transaction does not learn of it.
    """
    return _finish(work, Prepared(_FINISH.where(*which)), target, {})


def _finish(work: Work, statement: Prepared, target: str, given: dict[str, str]) -> list[str]:
    if not legal_move("step", "settle" if target == "settled" else "cancel", "open", target):
        raise ValueError(f"a step does not become {target}")
    event = work.last_event[0] if work.last_event else None
    values = {**given, "target": target, "now": work.now, "event": event}
    return sorted(statement.scalars(work.session, values))


def note(work: Work, table: str, subject: str, *, act: str, batch: int | None = None, **facts: Any) -> int:
    """Writes an event that changes no state (a visit, a receipt, an override); returns its sequence number."""
    return _write_event(work, act, table, subject, batch, facts)


def _swap(work: Work, thing: SQLModel, origin: str, target: str) -> None:
    """Writes what has changed on the object together with its new state, if it still stands in the old one."""
    changed = changes_of(thing)
    if not work.session.is_waiting_for(thing):
        work.session.flush()
        changed = ()
    values = {f"new_{name}": getattr(thing, name) for name in changed}
    given = {**key_of(thing), **values, "origin": origin, "new_state": str(target)}
    if not _swap_in(_columns_of(thing), changed).rows(work.session, given):
        raise AlreadyDone("act.moved_meanwhile", subject=_key_of(thing))
    written(thing, changed)
    set_committed_value(thing, "state", str(target))


@cache
def _swap_in(table: Table, changed: tuple[str, ...]) -> Prepared:
    wanted = update(table).where(*by_key(table), table.c.state == bindparam("origin"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*changed, "state")}
    return Prepared(wanted.values(values).returning(*table.primary_key))


def _write_event(
    work: Work, act: str, table: str, subject: str, batch: int | None, facts: dict[str, Any]
) -> int:
    if work.last_event is None:
        row = _HEAD.first(work.session)
        work.last_event = (row[0], row[1]) if row else (0, GENESIS)
    seq, prev = work.last_event[0] + 1, work.last_event[1]
    plain: dict[str, Any] = {name: plain_value(value) for name, value in facts.items() if value is not None}
    body: dict[str, Any] = {
        "seq": seq,
        "at": work.now,
        "actor": str(work.actor),
        "act": act,
        "subject_type": table,
        "subject": subject,
        "batch": batch,
        "facts": plain,
        "prev": prev,
    }
    digest = event_hash(**body)
    _APPEND.rows(work.session, {**body, "hash": digest})
    work.last_event = (seq, digest)
    return seq


def plain_value(value: Any) -> Any:
    """A value as JSON keeps it: dates and instants as ISO text, collections as lists."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain_value(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain_value(item) for item in value]
        return sorted(items) if isinstance(value, set | frozenset) else items
    return value if isinstance(value, int | float | bool) or value is None else str(value)


def _columns_of(thing: SQLModel) -> Table:
    table: Table = type(thing).__table__  # type: ignore[attr-defined]
    return table


def _table_of(thing: SQLModel) -> str:
    return str(type(thing).__tablename__)


def _key_of(thing: SQLModel) -> str:
    return "/".join(str(getattr(thing, column.name)) for column in _columns_of(thing).primary_key)


def _batch_of(thing: SQLModel) -> int | None:
    if type(thing).__tablename__ == "batch":
        return int(thing.number)  # type: ignore[attr-defined]
    return getattr(thing, "batch", None)
