"""Packs for tests: the shipped one, an invented province's, and copies into which a contradiction is planted."""

import copy
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from models.programme import Programme, check_programme
from models.programme.loader import SHIPPED, assemble
from models.programme.reader import Problem, Problems

SECOND_PROVINCE = Path(__file__).parents[2] / "data" / "second-province.toml"
Data = dict[str, Any]
Plant = Callable[[Data], object]


@cache
def _parsed() -> tuple[Data, str]:
    data = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return data, SHIPPED.with_name(data["notice"]["text"]).read_text(encoding="utf-8")


def planted(plant: Plant) -> tuple[Programme | None, tuple[Problem, ...]]:
    """Return a copy of the shipped pack after a change to its data, and what its loading found."""
    parsed, notice = _parsed()
    data = copy.deepcopy(parsed)
    plant(data)
    problems = Problems()
    return assemble(data, notice, problems), tuple(problems.found)


def contradictions(plant: Plant) -> set[tuple[str, str]]:
    """Return code and place of what the check finds in a copy of the pack that still loads."""
    programme, malformed = planted(plant)
    assert programme is not None, [one.text for one in malformed]
    found = check_programme(programme)
    assert all(one.text for one in found)
    return {(one.code.removeprefix("pack.check."), one.where) for one in found}


def entry(data: Data, kind: str, name: str | int, by: str = "id") -> Data:
    """Return one table of a list, to be changed in place."""
    return next(one for one in data[kind] if one[by] == name)


def set_value(data: Data, key: str, value: object) -> None:
    """Give a parameter another only value."""
    data["parameters"][key]["values"][0]["value"] = value
