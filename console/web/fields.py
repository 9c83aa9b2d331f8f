"""The fields of an act's form as a page asks for them: label, kind, choices, and what stands in them."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from console.web.choice import Choice
from console.web.choices import choices_of
from console.web.rendering import written_yuan
from console.web.wording import Wording, words_of
from models.rules.access import Viewer
from tasks.acts import Act
from tasks.attaching import FILINGS
from tasks.work import Work

SPARE_ROWS = 3
"""So many empty rows a table of a form offers beside those that are filled; the script adds more."""

ACCOUNT_PARTS = ("name", "bank", "number")


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form; `parts` are the questions of a row, a map or a grid, `rows` the filled rows of parts."""

    name: str
    label: str
    kind: str
    hint: str = ""
    required: bool = False
    value: Any = ""
    error: str = ""
    fixed: bool = False
    choices: tuple[Choice, ...] = ()
    parts: tuple["Field", ...] = ()
    rows: tuple[tuple["Field", ...], ...] = field(default=())
    takes_files: bool = False
    """Whether a file can be sent for it."""
    takes_many: bool = False


def fields_of(
    work: Work,
    viewer: Viewer,
    act: Act,
    given: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    fixed: Sequence[str] = (),
) -> list[Field]:
    """The questions of an act in the order of its parameters, filled with what is given; `fixed` are not asked.

    What must be chosen and leaves no choice is chosen already.
    """
    asked = _Asked(work, viewer, act, given, errors or {}, frozenset(fixed))
    fields = [asked.field(name, info) for name, info in act.form.model_fields.items()]
    return [*fields, *_file_only(act, errors or {})]


def _file_only(act: Act, errors: Mapping[str, str]) -> list[Field]:
    """The files that an act takes beside its fields."""
    filing = FILINGS.get(act.name)
    beside = [one for one in filing.purposes if one not in act.form.model_fields] if filing else []
    return [
        Field(
            one,
            words.label,
            "upload",
            words.hint,
            error=errors.get(one, ""),
            takes_files=True,
            takes_many=True,
        )
        for one in beside
        for words in (words_of(act.name, one),)
    ]


def kind_of(act: Act, path: str, info: FieldInfo) -> tuple[str, Wording]:
    """How a field is asked for: as its wording says, else as its type is."""
    words = words_of(act.name, path)
    return words.kind or _kind_of_type(info.annotation), words


def row_model(info: FieldInfo) -> type[BaseModel] | None:
    """The model of a list's rows, None where the field is no list of models."""
    for annotation in (info.annotation, *get_args(info.annotation)):
        for part in get_args(annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                return part
    return None


def _kind_of_type(annotation: Any) -> str:
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    kinds: dict[Any, str] = {
        bool: "flag",
        int: "number",
        date: "date",
        datetime: "instant",
        time: "time",
    }
    return kinds.get(annotation, "text")


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Work
    viewer: Viewer
    act: Act
    given: Mapping[str, Any]
    errors: Mapping[str, str]
    fixed: frozenset[str]

    def field(self, name: str, info: FieldInfo) -> Field:
        kind, words = kind_of(self.act, name, info)
        value = self.given.get(name, _default(info))
        choices = self._choices(name, kind)
        if kind == "choice" and value == "" and info.is_required() and len(choices) == 1:
            value = choices[0].value
        plain = Field(
            name,
            words.label,
            kind,
            words.hint,
            info.is_required(),
            written(value, kind),
            self.errors.get(name, ""),
            name in self.fixed,
            choices,
            takes_files=self._takes_files(name),
        )
        match kind:
            case "rows":
                return self._with_rows(plain, info, value)
            case "map" | "ranking":
                return self._with_map(plain, words.of or "number", value)
            case "grid":
                return self._with_grid(plain, value)
            case "account":
                return self._with_account(plain, value)
            case _:
                return plain

    def _takes_files(self, name: str) -> bool:
        filing = FILINGS.get(self.act.name)
        return filing is not None and name in filing.purposes

    def _choices(self, path: str, kind: str) -> tuple[Choice, ...]:
        if kind not in ("choice", "choices", "map", "ranking", "grid"):
            return ()
        return choices_of(self.work, self.viewer, self.act.name, path, self.given)

    def _with_rows(self, plain: Field, info: FieldInfo, value: Any) -> Field:
        model = row_model(info)
        if model is None:
            raise TypeError(f"{self.act.name}.{plain.name} is asked for in rows but is no list of models")
        filled = [_as_mapping(one) for one in value or ()]
        rows = tuple(
            tuple(self._cell(plain.name, number, model, name, row) for name in model.model_fields)
            for number, row in enumerate([*filled, *({} for _ in range(SPARE_ROWS))])
        )
        return _replaced(plain, rows=rows, parts=rows[-1])

    def _cell(
        self, table: str, number: int, model: type[BaseModel], name: str, row: Mapping[str, Any]
    ) -> Field:
        info, path = model.model_fields[name], f"{table}.{name}"
        kind, words = kind_of(self.act, path, info)
        key = f"{table}.{number}.{name}"
        value = written(row.get(name, _default(info)), kind)
        return Field(
            key,
            words.label,
            kind,
            words.hint,
            info.is_required(),
            value,
            self.errors.get(key, ""),
            choices=self._choices(path, kind),
        )

    def _with_map(self, plain: Field, of: str, value: Any) -> Field:
        if isinstance(value, list | tuple):
            value = {key: place for place, key in enumerate(value, start=1)}
        known = value if isinstance(value, Mapping) else {}
        parts = tuple(
            Field(
                f"{plain.name}.{one.value}",
                one.label,
                of,
                value=written(known.get(one.value, ""), of),
                error=self.errors.get(f"{plain.name}.{one.value}", ""),
            )
            for one in plain.choices
        )
        return _replaced(plain, parts=parts)

    def _with_grid(self, plain: Field, value: Any) -> Field:
        known = value if isinstance(value, Mapping) else {}
        years = choices_of(self.work, self.viewer, self.act.name, "year", self.given)
        rows = tuple(
            tuple(
                Field(
                    f"{plain.name}.{year.value}.{one.value}",
                    one.label,
                    "number",
                    hint=year.label,
                    value=written(known.get(year.value, {}).get(one.value, ""), "number"),
                    error=self.errors.get(f"{plain.name}.{year.value}.{one.value}", ""),
                )
                for year in years
            )
            for one in plain.choices
        )
        return _replaced(plain, rows=rows, choices=years)

    def _with_account(self, plain: Field, value: Any) -> Field:
        known = value if isinstance(value, Mapping) else {}
        parts = tuple(
            Field(
                f"{plain.name}.{part}",
                words_of("account", part).label,
                "text",
                value=str(known.get(part, "")),
                error=self.errors.get(f"{plain.name}.{part}", ""),
            )
            for part in ACCOUNT_PARTS
        )
        return _replaced(plain, parts=parts)


def written(value: Any, kind: str) -> Any:
    """A value as the input of its kind holds it; what was typed wrongly stays as it was typed."""
    if value is None or value == "":
        return ""
    if kind == "money" and isinstance(value, int):
        return written_yuan(value).replace(",", "")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date | time):
        return value.isoformat()
    if kind == "list" and isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    if (
        kind in ("choice", "text", "long", "number", "file")
        and isinstance(value, int)
        and not isinstance(value, bool)
    ):
        return str(value)
    return value


def _default(info: FieldInfo) -> Any:
    return "" if info.is_required() else info.get_default(call_default_factory=True)


def _as_mapping(row: Any) -> Mapping[str, Any]:
    return row.model_dump() if isinstance(row, BaseModel) else row


def _replaced(field_: Field, **changes: Any) -> Field:
    values = {name: getattr(field_, name) for name in Field.__dataclass_fields__}
    return Field(**(values | changes))
