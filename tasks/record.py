"""The one place where an object changes its state and where the audit trail is written."""

from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Table, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import SQLModel, col

from models.event import GENESIS, Event, event_hash
from models.states import INITIAL, legal_move
from tasks.refusal import AlreadyDone
from tasks.work import Work

Thing = TypeVar("Thing", bound=SQLModel)

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
    work.session.add(thing)
    work.session.flush()
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
    work.session.flush()
    _swap(work, thing, origin, target)
    _write_event(work, act, table, key, _batch_of(thing), {"from": origin, "to": str(target), **facts})
    return thing


def shift_step(work: Work, step: Thing, target: str) -> bool:
    """Takes a step out of `open` without an event of its own: the causing act's event stands beside it.

    Returns False when it was not open any more.
    """
    act = "settle" if target == "settled" else "cancel"
    origin = str(step.state)  # type: ignore[attr-defined]
    if not legal_move("step", act, origin, target):
        return False
    _swap(work, step, origin, target)
    return True


def note(work: Work, table: str, subject: str, *, act: str, batch: int | None = None, **facts: Any) -> int:
    """Writes an event that changes no state (a visit, a receipt, an override); returns its sequence number."""
    return _write_event(work, act, table, subject, batch, facts)


def _swap(work: Work, thing: SQLModel, origin: str, target: str) -> None:
    table = _columns_of(thing)
    keys = [column == getattr(thing, column.name) for column in table.primary_key]
    state = table.c.state
    changed = work.session.connection().execute(
        update(table).where(*keys, state == origin).values(state=str(target))
    )
    if changed.rowcount != 1:
        raise AlreadyDone("act.moved_meanwhile", subject=_key_of(thing))
    set_committed_value(thing, "state", str(target))


def _write_event(
    work: Work, act: str, table: str, subject: str, batch: int | None, facts: dict[str, Any]
) -> int:
    connection = work.session.connection()
    if work.last_event is None:
        head = select(col(Event.seq), col(Event.hash)).order_by(col(Event.seq).desc()).limit(1)
        row = connection.execute(head).first()
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
    connection.execute(Event.__table__.insert(), {**body, "hash": digest})  # type: ignore[attr-defined]
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
