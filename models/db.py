"""The database: engines for SQLite and PostgreSQL, what is checked at start, and the writing transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.pool import PoolProxiedConnection, StaticPool
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (registers every table with the metadata)
from models.guards import create_guards
from models.prepared import Prepared, in_sqlalchemys_words
from models.session import KeepingSession
from models.step_count import create_counters
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
    """`wal` where it is safe, else `truncate`: slower, never wrong (docs/decisions tells why not `delete`).

    What is not durable anyway (the replay) overwrites its journal: as safe against kills, fewest calls.
    """
    if wal_is_safe():
        return "wal"
    return "truncate" if durable else "persist"


def make_engine(url: str, *, durable: bool = True, alone: bool = False) -> Engine:
    """An engine whose SQLite connections have the four pragmas of DESIGN section 5 set and read back.

    `durable=False` (the replay only, see docs/decisions) leaves flushing to the operating system: a killed process
    loses nothing, a power cut may lose the replay, which is then played again. `alone=True` is for one thread that
    needs nobody beside it: all it does goes over one connection, which keeps the file's lock until the engine is
    disposed of. Errors say the statement without its parameters: those are forms, with people's names and numbers,
    and errors go to logs.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            # The connection used last is used next: its pages are still in its cache.
            **({"poolclass": StaticPool} if alone else {"pool_use_lifo": True}),
            connect_args={
                "timeout": BUSY_TIMEOUT_MS / 1000,
                "check_same_thread": False,
                "cached_statements": KEPT_STATEMENTS,
            },
            hide_parameters=True,
        )
        _tune_sqlite(engine, durable=durable, alone=alone)
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


def _tune_sqlite(engine: Engine, *, durable: bool, alone: bool) -> None:
    wanted = {
        "locking_mode": "exclusive" if alone else "normal",
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
        # What SQLAlchemy begins by itself (tables, migrations) writes; our own transactions have begun already.
        if connection.get_execution_options().get("qianshou_mode") != "joined":
            _BEGINNINGS["write"].rows(connection)


_BEGINNINGS = {"write": Prepared(text("BEGIN IMMEDIATE")), "read": Prepared(text("BEGIN"))}
"""What begins a transaction on SQLite; on PostgreSQL the driver begins by itself."""


@contextmanager
def writing(engine: Engine) -> Iterator[KeepingSession]:
    """One writing transaction: begins at once (BEGIN IMMEDIATE), commits at the end, rolls back on any exception."""
    with _session(engine, "write") as session:
        if engine.dialect.name == "postgresql":
            # One at a time as on SQLite: counts and audit chain need no lock of their own.
            _TAKE_TURN.rows(session, {"key": _WRITER_LOCK})
        yield session
        session.flush()
        _commit(session)


_TAKE_TURN = Prepared(text("SELECT pg_advisory_xact_lock(:key)"))


@contextmanager
def reading(engine: Engine) -> Iterator[KeepingSession]:
    """One reading transaction: a consistent view, never blocks a writer for longer than it lasts."""
    with _session(engine, "read") as session:
        yield session


@contextmanager
def glancing(engine: Engine) -> Iterator[KeepingSession]:
    """A session whose every question sees the database as it stands then: no transaction, nobody waits for it."""
    with _session(engine, "glance") as session:
        yield session


@contextmanager
def _session(engine: Engine, mode: str) -> Iterator[KeepingSession]:
    dialect = engine.dialect
    try:
        held = engine.raw_connection()
    except dialect.loaded_dbapi.Error as error:
        raise in_sqlalchemys_words("", error, dialect) from error
    driver: Any = held.driver_connection
    if dialect.name == "sqlite" and driver.in_transaction:
        # Only where all goes over one connection (`alone`): closing what was begun inside would undo what is around it.
        raise RuntimeError("a transaction or a glance inside a transaction on the same connection")
    session = KeepingSession(driver, dialect, lambda: _joined(engine, held))
    try:
        if mode in _BEGINNINGS and dialect.name == "sqlite":
            _BEGINNINGS[mode].rows(session)
        yield session
    finally:
        session.end()
        # What has not been committed is rolled back by the pool.
        held.close()


def _joined(engine: Engine, held: PoolProxiedConnection) -> Connection:
    """SQLAlchemy's connection inside the transaction that has begun on the driver's."""
    return Connection(engine, held).execution_options(qianshou_mode="joined")


def _commit(session: KeepingSession) -> None:
    driver, dialect = cast("tuple[Any, Dialect]", session.driver)
    try:
        driver.commit()
    except dialect.loaded_dbapi.Error as error:
        raise in_sqlalchemys_words("COMMIT", error, dialect) from error


def create_tables(engine: Engine) -> None:
    """Creates every table from the models, for tests and benchmarks; installations migrate instead."""
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
        create_guards(connection)
        create_counters(connection)
        create_views(connection)
