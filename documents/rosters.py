"""The sheets of many lines that offices hand in (senders, contacts, users), as `rosters.toml` names their columns."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from documents.reading.table import Place

_FILE = Path(__file__).with_name("rosters.toml")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label and by what other names it goes, how a cell is folded, what it should hold (`expected`).

    `choices` names the list that its cells are chosen from, `most` is the longest text in characters.
    """

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    expected: str = ""
    clause: str = ""
    required: bool = False
    form: str = "plain"
    width: int = 16
    most: int = 200
    choices: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sheet; `name` is senders, contacts or users."""

    name: str
    title: str
    clause: str
    note: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """The column of a key; raises KeyError."""
        return {one.key: one for one in self.columns}[key]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to be mended: where, in which column, what stands there, what is wrong, what should, its clause."""

    place: Place
    label: str
    found: str
    text: str
    expected: str = ""
    clause: str = ""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of sheet by its name, in the order of the file."""
    return {name: _kind(name, given) for name, given in _words()["kinds"].items()}


def words(name: str) -> Any:
    """A word of the sheets that belongs to no kind: the mark of an example, the names of sheets, headings."""
    return _words()[name]


def _kind(name: str, given: Mapping[str, Any]) -> Kind:
    columns = tuple(Column(**{**one, "aliases": tuple(one.get("aliases", ()))}) for one in given["columns"])
    return Kind(name, given["title"], given["clause"], given["note"], columns)


@cache
def _words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found
