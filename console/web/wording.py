"""What acts and their fields are called in the console, read once from the TOML files beside it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("wording")


class Unworded(KeyError):
    """An act or a field has no Chinese name: add it to the file in console/web/wording."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a field is asked for; `kind` is empty where its type says enough, `of` is what a map's values are."""

    label: str
    kind: str = ""
    hint: str = ""
    of: str = ""


@cache
def _file(name: str) -> Mapping[str, Any]:
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def act_label(name: str) -> str:
    """What an act, or the name of an event, is called; the name itself where it has no word yet."""
    return str(_file("acts")["acts"].get(name, name))


def has_label(name: str) -> bool:
    """Whether an act has a Chinese name."""
    return name in _file("acts")["acts"]


def words_of(act: str, field: str) -> Wording:
    """How a field of an act is asked for: `act.field` first, then the field by its last part; raises Unworded."""
    fields = _file("fields")["fields"]
    for name in (f"{act}.{field}", field.rpartition(".")[2]):
        if name in fields:
            return Wording(**fields[name])
    raise Unworded(f"{act}.{field}")


def page_words(section: str) -> Mapping[str, Any]:
    """A section of the pages' own words."""
    found: Mapping[str, Any] = _file("pages")[section]
    return found
