"""Statements compiled once for each kind of database and then run on the driver's own cursor.

An act asks some dozen small questions. SQLAlchemy answers each through a hundred calls of its own, which was most of
what an act cost; what is asked at every act is asked this way. The statement is still SQLAlchemy's: it builds the text
for the dialect and knows how each type is bound and read. A list of our own words stands in the statement by `one_of`;
a list that is given is asked by `PreparedList`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
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

Read = Callable[[Any], Any]


class _Form(NamedTuple):
    """The statement as one dialect takes it: each parameter with what makes it the driver's, each such column."""

    text: str
    takes: tuple[tuple[str, Read | None], ...]
    is_positional: bool
    fixed: Mapping[str, Any]
    reads: tuple[tuple[int, Read], ...]


class Prepared:
    """One statement with named parameters; every call gives a value for each that has none of its own."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def rows(
        self, session: Session | Connection, given: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """All rows as plain tuples. Raises what SQLAlchemy would raise in place of the driver's own errors."""
        return self._answer(session, given)[1]

    def named(
        self, session: Session | Connection, given: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """All rows by the names of their columns."""
        columns, found = self._answer(session, given)
        names = [column[0] for column in columns]
        return [dict(zip(names, row, strict=True)) for row in found]

    def each(self, session: Session | Connection, given: Sequence[Mapping[str, Any]]) -> int:
        """Runs the statement once for each of these; returns how many rows it touched. Nothing is read back."""
        driver, dialect = _driver_of(session)
        form = self._form(dialect)
        cursor = driver.cursor()
        try:
            cursor.executemany(form.text, [_bound(form, one) for one in given])
            return int(cursor.rowcount)
        except dialect.loaded_dbapi.Error as error:
            raise _in_sqlalchemys_words(form.text, error, dialect) from error
        finally:
            cursor.close()

    def first(
        self, session: Session | Connection, given: Mapping[str, Any] | None = None
    ) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.rows(session, given)
        return found[0] if found else None

    def scalar(self, session: Session | Connection, given: Mapping[str, Any] | None = None) -> Any:
        """The first value of the first row, or None where there is no row."""
        found = self.rows(session, given)
        return found[0][0] if found else None

    def scalars(self, session: Session | Connection, given: Mapping[str, Any] | None = None) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.rows(session, given)]

    def _answer(
        self, session: Session | Connection, given: Mapping[str, Any] | None
    ) -> tuple[Sequence[Sequence[Any]], list[tuple[Any, ...]]]:
        """The columns as the driver tells them and the rows; neither where the statement answers nothing."""
        driver, dialect = _driver_of(session)
        form = self._form(dialect)
        try:
            cursor = driver.execute(form.text, _bound(form, given))
            columns = cursor.description or ()
            found = cursor.fetchall() if columns else []
        except dialect.loaded_dbapi.Error as error:
            raise _in_sqlalchemys_words(form.text, error, dialect) from error
        return columns, [_read(row, form.reads) for row in found] if form.reads else found

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
        self, session: Session | Connection, values: Sequence[Any], given: Mapping[str, Any] | None = None
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
        return statement.rows(session, {**listed, **(given or {})})

    def scalars(
        self, session: Session | Connection, values: Sequence[Any], given: Mapping[str, Any] | None = None
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
    names = compiled.positiontup if compiled.positional else compiled.bind_names.values()
    return _Form(
        str(compiled),
        tuple((name, compiled._bind_processors.get(name)) for name in names),
        bool(compiled.positional),
        {name: one.effective_value for one, name in compiled.bind_names.items() if not one.required},
        tuple(reads),
    )


def _in_sqlalchemys_words(statement: str, error: Exception, dialect: Dialect) -> BaseException:
    # PostgreSQL's further lines repeat the row, which may be somebody's form.
    error.args = tuple(str(part).partition("\n")[0] for part in error.args)
    family = dialect.loaded_dbapi.Error
    return DBAPIError.instance(statement, None, error, family, hide_parameters=True, dialect=dialect)


def _bound(form: _Form, given: Mapping[str, Any] | None) -> Any:
    """The values as the driver takes them: by position, or by name. Raises KeyError for one that is missing."""
    values = {**form.fixed, **(given or {})} if form.fixed else given or {}
    if form.is_positional:
        return [values[name] if bind is None else bind(values[name]) for name, bind in form.takes]
    return {name: values[name] if bind is None else bind(values[name]) for name, bind in form.takes}


def _read(row: tuple[Any, ...], reads: tuple[tuple[int, Read], ...]) -> tuple[Any, ...]:
    values = list(row)
    for index, read in reads:
        values[index] = read(values[index])
    return tuple(values)
