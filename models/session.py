"""The session of one transaction: keeps what it has loaded; loads and writes single rows by prepared statements."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, event, inspect, select, update
from sqlalchemy.orm import configure_mappers, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, manager_of_class, set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

import models.tables  # noqa: F401  (registers every table with the metadata)
from models.prepared import Prepared

# Rows are made into objects without the ORM's own loading, which would do this at its first statement.
configure_mappers()


class KeepingSession(Session):
    """A session that holds on to every row it has loaded: transactions are short, and rows are asked for again."""

    _connected: tuple[Any, Connection] | None = None

    def connection(self, *given: Any, **options: Any) -> Connection:
        """The transaction's connection, as Session.connection has it; found once, not at every question."""
        if given or options:
            return super().connection(*given, **options)
        known = self._connected
        if known is None or known[0] is not self.get_transaction():
            found = super().connection()
            known = self._connected = (self.get_transaction(), found)
        return known[1]

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """A row by its key, as Session.get has it."""
        values = ident if isinstance(ident, tuple) else (ident,)
        if any(options.values()) or len(values) != len(_keys_of(entity)):
            return super().get(entity, ident, **options)
        known = self.identity_map.get((entity, values, None))
        if known is not None and not inspect(known).expired:
            return known
        if self.new:
            self.flush()
        keys = zip(_keys_of(entity), values, strict=True)
        return _load(self, entity, {f"key_{column.name}": value for column, value in keys})

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Writes what is pending; where rows have only changed, each by one prepared UPDATE."""
        if objects is not None or self.new or self.deleted:
            super().flush(objects)
            return
        for thing in self.dirty:
            if changed := changes_of(thing):
                _write(self, thing, changed)


def changes_of(thing: Any) -> tuple[str, ...]:
    """The names of a loaded object's columns that have another value than their row, in the order of names."""
    before = instance_state(thing).committed_state
    return tuple(sorted(name for name, old in before.items() if old != getattr(thing, name)))


def written(thing: Any, changed: Sequence[str]) -> None:
    """Notes that these changes stand in the database now."""
    for name in changed:
        set_committed_value(thing, name, getattr(thing, name))


def by_key(table: Table) -> list[ColumnElement[bool]]:
    """The condition that names one row of a table, by the parameters of `key_of`."""
    return [column == bindparam(f"key_{column.name}") for column in table.primary_key]


def key_of(thing: Any) -> dict[str, Any]:
    """The parameters that name an object's row."""
    return {f"key_{column.name}": getattr(thing, column.name) for column in thing.__table__.primary_key}


def _write(session: Session, thing: Any, changed: tuple[str, ...]) -> None:
    given = key_of(thing) | {f"new_{name}": getattr(thing, name) for name in changed}
    if not _update(thing.__table__, changed).rows(session, given):
        raise StaleDataError(f"{thing.__table__.name}: the row is not there any more")
    written(thing, changed)


@cache
def _update(table: Table, changed: tuple[str, ...]) -> Prepared:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in changed}
    return Prepared(update(table).where(*by_key(table)).values(values).returning(*table.primary_key))


def _load(session: Session, entity: Any, given: dict[str, Any]) -> Any:
    """The row of this key as a loaded object of the session; None where there is none."""
    names, wanted = _one(entity)
    row = wanted.first(session, given)
    if row is None:
        return None
    thing = manager_of_class(entity).new_instance()
    thing.__dict__.update(zip(names, row, strict=True))
    make_transient_to_detached(thing)
    session.add(thing)
    return thing


@cache
def _keys_of(entity: Any) -> tuple[Any, ...]:
    return tuple(inspect(entity).primary_key)


@cache
def _one(entity: Any) -> tuple[tuple[str, ...], Prepared]:
    table: Table = entity.__table__
    return tuple(column.name for column in table.columns), Prepared(select(table).where(*by_key(table)))


@event.listens_for(KeepingSession, "loaded_as_persistent")
@event.listens_for(KeepingSession, "pending_to_persistent")
@event.listens_for(KeepingSession, "detached_to_persistent")
def _keep(session: Session, row: object) -> None:
    # The identity map alone is weak: a row nobody holds is read anew at the next `get`.
    session.info.setdefault("kept", []).append(row)
