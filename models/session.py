"""The session of one transaction: keeps what it has loaded; loads and writes single rows by prepared statements."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Dialect, Table, bindparam, event, insert, select, update
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
    """A session that holds on to every row it has loaded: transactions are short, and rows are asked for again.

    It knows the driver's connection of its one transaction, for prepared statements; SQLAlchemy's own connection costs
    more than many an act's questions and is made by `connect` for the first statement that needs it.
    """

    def __init__(self, driver: Any, dialect: Dialect, connect: Callable[[], Connection]) -> None:
        super().__init__(expire_on_commit=False)
        self.driver: tuple[Any, Dialect] | None = (driver, dialect)
        self._connect: Callable[[], Connection] | None = connect
        self._kept: list[object] = []
        self._pending: dict[int, Any] = {}

    def get_bind(self, *which: Any, **options: Any) -> Any:
        """SQLAlchemy's connection on the driver's."""
        if self.bind is None and self._connect is not None:
            self.bind = self._connect()
        return super().get_bind(*which, **options)

    def end(self) -> None:
        """Lets go of the driver's connection, which goes back to the pool; what was loaded can still be read."""
        self.driver = self._connect = None
        if self.bind is not None:
            self.close()

    def add(self, instance: object, **options: Any) -> None:  # type: ignore[override]
        """Lets a new object be written by the next flush; another one comes into the session as Session has it."""
        if instance_state(instance).key is None:
            self._pending[id(instance)] = instance
        else:
            super().add(instance, **options)

    def forget(self) -> None:
        """Holds on to nothing any more: every row is read anew."""
        if self._kept:
            self.expunge_all()
            self._kept.clear()
        self.info.clear()

    def get(self, entity: type[Thing], ident: Any, **options: Any) -> Thing | None:  # type: ignore[override]
        """A row by its key, as Session.get has it."""
        kind: Any = entity
        values = ident if isinstance(ident, tuple) else (ident,)
        names = _key_names_of(kind)
        if (options and any(options.values())) or len(values) != len(names):
            return super().get(entity, ident, **options)
        known: Any = self.identity_map.get((kind, values, None))
        if known is None or instance_state(known).expired:
            if self._pending:
                # It may be one of those that wait.
                self.flush()
                return self.get(entity, ident)
            row = _one(kind).first(self, dict(zip(names, values, strict=True)))
            known = None if row is None else self._made(kind, row, values)
        return cast("Thing | None", known)

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Writes what is pending, each row by one prepared INSERT or UPDATE; what is to be deleted, as Session does."""
        if self._pending:
            self._insert_pending()
        if objects is not None or self._deleted:
            super().flush(objects)
            return
        for thing in self._modified():
            if changed := changes_of(thing):
                _write(self, thing, changed)

    def is_waiting_for(self, thing: object) -> bool:
        """Whether nothing is to be written but what has changed on this object."""
        return not self._pending and all(
            other is thing or not changes_of(other) for other in self._modified()
        )

    def _modified(self) -> list[Any]:
        states = self.identity_map._modified
        return [thing for state in states if (thing := state.obj()) is not None] if states else []

    def adopt(self, entity: Any, row: Sequence[Any]) -> Any:
        """A row of a table, all its columns in order, as a loaded object; the one that is loaded already, if it is."""
        ident = tuple([row[place] for place in _places_of(entity)])
        known = self.identity_map.get((entity, ident, None))
        if known is not None and not instance_state(known).expired:
            return known
        return self._made(entity, row, ident)

    def _made(self, entity: Any, row: Sequence[Any], ident: tuple[Any, ...]) -> Any:
        thing = manager_of_class(entity).new_instance()
        thing.__dict__.update(zip(_names_of(entity), row, strict=True))
        self._hold(thing, ident)
        return thing

    def insert(self, thing: Any) -> None:
        """Writes the row of a new object at once and holds it as loaded; a key that the database gives stands on it."""
        table: Table = thing.__table__
        held = thing.__dict__
        row = {name: held.get(name) for name in _names_of(cast("Any", type(thing)))}
        counted = table.autoincrement_column
        if counted is not None and row[counted.name] is None:
            set_committed_value(thing, counted.name, _insert_counted(table).scalar(self, row))
        else:
            _insert_into(table).rows(self, row)
        instance_state(thing)._commit_all(held)
        self._hold(thing, tuple([held[column.name] for column in table.primary_key]))

    def _hold(self, thing: Any, ident: tuple[Any, ...]) -> None:
        """What Session.add does for a detached object, without looking for others that hang on it: ours have none."""
        state = instance_state(thing)
        state.key = (type(thing), ident, None)
        state.session_id = self.hash_key
        self.identity_map.add(state)
        self._kept.append(thing)

    def _insert_pending(self) -> None:
        # Who is pointed at is written first; within a table in the order in which they were added.
        order = _order_of_tables()
        pending, self._pending = self._pending, {}
        for thing in sorted(pending.values(), key=lambda one: order[one.__table__.name]):
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
        return [keeping.adopt(self._entity, row) for row in self._wanted.rows(session, given or {})]


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


@cache
def _key_names_of(entity: Any) -> tuple[str, ...]:
    """The parameters of `by_key`, in order."""
    return tuple(f"key_{column.name}" for column in entity.__table__.primary_key)


@cache
def _names_of(entity: Any) -> tuple[str, ...]:
    return tuple(column.name for column in entity.__table__.columns)


@cache
def _places_of(entity: Any) -> tuple[int, ...]:
    """Where the columns of the primary key stand in a row."""
    names = _names_of(entity)
    return tuple(names.index(column.name) for column in entity.__table__.primary_key)


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
def _keep(session: KeepingSession, row: object) -> None:
    # The identity map alone is weak: a row nobody holds is read anew at the next `get`.
    session._kept.append(row)
