"""Appendix 1 found in a file by its labels, wherever they stand: every field with its value and place (F01-F31)."""

from collections.abc import Iterator
from dataclasses import dataclass

from documents.reading.budget import read_budget
from documents.reading.document import Cell, Document, Place, Table
from documents.reading.form_labels import FormLabels, form_labels
from documents.reading.found import Found, FoundForm, Problem, shown
from documents.reading.labels import after_label, core_label, plain_label
from documents.reading.values import clean, read_value, written_day
from documents.version_code import VersionCode, parse_code
from models.programme import Programme
from models.programme.divisions import Divisions
from models.programme.pack import FormField

ENOUGH = 0.4
"""A file with fewer of the printed labels than this share is not the form: it is refused, not read as an empty one."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """A label with what stands beside or below it."""

    field: FormField
    label: str
    place: Place
    text: str
    cells: tuple[Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


def find_form(document: Document, programme: Programme, divisions: Divisions) -> FoundForm | None:
    """The form in a document; None where too few of its labels are there for it to be the form at all."""
    labels = form_labels(programme)
    printed = [one for one in programme.form if one.printed and one.type != "signature"]
    hits = [hit for table in document.all_tables() for hit in _of_table(table, labels)]
    seen = {hit.field.key for hit in hits}
    if not printed or len(seen.intersection(one.key for one in printed)) < ENOUGH * len(printed):
        return None

    fields: dict[str, Found] = {}
    problems: list[Problem] = []
    for hit in hits:
        found, faults = _read(hit, programme, divisions)
        standing = fields.get(found.key)
        if standing is None or (not clean(standing.raw) and clean(found.raw)):
            fields[found.key] = found
            problems = [one for one in problems if one.key != found.key or standing is None] + faults
        elif clean(found.raw) and found.value != standing.value:
            problems.append(_twice(standing, found))
    missing = tuple(one.label for one in printed if one.key not in seen)
    problems += [Problem("documents.fault.missing_label", "", None, {"label": label}) for label in missing]
    return FoundForm(
        fields, tuple(problems), missing, _signatures(document, programme, labels), _code(document)
    )


def _of_table(table: Table, labels: FormLabels) -> Iterator[_Hit]:
    block = ""
    for number, row in enumerate(table.rows):
        position = 0
        while position < len(row):
            cell = row[position]
            head = labels.block_of(cell)
            field, taken = labels.field_at(row, position, block)
            if head and (field is None or plain_label(field.label) != head):
                block = head
            elif field is not None:
                block = block if field in labels.blocks.get(block, {}).values() else ""
                yield _beside(table, number, position, taken, field, labels)
            else:
                yield from _within(cell, labels)
            position += taken


def _beside(
    table: Table, number: int, position: int, taken: int, field: FormField, labels: FormLabels
) -> _Hit:
    """What stands right of a label, or below where there is nothing but another label to its right."""
    row, label = table.rows[number], table.rows[number][position]
    name = "".join(one.text for one in row[position : position + taken])
    right = row[position + taken] if position + taken < len(row) else None
    if right is not None and not labels.is_label(right):
        further = _further(table, number, right.column, labels) if _goes_on(field) else ()
        return _hit(field, name, right, (right,), further)
    below = _below(table, number, label, labels)
    if below is None:
        return _Hit(field, name, label.place, "")
    further = _further(table, number + 1, below.column, labels) if _goes_on(field) else ()
    return _hit(field, name, below, (below,), further)


def _hit(
    field: FormField, name: str, first: Cell, cells: tuple[Cell, ...], rows: tuple[tuple[Cell, ...], ...]
) -> _Hit:
    parts = [first.text, *("\n".join(one.text for one in row) for row in rows)]
    return _Hit(field, name, first.place, "\n".join(part for part in parts if part.strip()), cells, rows)


def _goes_on(field: FormField) -> bool:
    return field.type in ("long_text", "table")


def _below(table: Table, number: int, label: Cell, labels: FormLabels) -> Cell | None:
    if number + 1 >= len(table.rows):
        return None
    for cell in table.rows[number + 1]:
        if cell.column < label.column + label.span and label.column < cell.column + cell.span:
            return None if labels.is_label(cell) else cell
    return None


def _further(table: Table, number: int, column: int, labels: FormLabels) -> tuple[tuple[Cell, ...], ...]:
    """The rows that go on below a long value: up to the next row in which a label stands."""
    found = []
    for row in table.rows[number + 1 :]:
        if any(labels.is_label(cell) and core_label(cell.text) in labels.fields for cell in row):
            break
        if labels.is_label(row[0]) and len(row) > 1 and row[0].column < column:
            break
        found.append(row)
    return tuple(found)


def _within(cell: Cell, labels: FormLabels) -> Iterator[_Hit]:
    """Labels that stand in one cell with their values, line by line, each before a colon."""
    for line in cell.text.split("\n"):
        for label, field in labels.fields.items():
            rest = after_label(line, label)
            if rest is not None:
                yield _Hit(field, field.label, cell.place, rest)
                break


def _read(hit: _Hit, programme: Programme, divisions: Divisions) -> tuple[Found, list[Problem]]:
    field = hit.field
    facts = {"label": clean(hit.label).replace("\n", ""), "number": field.id, "found": shown(hit.text)}
    if field.type == "table":
        budget = read_budget(hit.cells, hit.rows, field.note)
        faults = [
            Problem("documents.fault.budget", field.key, hit.place, {**facts, "found": shown(line)})
            for line in budget.odd
        ]
        return Found(field.key, field.id, hit.label, hit.text, budget.rows, hit.place), faults
    read = read_value(hit.text, field, programme, divisions)
    found = Found(field.key, field.id, hit.label, hit.text, read.value, hit.place)
    if not read.fault:
        return found, []
    return found, [Problem(read.fault, field.key, hit.place, {**facts, "expected": read.expected})]


def _twice(first: Found, second: Found) -> Problem:
    facts = {
        "label": clean(first.label).replace("\n", ""),
        "number": first.number,
        "first": shown(first.raw),
        "first_place": first.place.text,
        "found": shown(second.raw),
    }
    return Problem("documents.fault.twice", first.key, second.place, facts)


def _signatures(document: Document, programme: Programme, labels: FormLabels) -> dict[str, str]:
    """The day written in each block of signature and seal, where one is."""
    heads = {
        plain_label(str(programme.words["form_group"][one.group])): one.key
        for one in programme.form
        if one.type == "signature"
    }
    found: dict[str, str] = {}
    for table in document.all_tables():
        for number, row in enumerate(table.rows):
            key = heads.get(core_label(row[0].text), "") if row else ""
            if key:
                rows = (
                    row,
                    *_further(table, number, row[0].column + 1, labels),
                )
                day = written_day("\n".join(cell.text for one in rows for cell in one))
                if day:
                    found[key] = day
    return found


def _code(document: Document) -> VersionCode | None:
    for text in document.texts:
        found = parse_code(text)
        if found is not None:
            return found
    cells = (cell.text for table in document.all_tables() for cell in table.cells())
    return next((code for text in cells if "QS1/" in text and (code := parse_code(text))), None)
