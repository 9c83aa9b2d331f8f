"""The database: engines for SQLite and PostgreSQL, what is checked at start, and the writing transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    Table,
    bindparam,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import configure_mappers, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class
from sqlmodel import Session, SQLModel

import models.tables  # noqa: F401  (registers every table with the metadata)
from models.guards import create_guards
from models.prepared import Prepared
from models.views import create_views

BUSY_TIMEOUT_MS = 15_000
KEPT_STATEMENTS = 1_000
"""So many statements a connection keeps prepared; the acts have some hundreds."""
_WAL_FIXED = (3, 51, 3)
_WAL_BACKPORTS = ((3, 50, 7), (3, 44, 6))
_WRITER_LOCK = 0x7169616E
"""The advisory lock under which acts are written on PostgreSQL: one writer at a time."""


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite is free of the WAL-reset bug (several connections, before 3.51.3; DESIGN section 5)."""
    return version >= _WAL_FIXED or version in _WAL_BACKPORTS


def journal_mode(*, durable: bool = True) -> str:
    """`wal` where it is safe, else `delete`: slower, never wrong.

    What is not durable anyway (the replay) overwrites its journal instead: as safe against kills, a third of the calls.
    """
    if wal_is_safe():
        return "wal"
    return "delete" if durable else "persist"


def make_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine whose SQLite connections have the four pragmas of DESIGN section 5 set and read back.

    `durable=False` (the replay only, see docs/decisions) leaves flushing to the operating system: a killed process
    loses nothing, a power cut may lose the replay, which is then played again. Errors say the statement without its
    parameters: those are forms, with people's names and numbers, and errors go to logs.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            # The connection used last is used next: its pages are still in its cache.
            pool_use_lifo=True,
            connect_args={
                "timeout": BUSY_TIMEOUT_MS / 1000,
                "check_same_thread": False,
                "cached_statements": KEPT_STATEMENTS,
            },
            hide_parameters=True,
        )
        _tune_sqlite(engine, durable=durable)
        return engine
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "handle_error", _hide_row)
    return engine


def _hide_row(context: ExceptionContext) -> None:
    # PostgreSQL repeats the row that failed in its detail, which is the parameters once more.
    detail = getattr(getattr(context.original_exception, "diag", None), "message_detail", None)
    for error in (context.original_exception, context.sqlalchemy_exception):
        if detail and error is not None:
            error.args = tuple(str(part).replace(detail, "…") for part in error.args)


def _tune_sqlite(engine: Engine, *, durable: bool) -> None:
    wanted = {
        "journal_mode": journal_mode(durable=durable),
        "synchronous": "2" if durable else "0",
        "busy_timeout": str(BUSY_TIMEOUT_MS),
        "foreign_keys": "1",
    }

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        for name, value in wanted.items():
            if name == "journal_mode" and str(cursor.execute("PRAGMA journal_mode").fetchone()[0]) == value:
                continue
            cursor.execute(f"PRAGMA {name} = {value}")
        for name, value in wanted.items():
            found = str(cursor.execute(f"PRAGMA {name}").fetchone()[0]).lower()
            if found not in (value, "memory"):
                raise RuntimeError(f"SQLite would not set {name} to {value}: it says {found}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("qianshou_mode", "write")
        _BEGINNINGS[mode].rows(connection)


class _KeepingSession(Session):
    """A session that holds on to every row it has loaded: transactions are short, and rows are asked for again."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """A row by its key, as Session.get has it, but by a statement that is built once: half its price."""
        values = ident if isinstance(ident, tuple) else (ident,)
        if any(options.values()) or len(values) != len(_keys_of(entity)):
            return super().get(entity, ident, **options)
        known = self.identity_map.get((entity, values, None))
        if known is not None and not inspect(known).expired:
            return known
        if self.new:
            self.flush()
        return _load(self, entity, {f"key{number}": value for number, value in enumerate(values)})


def _load(session: Session, entity: Any, given: dict[str, Any]) -> Any:
    """The row of this key as a loaded object of the session; None where there is none."""
    names, by_key = _by_key(entity)
    row = by_key.first(session, given)
    if row is None:
        return None
    thing = manager_of_class(entity).new_instance()
    thing.__dict__.update(zip(names, row, strict=True))
    make_transient_to_detached(thing)
    session.add(thing)
    return thing


# Rows are made into objects without the ORM's own loading, which would do this at its first statement.
configure_mappers()


@cache
def _keys_of(entity: Any) -> tuple[Any, ...]:
    return tuple(inspect(entity).primary_key)


@cache
def _by_key(entity: Any) -> tuple[tuple[str, ...], Prepared]:
    table: Table = entity.__table__
    keys = enumerate(_keys_of(entity))
    wanted = select(table).where(*(column == bindparam(f"key{number}") for number, column in keys))
    return tuple(column.name for column in table.columns), Prepared(wanted)


_BEGINNINGS = {"write": Prepared(text("BEGIN IMMEDIATE")), "read": Prepared(text("BEGIN"))}


def insert_or_skip(table: Table, *, returning: str) -> Prepared:
    """INSERT … ON CONFLICT DO NOTHING of one row, the same text on both databases and compiled once.

    A dialect's own `insert` with a conflict clause is compiled anew at every call.
    """
    columns = [column for column in table.columns if column.name != returning]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(f":{column.name}" for column in columns)
    statement = (
        f"INSERT INTO {table.name} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING RETURNING {returning}"
    )
    binds = [bindparam(column.name, type_=column.type) for column in columns]
    return Prepared(text(statement).bindparams(*binds).columns(table.columns[returning]))


@event.listens_for(_KeepingSession, "loaded_as_persistent")
@event.listens_for(_KeepingSession, "pending_to_persistent")
@event.listens_for(_KeepingSession, "detached_to_persistent")
def _keep(session: Session, row: object) -> None:
    # The identity map alone is weak: a row nobody holds is read anew at the next `get`.
    session.info.setdefault("kept", []).append(row)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One writing transaction: begins at once (BEGIN IMMEDIATE), commits at the end, rolls back on any exception."""
    with (
        engine.connect() as connection,
        connection.begin(),
        _KeepingSession(connection, expire_on_commit=False) as session,
    ):
        _wait_for_turn(session)
        yield session
        session.flush()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One reading transaction: a consistent view, never blocks a writer for longer than it lasts."""
    with (
        engine.connect().execution_options(qianshou_mode="read") as connection,
        connection.begin(),
        _KeepingSession(connection, expire_on_commit=False) as session,
    ):
        yield session


def _wait_for_turn(session: Session) -> None:
    """One writing transaction at a time on PostgreSQL too, as on SQLite: counts and audit chain need no lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})


def create_tables(engine: Engine) -> None:
    """Creates every table from the models, for tests and benchmarks; installations migrate instead."""
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
        create_guards(connection)
        create_views(connection)
