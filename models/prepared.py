"""Statements compiled once for each kind of database and then run on the driver's own cursor.

An act asks some dozen small questions. SQLAlchemy answers each through a hundred calls of its own, which was most of
what an act cost; what is asked at every act is asked this way. The statement is still SQLAlchemy's: it builds the text
for the dialect and knows how each type is bound and read. A list of our own words stands in the statement by `one_of`;
a list that is given is asked by `PreparedList`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Executable,
    SQLColumnExpression,
    Table,
    bindparam,
    literal_column,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

Given = Mapping[str, Any]
Read = Callable[[Any], Any]
_NOTHING: Given = {}


class _Form(NamedTuple):
    """The statement as one dialect takes it: what makes the driver's parameters, and what reads its rows."""

    text: str
    bind: Callable[[Given], Any]
    read: Callable[[list[tuple[Any, ...]]], list[tuple[Any, ...]]] | None
    failure: type[Exception]


class Prepared:
    """One statement with named parameters; every call gives a value for each that has none of its own."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def rows(self, session: Session | Connection, given: Given = _NOTHING) -> list[tuple[Any, ...]]:
        """All rows as plain tuples. Raises what SQLAlchemy would raise in place of the driver's own errors."""
        return self._answer(session, given)[1]

    def named(self, session: Session | Connection, given: Given = _NOTHING) -> list[dict[str, Any]]:
        """All rows by the names of their columns."""
        columns, found = self._answer(session, given)
        names = [column[0] for column in columns]
        return [dict(zip(names, row, strict=True)) for row in found]

    def each(self, session: Session | Connection, given: Sequence[Given]) -> int:
        """Runs the statement once for each of these; returns how many rows it touched. Nothing is read back."""
        driver, dialect = _driver_of(session)
        form = self._form(dialect)
        cursor = driver.cursor()
        try:
            cursor.executemany(form.text, [form.bind(one) for one in given])
            return int(cursor.rowcount)
        except form.failure as error:
            raise in_sqlalchemys_words(form.text, error, dialect) from error
        finally:
            cursor.close()

    def first(self, session: Session | Connection, given: Given = _NOTHING) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self._answer(session, given)[1]
        return found[0] if found else None

    def scalar(self, session: Session | Connection, given: Given = _NOTHING) -> Any:
        """The first value of the first row, or None where there is no row."""
        found = self._answer(session, given)[1]
        return found[0][0] if found else None

    def scalars(self, session: Session | Connection, given: Given = _NOTHING) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self._answer(session, given)[1]]

    def _answer(
        self, session: Session | Connection, given: Given
    ) -> tuple[Sequence[Sequence[Any]], list[tuple[Any, ...]]]:
        """The columns as the driver tells them and the rows; neither where the statement answers nothing."""
        driver, dialect = _driver_of(session)
        form = self._form(dialect)
        try:
            cursor = driver.execute(form.text, form.bind(given))
            columns = cursor.description or ()
            found = cursor.fetchall() if columns else []
        except form.failure as error:
            raise in_sqlalchemys_words(form.text, error, dialect) from error
        return columns, form.read(found) if form.read else found

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _form_of(self._statement, dialect)
        return form


class PreparedList:
    """A statement that asks for a list of values, compiled once for each length that is a power of two.

    `build` makes the statement of the bound parameters that stand for the list. What a shorter list leaves over is
    filled with its last value, so that a condition IN (…) means the same.
    """

    def __init__(self, build: Callable[[Sequence[BindParameter[Any]]], Executable]) -> None:
        self._build = build
        self._sizes: dict[int, Prepared] = {}

    def rows(
        self, session: Session | Connection, values: Sequence[Any], given: Given = _NOTHING
    ) -> list[tuple[Any, ...]]:
        """All rows for these values, none for an empty list; at most as many values as a database takes."""
        if not values:
            return []
        size = 1 << (len(values) - 1).bit_length()
        statement = self._sizes.get(size)
        if statement is None:
            some: list[BindParameter[Any]] = [bindparam(f"value_{number}") for number in range(size)]
            statement = self._sizes[size] = Prepared(self._build(some))
        filled = [*values, *[values[-1]] * (size - len(values))]
        listed = {f"value_{number}": value for number, value in enumerate(filled)}
        return statement.rows(session, {**listed, **given})

    def scalars(
        self, session: Session | Connection, values: Sequence[Any], given: Given = _NOTHING
    ) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.rows(session, values, given)]


def one_of(column: SQLColumnExpression[str], words: Iterable[str]) -> ColumnElement[bool]:
    """`column IN (…)` with the words of our own code written out; they keep their indexes usable, too."""
    return column.in_([literal_column(f"'{word}'") for word in words])


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


def _driver_of(session: Session | Connection) -> tuple[Any, Dialect]:
    """The driver's own connection and its dialect; a session of models/db.py knows them."""
    known: tuple[Any, Dialect] | None = getattr(session, "driver", None)
    if known is not None:
        return known
    connection = session if isinstance(session, Connection) else session.connection()
    return connection.connection.driver_connection, connection.dialect


def _form_of(statement: Executable, dialect: Dialect) -> _Form:
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    reads = []
    for index, column in enumerate(compiled._result_columns):
        read = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if read is not None:
            reads.append((index, read))
    writes = {name: _write_of(one, name, compiled) for one, name in compiled.bind_names.items()}
    own = {
        name: _written(one.effective_value, writes[name])
        for one, name in compiled.bind_names.items()
        if not one.required
    }
    binder = _by_place if compiled.positional else _by_name
    names = compiled.positiontup if compiled.positional else list(writes)
    reader = _reader(reads) if reads else None
    return _Form(str(compiled), binder(names, writes, own), reader, dialect.loaded_dbapi.Error)


def _write_of(parameter: BindParameter[Any], name: str, compiled: Any) -> Read | None:
    """What makes a value the driver's; None where the driver takes it as it is."""
    if isinstance(parameter.type, Date) and compiled.dialect.name == "sqlite":
        return _day_text
    write: Read | None = compiled._bind_processors.get(name)
    return write


def _day_text(day: date | None) -> str | None:
    # SQLAlchemy formats a date for SQLite part by part, to let its users choose another form; this is the same text.
    return None if day is None else date.isoformat(day)


def _written(value: Any, write: Read | None) -> Any:
    return value if write is None else write(value)


def _by_place(
    names: Sequence[str], writes: Mapping[str, Read | None], own: Given
) -> Callable[[Given], list[Any]]:
    """Makes the parameters of `?`, in order; raises KeyError for one that is missing."""
    blank = [own.get(name) for name in names]
    asked = [(place, name, writes[name]) for place, name in enumerate(names) if name not in own]
    plain = [(place, name) for place, name, write in asked if write is None]
    made = [(place, name, write) for place, name, write in asked if write is not None]

    def bind(given: Given) -> list[Any]:
        values = blank.copy()
        for place, name in plain:
            values[place] = given[name]
        for place, name, write in made:
            values[place] = write(given[name])
        return values

    return bind


def _by_name(
    names: Sequence[str], writes: Mapping[str, Read | None], own: Given
) -> Callable[[Given], dict[str, Any]]:
    """Makes the parameters of `%(name)s`; raises KeyError for one that is missing."""
    asked = [(name, writes[name]) for name in names if name not in own]

    def bind(given: Given) -> dict[str, Any]:
        return {**own, **{name: _written(given[name], write) for name, write in asked}}

    return bind


def in_sqlalchemys_words(statement: str, error: Exception, dialect: Dialect) -> BaseException:
    """What SQLAlchemy would raise in place of a driver's error, without the values that the statement was given."""
    # PostgreSQL's further lines repeat the row, which may be somebody's form.
    error.args = tuple(str(part).partition("\n")[0] for part in error.args)
    family = dialect.loaded_dbapi.Error
    return DBAPIError.instance(statement, None, error, family, hide_parameters=True, dialect=dialect)


def _reader(
    reads: Sequence[tuple[int, Read]],
) -> Callable[[list[tuple[Any, ...]]], list[tuple[Any, ...]]]:
    """Makes the program's values of the driver's, in these columns of every row."""

    def read(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        found = []
        for row in rows:
            values = list(row)
            for place, made in reads:
                values[place] = made(values[place])
            found.append(tuple(values))
        return found

    return read
