"""The rows of an act that is done for several objects at once: what each key names, and what is asked of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_origin

from starlette.datastructures import FormData

from console.web.fields import Field, fields_of, kind_of, written
from console.web.naming import named
from console.web.posted import Posted, read_posted
from console.web.subjects import subject_of, within_reach
from models.messages import say
from models.programme.divisions import DivisionUnknown
from models.rules.access import Viewer
from tasks.acts import Act
from tasks.queries.object_names import object_name
from tasks.work import Work

BETWEEN, AMONG = ",", "+"
"""Between the parameters that a row's key gives; among the entries of one that is a list."""

_CELLS = ("text", "long", "date", "instant", "time", "number", "money", "choice", "email", "mobile", "file")
"""Kinds of fields that fit into a cell; the others are asked for once for all rows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """An act for several objects; `parameters` are those that the rows' keys give, in their order."""

    act: Act
    parameters: tuple[str, ...]
    keys: tuple[str, ...]

    def given(self, key: str) -> dict[str, Any] | None:
        """The parameters that a row's key gives; None for a key of another shape."""
        parts = key.split(BETWEEN, len(self.parameters) - 1)
        if len(parts) != len(self.parameters) or not all(parts):
            return None
        fields = self.act.form.model_fields
        return {
            name: text.split(AMONG) if get_origin(fields[name].annotation) is list else text
            for name, text in zip(self.parameters, parts, strict=True)
        }

    def fitting(self) -> "Batch":
        """The same without keys of another shape, each once."""
        kept = (key for key in dict.fromkeys(self.keys) if self.given(key) is not None)
        return replace(self, keys=tuple(kept))

    @property
    def cells(self) -> tuple[str, ...]:
        """The fields that each row may be given by itself; none where there is one row only."""
        if len(self.keys) < 2:
            return ()
        fields = self.act.form.model_fields
        return tuple(
            name
            for name, info in fields.items()
            if name not in self.parameters and kind_of(self.act, name, info)[0] in _CELLS
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form: in the line above all rows, and in single cells; and what is wrong with either."""

    common: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    row_errors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One object: its key, what it is called, the cells of its row."""

    key: str
    name: str
    cells: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class BulkForm:
    """The form as it is shown: what is asked once, the line above all rows, the rows."""

    once: tuple[Field, ...]
    above: tuple[Field, ...]
    rows: tuple[BulkRow, ...]


def split_defaults(rows: Mapping[str, Mapping[str, Any]]) -> Filled:
    """What rows begin with: what is the same in all stands above them, what differs in its row."""
    names = dict.fromkeys(name for one in rows.values() for name in one)
    first = next(iter(rows.values()), {})
    same = {
        name: first.get(name)
        for name in names
        if all(one.get(name) == first.get(name) for one in rows.values())
    }
    own = {key: {name: value for name, value in one.items() if name not in same} for key, one in rows.items()}
    return Filled(same, own)


def bulk_form(work: Work, viewer: Viewer, batch: Batch, filled: Filled) -> BulkForm:
    """The questions of the act, once and by row; choices are those of the first row."""
    first = {**filled.common, **(batch.given(batch.keys[0]) or {})}
    asked = fields_of(work, viewer, batch.act, first, errors=filled.errors)
    asked = [one for one in asked if one.name not in batch.parameters]
    above = tuple(one for one in asked if one.name in batch.cells)
    return BulkForm(
        tuple(one for one in asked if one.name not in batch.cells),
        above,
        tuple(
            BulkRow(key, row_name(work, viewer, batch, key), _cells(above, number, key, filled))
            for number, key in enumerate(batch.keys)
        ),
    )


def row_name(work: Work, viewer: Viewer, batch: Batch, key: str) -> str:
    """What a row is about in words; what the viewer may not see stays its key."""
    given = batch.given(key)
    if given is None:
        return key
    return " ".join(named(work, viewer, [_word(work, viewer, *one) for one in given.items()]))


def read_rows(batch: Batch, form: FormData) -> dict[str, Posted]:
    """What each row is given: its own cells, and where these are blank what stands above all rows."""
    cells, keys = batch.cells, [str(one) for one in form.getlist("key")]
    plain = [(name, value) for name, value in form.multi_items() if not name.startswith("row.")]
    found: dict[str, Posted] = {}
    for key in batch.keys:
        own = _own_texts(form, keys.index(key), cells)
        texts = [(name, value) for name, value in plain if name not in own] + list(own.items())
        posted = read_posted(batch.act, FormData(texts))
        for name, value in (batch.given(key) or {}).items():
            posted.given[name] = value
            posted.errors.pop(name, None)
        found[key] = posted
    return found


def typed(batch: Batch, form: FormData, read: Mapping[str, Posted]) -> Filled:
    """The form as it was typed, each fault at the cell or the line that it comes from."""
    cells, keys = batch.cells, [str(one) for one in form.getlist("key")]
    rows = {key: _own_texts(form, keys.index(key), cells) for key in batch.keys}
    common = {
        **_common(read),
        **{name: form[name] for name in batch.act.form.model_fields if _is_text(batch, form, name)},
    }
    errors: dict[str, str] = {}
    row_errors: dict[str, dict[str, str]] = {}
    for key, posted in read.items():
        for name, text in posted.errors.items():
            some = any(name in one for one in rows.values())
            if name in rows[key] or (name in cells and some and not common.get(name)):
                row_errors.setdefault(key, {})[name] = text
            else:
                errors[name] = text
    return Filled(common, rows, errors, row_errors)


def _is_text(batch: Batch, form: FormData, name: str) -> bool:
    info = batch.act.form.model_fields[name]
    return name in form and name not in batch.parameters and kind_of(batch.act, name, info)[0] in _CELLS


def _common(read: Mapping[str, Posted]) -> dict[str, Any]:
    return dict(next(iter(read.values())).given) if read else {}


def _own_texts(form: FormData, number: int, cells: Sequence[str]) -> dict[str, str]:
    texts = {name: str(form.get(f"row.{number}.{name}", "")) for name in cells}
    return {name: text for name, text in texts.items() if text.strip()}


def _cells(above: Sequence[Field], number: int, key: str, filled: Filled) -> tuple[Field, ...]:
    own, errors = filled.rows.get(key, {}), filled.row_errors.get(key, {})
    return tuple(
        replace(
            one,
            name=f"row.{number}.{one.name}",
            value=written(own.get(one.name, ""), one.kind),
            error=errors.get(one.name, ""),
            hint="",
        )
        for one in above
    )


def _word(work: Work, viewer: Viewer, name: str, value: Any) -> str:
    if isinstance(value, list):
        return say("web.and_more", first=value[0], count=len(value)) if len(value) > 1 else str(value[0])
    if name == "batch" and value.isdecimal():
        return work.batch(int(value)).label
    if name == "leg" and value in {one.code for one in work.programme.legs}:
        return work.programme.label("leg", value)
    if name == "city":
        try:
            return work.divisions.by_code(value).name
        except DivisionUnknown:
            return str(value)
    subject = subject_of({name: value})
    if subject is not None and subject.page == "voucher" and within_reach(work, viewer, subject):
        return object_name(work, subject.page, subject.key)
    return str(value)
