"""Loads a programme pack from its TOML file: strict, complete about what is wrong, and frozen when it is right."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models import messages
from models.programme.pack import (
    Anchor,
    BatchPlan,
    Clause,
    Contact,
    Event,
    FormField,
    Indicator,
    Leg,
    Party,
    Programme,
    Stage,
    StepKind,
    SummaryColumn,
)
from models.programme.reader import Problem, Problems, read_record, read_records
from models.programme.values import Ambiguity, Parameter

SHIPPED = Path(__file__).with_name("hunan.toml")

_LISTS: Mapping[str, tuple[type[Any], str, str]] = {
    "clauses": (Clause, "clause", "id"),
    "ambiguities": (Ambiguity, "ambiguity", "id"),
    "parties": (Party, "party", "code"),
    "contacts": (Contact, "contact", "party"),
    "stages": (Stage, "stage", "code"),
    "events": (Event, "event", "id"),
    "steps": (StepKind, "step", "id"),
    "batches": (BatchPlan, "batch", "number"),
    "legs": (Leg, "leg", "code"),
    "form": (FormField, "form", "id"),
    "summary_columns": (SummaryColumn, "summary_column", "key"),
    "indicators": (Indicator, "indicator", "code"),
}
_TEXTS = ("code", "title", "form_title", "summary_title")
_TABLES = ("notice", "parameters", "anchors", "duties", "words")
_KNOWN = (*_TEXTS, *_TABLES, *_LISTS)


class PackInvalid(Exception):
    """The programme file cannot be used: ``problems`` holds everything wrong with it, each with its place."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__(str(path), len(problems))
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        head = messages.say("pack.invalid", path=self.path, count=len(self.problems))
        return "\n".join((head, *(one.text for one in self.problems)))


def load_programme(path: str | Path | None = None) -> Programme:
    """Return the programme in a TOML file (``None``: the shipped Hunan pack).

    Raises ``PackInvalid`` with every problem of form: unreadable file, unknown or missing key, wrong type. Whether the
    pack contradicts itself is the business of ``check_programme``. Reads two files and nothing else; a relative
    ``notice.text`` is looked for beside the pack.
    """
    file = SHIPPED if path is None else Path(path)
    problems = Problems()
    data = _parse(file, problems)
    text = _notice_text(file, data, problems)
    programme = None if problems.found else assemble(data, text, problems)
    if programme is None:
        raise PackInvalid(file, tuple(problems.found))
    return programme


def assemble(data: Mapping[str, Any], notice_text: str, problems: Problems) -> Programme | None:
    """Return the programme that parsed TOML describes, or ``None`` after adding what is wrong with it."""
    for key in _KNOWN:
        if key not in data:
            problems.add("pack.missing_key", "pack", key=key)
    for key in data:
        if key not in _KNOWN:
            problems.add("pack.unknown_key", "pack", key=key, known=_KNOWN)
    for key in _TEXTS:
        if key in data and not isinstance(data[key], str):
            problems.add(
                "pack.wrong_type", key, expected=messages.sentence("pack.kind.str"), found=str(data[key])
            )
    lists: dict[str, Any] = {
        key: read_records(of, data[key], kind, problems, name)
        for key, (of, kind, name) in _LISTS.items()
        if key in data
    }
    parameters = _parameters(data.get("parameters", {}), problems)
    notice = _texts(data.get("notice", {}), "notice", problems)
    anchors = _texts(data.get("anchors", {}), "anchors", problems)
    duties = _texts(data.get("duties", {}), "duties", problems)
    words = _words(data.get("words", {}), problems)
    if problems.found:
        return None
    return Programme(
        **{key: data[key] for key in _TEXTS},
        **lists,
        notice=notice,
        parameters=parameters,
        anchors=tuple(Anchor(name, label) for name, label in anchors.items()),
        duties=duties,
        words=_with_own_labels(words, lists, anchors, duties),
        notice_text=notice_text,
        digest=_digest(data, notice_text),
    )


def _parse(file: Path, problems: Problems) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as trouble:
        problems.add("pack.unreadable", str(file), path=str(file), reason=str(trouble))
    except tomllib.TOMLDecodeError as trouble:
        problems.add("pack.not_toml", str(file), path=str(file), reason=str(trouble))
    return {}


def _notice_text(file: Path, data: Mapping[str, Any], problems: Problems) -> str:
    notice = data.get("notice")
    name = notice.get("text") if isinstance(notice, dict) else None
    if not isinstance(name, str):
        return ""
    beside = file.parent / name
    try:
        return beside.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        problems.add("pack.unreadable", "notice.text", path=str(beside), reason=str(trouble))
        return ""


def _parameters(data: object, problems: Problems) -> tuple[Parameter, ...]:
    if not isinstance(data, dict):
        problems.add(
            "pack.wrong_type", "parameters", expected=messages.sentence("pack.kind.table"), found=str(data)
        )
        return ()
    found = []
    for key, row in data.items():
        given = {"key": key, **row} if isinstance(row, dict) else row
        parameter = read_record(Parameter, given, f"parameter {key}", problems)
        if parameter is not None:
            found.append(parameter)
    return tuple(found)


def _texts(data: object, where: str, problems: Problems) -> Mapping[str, str]:
    if not isinstance(data, dict):
        problems.add("pack.wrong_type", where, expected=messages.sentence("pack.kind.table"), found=str(data))
        return {}
    for key, value in data.items():
        if not isinstance(value, str):
            problems.add(
                "pack.wrong_type",
                f"{where}.{key}",
                expected=messages.sentence("pack.kind.str"),
                found=str(value),
            )
    return MappingProxyType(dict(data))


def _words(data: object, problems: Problems) -> dict[str, Mapping[str, str]]:
    if not isinstance(data, dict):
        problems.add(
            "pack.wrong_type", "words", expected=messages.sentence("pack.kind.table"), found=str(data)
        )
        return {}
    return {group: _texts(words, f"words.{group}", problems) for group, words in data.items()}


def _with_own_labels(
    words: Mapping[str, Mapping[str, str]],
    lists: Mapping[str, tuple[Any, ...]],
    anchors: Mapping[str, str],
    duties: Mapping[str, str],
) -> Mapping[str, Mapping[str, str]]:
    own = {
        "party": {one.code: one.label for one in lists["parties"]},
        "party_short": {one.code: one.short for one in lists["parties"]},
        "stage": {one.code: one.label for one in lists["stages"]},
        "event": {one.id: one.label for one in lists["events"]},
        "step": {one.id: one.title for one in lists["steps"]},
        "clause": {one.id: one.title for one in lists["clauses"]},
        "leg": {one.code: one.label for one in lists["legs"]},
        "indicator": {one.code: one.label for one in lists["indicators"]},
        "field": {one.key: one.label for one in lists["form"]},
        "anchor": anchors,
        "duty": duties,
    }
    return MappingProxyType({name: MappingProxyType(dict(group)) for name, group in {**words, **own}.items()})


def _digest(data: Mapping[str, Any], notice_text: str) -> str:
    content = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{content}\n{notice_text}".encode()).hexdigest()
