"""Appendix 2 found in a file by the heads of its columns: its header and one row for each institution (K23)."""

from collections.abc import Mapping
from dataclasses import dataclass

from documents.reading.document import Cell, Document, Place, Table
from documents.reading.labels import core_label, plain_label
from documents.reading.values import clean, read_date
from models.programme import Programme

ENOUGH = 4
"""So many heads of columns make it the summary table."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One institution's line: texts by the column's key, each with its place."""

    values: Mapping[str, str]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class FoundSummary:
    """The table as it was read: what stands above it (by key) and its rows; numbered rows that are empty are none."""

    header: Mapping[str, str]
    rows: tuple[FoundRow, ...]
    missing: tuple[str, ...] = ()


def find_summary(document: Document, programme: Programme) -> FoundSummary | None:
    """The summary table in a document; None where none of its tables has the heads."""
    heads = {plain_label(one.label): one.key for one in programme.summary_columns if not one.header}
    for table in document.all_tables():
        for number, row in enumerate(table.rows):
            columns = _columns(row, heads)
            if len(columns) >= ENOUGH:
                missing = tuple(
                    one.label
                    for one in programme.summary_columns
                    if not one.header and one.key not in columns.values()
                )
                rows = _rows(table, number, columns, heads)
                return FoundSummary(_header(document, table, number, programme), rows, missing)
    return None


def _columns(row: tuple[Cell, ...], heads: Mapping[str, str]) -> dict[int, str]:
    found = {}
    for cell in row:
        key = heads.get(plain_label(cell.text)) or heads.get(core_label(cell.text))
        if key:
            found[cell.column] = key
    return found


def _rows(
    table: Table, number: int, columns: Mapping[int, str], heads: Mapping[str, str]
) -> tuple[FoundRow, ...]:
    found = []
    for row in table.rows[number + 1 :]:
        if len(_columns(row, heads)) >= ENOUGH:
            continue
        named = {columns[cell.column]: cell for cell in row if cell.column in columns}
        values = {key: clean(cell.text) for key, cell in named.items()}
        # A line that runs across, such as the remark at the foot, fills one column: it is no institution.
        if len([key for key, text in values.items() if text and key != "number"]) > 1:
            found.append(FoundRow(values, {key: cell.place for key, cell in named.items()}))
    return tuple(found)


def _header(document: Document, table: Table, number: int, programme: Programme) -> dict[str, str]:
    """What stands before the table as label, colon, value; several may stand in one line."""
    labels = {plain_label(one.label): one.key for one in programme.summary_columns if one.header}
    lines = [*document.texts, *(cell.text for row in table.rows[:number] for cell in row)]
    found: dict[str, str] = {}
    for line in lines:
        for key, text in _labelled(line, labels).items():
            if text and key not in found:
                found[key] = str(read_date(text).value) if key == "filled_on" else text
    return found


def _labelled(line: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Label and value pairs of a line; a value ends where the next label begins."""
    folded = line.replace("\uff1a", ":")
    found: dict[str, str] = {}
    key = ""
    for part in folded.split(":"):
        words = part.split()
        before = next(
            (count for count in range(1, len(words) + 1) if plain_label("".join(words[-count:])) in labels), 0
        )
        text = " ".join(words[: len(words) - before])
        if key:
            found[key] = text
        key = labels[plain_label("".join(words[-before:]))] if before else ""
    return found
