"""The labels of a pack's form as they are printed: in full, without remarks, and within the blocks of people."""

from collections.abc import Mapping
from dataclasses import dataclass

from documents.reading.document import Cell
from documents.reading.labels import core_label, plain_label
from documents.reading.signs import signs
from models.programme import Programme
from models.programme.pack import FormField

_JOINED = 3
"""A label that is split stands in at most so many cells."""


@dataclass(frozen=True, slots=True)
class FormLabels:
    """`blocks` are the headings of people, each with the labels below it; `known` is all that is a label, no value."""

    fields: Mapping[str, FormField]
    blocks: Mapping[str, Mapping[str, FormField]]
    known: frozenset[str]

    def is_label(self, cell: Cell) -> bool:
        """Whether a cell holds a label or a heading."""
        return plain_label(cell.text) in self.known or core_label(cell.text) in self.known

    def block_of(self, cell: Cell) -> str:
        """The heading of a block of people that a cell is; '' for another."""
        core = core_label(cell.text)
        return core if core in self.blocks else ""

    def field_at(self, row: tuple[Cell, ...], position: int, block: str) -> tuple[FormField | None, int]:
        """The field whose label begins at a cell, and how many cells the label takes."""
        joined = ""
        for count, cell in enumerate(row[position : position + _JOINED], start=1):
            if count > 1 and (not cell.text.strip() or self.is_label(cell)):
                break
            joined += cell.text
            field = self._field(joined, block)
            if field is not None:
                return field, count
        return None, 1

    def _field(self, text: str, block: str) -> FormField | None:
        plain, core = plain_label(text), core_label(text)
        within = self.blocks.get(block, {})
        return within.get(plain) or within.get(core) or self.fields.get(plain) or self.fields.get(core)


def form_labels(programme: Programme) -> FormLabels:
    """The labels of a pack. A field whose label begins with its group's name is a label of that block."""
    groups = {code: plain_label(str(label)) for code, label in programme.words.get("form_group", {}).items()}
    fields: dict[str, FormField] = {}
    blocks: dict[str, dict[str, FormField]] = {}
    for one in programme.form:
        if one.type == "signature":
            continue
        plain, head = plain_label(one.label), groups.get(one.group, "")
        fields[plain] = one
        fields.setdefault(core_label(one.label), one)
        if head and plain.startswith(head) and plain != head:
            blocks.setdefault(head, {})[plain.removeprefix(head)] = one
    inner = {label for block in blocks.values() for label in block}
    signatures = {plain_label(one.label) for one in programme.form if one.type == "signature"}
    known = {*fields, *inner, *groups.values(), *signatures, *signs().headings}
    return FormLabels(fields, blocks, frozenset(one for one in known if one))
