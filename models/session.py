"""The session of one transaction: keeps what it has loaded; loads and writes single rows by prepared statements."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Dialect, Table, bindparam, event, insert, inspect, select, update
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.attributes import instance_state, manager_of_class, set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

import models.tables  # noqa: F401  (registers every table with the metadata)
from models.prepared import Prepared

# Rows are made into objects without the ORM's own loading, which would do this at its first statement.
configure_mappers()

Thing = TypeVar("Thing")


class KeepingSession(Session):
    """A session that holds on to every row it has loaded: transactions are short, and rows are asked for again."""

    driver: tuple[Any, Dialect] | None = None
    """The driver's connection of the one transaction that this session is for; None outside of it."""

    def get(self, entity: type[Thing], ident: Any, **options: Any) -> Thing | None:  # type: ignore[override]
        """A row by its key, as Session.get has it."""
        kind: Any = entity
        values = ident if isinstance(ident, tuple) else (ident,)
        if any(options.values()) or len(values) != len(_keys_of(kind)):
            return super().get(entity, ident, **options)
        known: Any = self.identity_map.get((kind, values, None))
        if known is None or inspect(known).expired:
            if self.new:
                self.flush()
            keys = zip(_keys_of(kind), values, strict=True)
            known = _load(self, kind, {f"key_{column.name}": value for column, value in keys})
        return cast("Thing | None", known)

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Writes what is pending, each row by one prepared INSERT or UPDATE; what is to be deleted, as Session does."""
        if objects is not None or self.deleted:
            super().flush(objects)
            return
        if self.new:
            self._insert_new()
        for thing in self.dirty:
            if changed := changes_of(thing):
                _write(self, thing, changed)

    def adopt(self, entity: Any, row: Sequence[Any]) -> Any:
        """A row of a table, all its columns in order, as a loaded object; the one that is loaded already, if it is."""
        ident = tuple(row[place] for place in _places_of(entity))
        known = self.identity_map.get((entity, ident, None))
        if known is not None and not inspect(known).expired:
            return known
        thing = manager_of_class(entity).new_instance()
        thing.__dict__.update(zip(_names_of(entity), row, strict=True))
        self._hold(thing, ident)
        return thing

    def insert(self, thing: Any) -> None:
        """Writes the row of a new object at once and holds it as loaded; a key that the database gives stands on it."""
        table: Table = thing.__table__
        row = {column.name: getattr(thing, column.name) for column in table.columns}
        counted = table.autoincrement_column
        if counted is not None and row[counted.name] is None:
            del row[counted.name]
            set_committed_value(thing, counted.name, _insert_counted(table).scalar(self, row))
        else:
            _insert_into(table).rows(self, row)
        instance_state(thing)._commit_all(thing.__dict__)
        self._hold(thing, tuple(getattr(thing, column.name) for column in table.primary_key))

    def _hold(self, thing: Any, ident: tuple[Any, ...]) -> None:
        """What Session.add does for a detached object, without looking for others that hang on it: ours have none."""
        state = instance_state(thing)
        state.key = (type(thing), ident, None)
        state.session_id = self.hash_key
        self.identity_map.add(state)
        _keep(self, thing)

    def _insert_new(self) -> None:
        # Who is pointed at is written first; within a table in the order in which they were added.
        order = _order_of_tables()
        for thing in sorted(self.new, key=lambda one: order[one.__table__.name]):
            self.expunge(thing)
            self.insert(thing)


class PreparedObjects(Generic[Thing]):
    """The objects of a table that a condition with named parameters names, asked by one prepared statement."""

    def __init__(self, entity: type[Thing], *which: Any, order_by: Sequence[Any] = ()) -> None:
        self._entity = entity
        table: Table = entity.__table__  # type: ignore[attr-defined]
        self._wanted = Prepared(select(table).where(*which).order_by(*order_by))

    def all(self, session: Session, given: Mapping[str, Any] | None = None) -> list[Thing]:
        """Those there are, as `Session.execute(select(…)).scalars()` has them: what is pending is written before."""
        session.flush()
        keeping = cast("KeepingSession", session)
        return [keeping.adopt(self._entity, row) for row in self._wanted.rows(session, given)]


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


@cache
def _insert_into(table: Table) -> Prepared:
    return Prepared(insert(table))


@cache
def _insert_counted(table: Table) -> Prepared:
    counted = table.autoincrement_column
    values: dict[str, Any] = {
        column.name: bindparam(column.name) for column in table.columns if column is not counted
    }
    return Prepared(insert(table).values(values).returning(counted))  # type: ignore[arg-type]


def _load(session: KeepingSession, entity: Any, given: dict[str, Any]) -> Any:
    """The row of this key as a loaded object of the session; None where there is none."""
    row = _one(entity).first(session, given)
    return None if row is None else session.adopt(entity, row)


@cache
def _keys_of(entity: Any) -> tuple[Any, ...]:
    return tuple(inspect(entity).primary_key)


@cache
def _names_of(entity: Any) -> tuple[str, ...]:
    return tuple(column.name for column in entity.__table__.columns)


@cache
def _places_of(entity: Any) -> tuple[int, ...]:
    """Where the columns of the primary key stand in a row."""
    names = _names_of(entity)
    return tuple(names.index(column.name) for column in _keys_of(entity))


@cache
def _order_of_tables() -> dict[str, int]:
    return {table.name: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}


@cache
def _one(entity: Any) -> Prepared:
    table: Table = entity.__table__
    return Prepared(select(table).where(*by_key(table)))


@event.listens_for(KeepingSession, "loaded_as_persistent")
@event.listens_for(KeepingSession, "pending_to_persistent")
@event.listens_for(KeepingSession, "detached_to_persistent")
def _keep(session: Session, row: object) -> None:
    # The identity map alone is weak: a row nobody holds is read anew at the next `get`.
    session.info.setdefault("kept", []).append(row)
