"""Any table of the console: looked through, sorted, filtered by a column's words, exported, acted on in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from console.web.export import FORMATS, exported
from console.web.visit import Visit
from console.web.wording import act_label
from tasks.acts import acts
from tasks.refusal import BadInput

PER_PAGE = 100
_FILTER = "f."


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` is text, key (on one line), number, money (fen), day, moment, state, clauses, words or share.

    A state is a word with a mark, which `<name>_mark` of the row names.
    Words are several of them, share is per cent of a whole, shown with a bar.
    `chosen` offers the words found in it as a filter. `link` is the row's value with the address the cell leads to.
    """

    name: str
    label: str
    kind: str = "text"
    chosen: bool = False
    link: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is aligned to the right."""
        return self.kind in ("number", "money", "share")


@dataclass(frozen=True, slots=True)
class BulkAct:
    """An act that can be done with several rows at once; `parameter` is what of it the rows' `key` fills.

    Several parameters stand with commas between them, as do their values in the key (`console/web/bulk_rows.py`).
    """

    name: str
    parameter: str

    @property
    def label(self) -> str:
        """What it is called."""
        return act_label(self.name)


@dataclass(frozen=True, slots=True)
class Listing:
    """A table as it is shown: the rows of this page, how many there are, and what can be chosen."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    count: int
    words: Mapping[str, tuple[str, ...]]
    query: Mapping[str, str]
    bulk: tuple[BulkAct, ...] = ()
    page: int = 1
    pages: int = 1
    hidden: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, name: str) -> str:
        """What a column is filtered by."""
        return self.query.get(_FILTER + name, "")

    def sorted_by(self, name: str) -> str:
        """`ascending`, `descending` or `none`, as the table's head says it."""
        wanted = self.query.get("sort", "")
        return {name: "ascending", f"-{name}": "descending"}.get(wanted, "none")

    def address(self, **changes: object) -> str:
        """This table with other parameters."""
        given = {key: value for key, value in self.query.items() if key not in ("page", "format")}
        return "?" + urlencode({**given, **{key: str(value) for key, value in changes.items()}})

    def turned(self, name: str) -> str:
        """The table sorted by a column, the other way round where it is sorted by it already."""
        return self.address(sort=f"-{name}" if self.query.get("sort") == name else name)


def listed(
    visit: Visit,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    bulk: Sequence[BulkAct] = (),
    hidden: Sequence[str] = (),
) -> Listing:
    """The table that the address's parameters ask for; `hidden` are parameters of the page that a filter keeps.

    A row may have `key` (for acting in bulk) beside the columns' values, and `<column>_code` for what stands behind a
    column's words: a plain parameter of the column's name (`?batch=2&city=430100`) filters by either. Raises BadInput
    for an unknown column.
    """
    query = _spelled_out(visit.query, columns, rows, hidden)
    found = [row for row in rows if _fits(row, columns, query)]
    if wanted := query.get("sort", ""):
        name = wanted.removeprefix("-")
        if name not in {one.name for one in columns}:
            raise BadInput("web.bad_sort", field="sort", found=name)
        # What is missing stands last, whichever way it is sorted.
        there = [row for row in found if row.get(name) not in (None, "")]
        there.sort(key=lambda row: row[name], reverse=wanted.startswith("-"))
        found = there + [row for row in found if row.get(name) in (None, "")]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = query.get("page", "1")
    page = min(int(number), pages) if number.isdecimal() and int(number) else 1
    offered = tuple(one for one in bulk if _may_act(visit, one))
    return Listing(
        tuple(columns),
        tuple(found[(page - 1) * PER_PAGE : page * PER_PAGE]),
        len(found),
        {one.name: _words(rows, one.name) for one in columns if one.chosen},
        query,
        offered,
        page,
        pages,
        {name: query[name] for name in hidden if name in query},
    )


def answer(
    visit: Visit,
    template: str,
    title: str,
    table: Listing,
    all_rows: Sequence[Mapping[str, Any]],
    **facts: Any,
) -> Response:
    """The page of a table, or the whole table as a file where `format` asks for one."""
    wanted = visit.query.get("format", "")
    if wanted in FORMATS:
        rows = [row for row in all_rows if _fits(row, table.columns, table.query)]
        return exported(
            title,
            [one.label for one in table.columns],
            ([_plain(row.get(one.name), one) for one in table.columns] for row in rows),
            as_format=wanted,
        )
    return visit.render(template, title=title, table=table, **facts)


def _spelled_out(
    query: Mapping[str, str],
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    hidden: Sequence[str],
) -> Mapping[str, str]:
    """The parameters with plain ones that name a column to choose by as its filter, in the column's own words."""
    plain = {one.name for one in columns if one.chosen and one.name in query} - set(hidden)
    if not plain:
        return query
    found = {name: value for name, value in query.items() if name not in plain}
    for name in plain:
        value = query[name]
        words = (
            str(row[name]) for row in rows if value in (str(row.get(f"{name}_code", "")), str(row[name]))
        )
        found.setdefault(_FILTER + name, next(words, value))
    return found


def _may_act(visit: Visit, one: BulkAct) -> bool:
    known = acts()
    return one.name in known and visit.viewer.role in known[one.name].by


def _plain(value: Any, column: Column) -> Any:
    if column.kind == "money" and isinstance(value, int):
        return value / 100
    if isinstance(value, list | tuple):
        return " ".join(str(one) for one in value)
    return value


def _fits(row: Mapping[str, Any], columns: Sequence[Column], query: Mapping[str, str]) -> bool:
    words = query.get("q", "").strip().lower()
    if words and not any(words in str(row.get(one.name, "")).lower() for one in columns):
        return False
    return all(
        str(row.get(name.removeprefix(_FILTER), "")) == value
        for name, value in query.items()
        if name.startswith(_FILTER) and value
    )


def _words(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sorted(str(row[name]) for row in rows if row.get(name) not in (None, ""))))
