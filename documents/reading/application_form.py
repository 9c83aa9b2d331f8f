"""Appendix 1 in a document: its fields by their labels, each with its place, and everything that does not fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from documents.reading.budget import Budget, BudgetLine, budget_of
from documents.reading.fields import Fields, Written, inner_rows
from documents.reading.labels import LabelIndex
from documents.reading.signs import has_turning_signs, is_invisible, normal, rest_after, squeezed
from documents.reading.table import Cell, Document, Place
from documents.reading.values import Asked, NotConvertible, converted, is_empty, last_day_in
from documents.version_code import VersionCode, parse_code
from models.messages import say
from models.programme import FormField, Programme
from models.rules.resident_id import mask

_SHARE = 0.4
"""A form has at least this part of its printed labels; a table with fewer is something else."""
_LEAST = 2
_UNREAD = ("account", "division")
"""Types that are not printed on paper in a form that can be read."""
_SIGNED_ON, _TEXT = "_signed_on", "_text"
_WITH_TEXT = "opinion"
"""The signature whose text is written by hand; the others' is printed."""
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in one field: as it is written, and as the rules expect it (None where empty or not convertible)."""

    key: str
    raw: str
    value: object
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a file: where it stands, what was found and what is expected there."""

    code: str
    field: str
    label: str
    found: str = ""
    expected: str = ""
    place: Place | None = None

    @property
    def text(self) -> str:
        """The sentence for people."""
        where = self.place.text if self.place else ""
        return say(
            self.code,
            where=say("documents.place.before", place=where) if where else "",
            label=self.label,
            field=self.field,
            found=self.found,
            expected=self.expected,
        )


@dataclass(frozen=True)
class FoundForm:
    """A form as it was found. ``fields`` are keyed as the rules of the form name them; a field that was written twice
    with different values is in ``doubles`` only."""

    fields: Mapping[str, Found]
    missing_labels: tuple[FormField, ...] = ()
    doubles: tuple[Problem, ...] = ()
    conversions: tuple[Problem, ...] = ()
    code: VersionCode | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that does not fit, in the order of the form."""
        missing = (Problem("documents.form.missing_label", one.id, one.label) for one in self.missing_labels)
        return tuple(sorted((*missing, *self.doubles, *self.conversions), key=lambda one: one.field))


def find_form(document: Document, programme: Programme) -> FoundForm | None:
    """The form in a document; None where too few of its labels are there: such a file is never an empty form."""
    index = LabelIndex(programme.form, {one.key: one.group for one in programme.form})
    written = Fields(document, index, {one.key: one.type for one in programme.form}).gather()
    printed = [one for one in programme.form if one.printed]
    there = {one.key for one in written}
    if len([one for one in printed if one.key in there]) < max(
        min(len(printed), _LEAST), _SHARE * len(printed)
    ):
        return None
    return _Gathering(document, programme, written).form(printed)


class _Gathering:
    """Turns what was written at the labels into fields and problems."""

    def __init__(self, document: Document, programme: Programme, written: Sequence[Written]) -> None:
        self._document = document
        self._programme = programme
        self._written = written
        self._fields: dict[str, Found] = {}
        self._doubles: list[Problem] = []
        self._conversions: list[Problem] = []

    def form(self, printed: Sequence[FormField]) -> FoundForm:
        there = {one.key for one in self._written}
        for field in self._programme.form:
            own = [one for one in self._written if one.key == field.key]
            if own and field.type not in _UNREAD:
                self._field(field, own)
        return FoundForm(
            fields=self._fields,
            missing_labels=tuple(one for one in printed if one.key not in there),
            doubles=tuple(self._doubles),
            conversions=tuple(self._conversions),
            code=next(
                (code for text in self._document.texts if (code := parse_code(text)) is not None), None
            ),
        )

    def _field(self, field: FormField, own: Sequence[Written]) -> None:
        if field.type == "table":
            self._budget(field, own)
        elif field.type == "signature":
            self._signature(field, own)
        elif field.type == "long_text":
            self._one_of(field, [self._long(field, one) for one in own])
        else:
            self._one_of(field, [Found(field.key, one.text, None, one.cell.place) for one in own])
        self._suspicions(field, own)

    def _one_of(self, field: FormField, candidates: Sequence[Found]) -> None:
        """One value per field: places that say the same are one, those that differ are never decided here."""
        asked = self._asked(field)
        filled = [one for one in candidates if not is_empty(one.raw, asked)]
        different = {squeezed(one.raw): one for one in filled}
        if len(different) > 1:
            self._doubles.append(
                self._problem(
                    "documents.form.double",
                    field,
                    say("documents.form.or").join(self._shown(field, one.raw) for one in different.values()),
                    place=filled[1].place,
                )
            )
            return
        self._keep(field, (filled or candidates)[0], asked)

    def _keep(self, field: FormField, found: Found, asked: Asked) -> None:
        try:
            value = converted(found.raw, asked)
        except NotConvertible as trouble:
            value = None
            self._conversions.append(
                self._problem(
                    "documents.form.not_convertible",
                    field,
                    self._shown(field, found.raw),
                    trouble.expected,
                    found.place,
                )
            )
        self._fields[field.key] = Found(field.key, found.raw, value, found.place)

    def _suspicions(self, field: FormField, own: Iterable[Written]) -> None:
        """What is not what it looks like: a formula's result, signs that turn the direction of writing."""
        for one in own:
            is_turned = any(has_turning_signs(text) for text in (one.text, *_texts(one.rows)))
            for code, holds in (("formula", one.cell.is_formula), ("turned", is_turned)):
                if holds:
                    shown = self._shown(field, one.text)
                    self._conversions.append(
                        self._problem(f"documents.form.{code}", field, shown, place=one.cell.place)
                    )

    def _long(self, field: FormField, written: Written) -> Found:
        """Everything beside the label in the order of reading; the printed instruction is not part of it."""
        if not written.rows:
            inner = self._lines_inside([written.cell])
            text = "\n".join(one for one in (written.text, *inner) if one.strip())
            return Found(field.key, without_instruction(text, field.note), None, written.cell.place)
        pieces: list[str] = []
        first: Cell | None = None
        for cell in (one for row in written.rows for one in row):
            text = "\n".join([without_instruction(cell.text, field.note), *self._lines_inside([cell])])
            if text.strip():
                first = first or cell
                pieces.append(text.strip("\n"))
        place = (first or written.rows[0][0]).place
        return Found(field.key, "\n".join(pieces), None, place)

    def _lines_inside(self, cells: Sequence[Cell]) -> list[str]:
        return ["\t".join(one.text for one in row) for row in inner_rows(self._document, cells)]

    def _budget(self, field: FormField, own: Sequence[Written]) -> None:
        budgets = [(one, self._budget_of(field, one)) for one in own]
        filled = [(one, budget) for one, budget in budgets if budget.lines]
        different = {tuple((line.item, line.written) for line in budget.lines) for _, budget in filled}
        if len(different) > 1:
            place = filled[1][0].cell.place
            self._doubles.append(self._problem("documents.form.double_table", field, place=place))
            return
        one, budget = (filled or budgets)[0]
        rows = tuple({"item": line.item, "wan": self._sum(field, line)} for line in budget.lines)
        raw = "\n".join(f"{line.item}\t{line.written}" for line in budget.lines)
        self._fields[field.key] = Found(field.key, raw, rows or None, one.cell.place)
        if budget.total is not None:
            total = self._sum(field, budget.total)
            key = f"{field.key}_total_wan"
            self._fields[key] = Found(key, budget.total.written, total or None, budget.total.cell.place)

    def _budget_of(self, field: FormField, written: Written) -> Budget:
        rows: list[tuple[Cell, ...]] = []
        for row in written.rows:
            rows += [row, *inner_rows(self._document, row)]
        if not written.rows:
            rows = [(written.cell,), *inner_rows(self._document, [written.cell])]
            rows[0] = (_with_text(written.cell, written.text),)
        return budget_of(rows, field.unit, field.note)

    def _sum(self, field: FormField, line: BudgetLine) -> object:
        """The line's sum; what could not be read is kept as it is written, and said."""
        if line.wan is not None:
            return line.wan
        expected = say("documents.expected.budget", unit=field.unit)
        shown = self._shown(field, f"{line.item} {line.written}" if line.written != line.item else line.item)
        self._conversions.append(
            self._problem("documents.form.not_convertible", field, shown, expected, line.cell.place)
        )
        return "" if line.written == line.item else line.written

    def _signature(self, field: FormField, own: Sequence[Written]) -> None:
        """The day that was written; a seal and a signature are proved by a scan, never by a text."""
        candidates = []
        for one in own:
            cells = [cell for row in one.rows for cell in row] or [one.cell]
            lines = [one.text, *(line for cell in cells for line in cell.text.split("\n") if one.rows)]
            candidates.append(([line for line in lines if line.strip()], cells[0].place))
        lines, place = max(candidates, key=lambda one: len("".join(one[0])))
        day, begun = last_day_in("\n".join(lines))
        key = f"{field.key}{_SIGNED_ON}"
        self._fields[key] = Found(key, lines[-1] if lines and begun else "", day, place)
        if begun and day is None:
            self._conversions.append(
                self._problem(
                    "documents.form.not_convertible",
                    field,
                    self._shown(field, lines[-1]),
                    say("documents.expected.date"),
                    place,
                )
            )
        if field.key == _WITH_TEXT:
            text = "\n".join(line.strip() for line in lines if not _is_printed(line))
            self._fields[f"{field.key}{_TEXT}"] = Found(f"{field.key}{_TEXT}", text, text or None, place)

    def _asked(self, field: FormField) -> Asked:
        words = self._programme.words.get(field.options) if field.options else None
        return Asked(field.type, field.unit, words, field.required, field.note)

    def _shown(self, field: FormField, raw: str) -> str:
        """What was found as a sentence may say it: short, on one line, resident numbers masked."""
        if field.type == "resident_id":
            return mask(squeezed(raw))
        plain = " ".join("".join(one for one in raw if not is_invisible(one)).split())
        return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}\u2026"

    def _problem(
        self, code: str, field: FormField, found: str = "", expected: str = "", place: Place | None = None
    ) -> Problem:
        return Problem(code, field.id, field.label, found, expected, place)


def without_instruction(text: str, instruction: str) -> str:
    """A text without the printed instruction at its beginning; one that was changed is part of the text."""
    if not instruction:
        return text
    rest = rest_after(text, instruction)
    if rest is None:
        return text
    # What the comparison passes over at the end of the instruction, its full stop, goes with it.
    return rest.lstrip(" \t\u3000.\u3002").removeprefix("\n")


def _texts(rows: Iterable[Iterable[Cell]]) -> list[str]:
    return [cell.text for row in rows for cell in row]


def _with_text(cell: Cell, text: str) -> Cell:
    return Cell(text, cell.place, cell.row, cell.column, cell.width, cell.height)


def _is_printed(line: str) -> bool:
    """Whether a line of a signature holds only what is printed: a place for the seal, the day."""
    plain = squeezed(line)
    day, begun = last_day_in(plain)
    is_bracketed = normal(line).startswith("(") and normal(line).endswith(")")
    return is_bracketed or begun or day is not None or not plain.strip("_-.") or is_empty(line, Asked("date"))


__all__ = ["Found", "FoundForm", "Problem", "find_form", "without_instruction"]
