"""A city's summary table held against the forms that came with it, line by line (K23)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from documents.reading.signs import squeezed
from documents.reading.summary_table import FoundSummary, SummaryRow
from documents.reading.table import Place
from models.messages import say
from models.programme import SummaryColumn
from models.rules.form_values import is_blank
from tasks.paper_form import office_code_of
from tasks.parties import name_of
from tasks.work import Work

_NAME = "institution_name"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line's difference: the institution, the column (''  where the whole line is meant), both sides."""

    code: str
    institution: str
    label: str = ""
    in_table: str = ""
    in_form: str = ""
    place: Place | None = None

    @property
    def text(self) -> str:
        """The sentence for people."""
        where = self.place.text if self.place else ""
        return say(
            self.code,
            where=say("documents.place.before", place=where) if where else "",
            institution=self.institution,
            label=self.label,
            in_table=self.in_table,
            in_form=self.in_form,
        )


def compare_summary_with_forms(
    work: Work, summary: FoundSummary, forms: Sequence[Mapping[str, Any]]
) -> list[Difference]:
    """Every difference between a summary table and the forms beside it, in its order; then forms without a line.

    `forms` are as `form_from_file` gives them, or as they are stored. A line belongs to the form of the same
    institution's name. A field that one of the two leaves empty is compared only where the form prints it. Read-only.
    """
    columns = [one for one in work.programme.summary_columns if not one.header and one.field]
    named = next((one for one in columns if one.field == _NAME), None)
    if named is None:
        return []
    by_name = {squeezed(str(one.get(_NAME, ""))): one for one in forms}
    found: list[Difference] = []
    listed: set[str] = set()
    for row in summary.rows:
        cell = row.fields.get(named.key)
        name = cell.raw.strip() if cell is not None else ""
        if squeezed(name) in listed:
            found.append(Difference("documents.summary.listed_twice", name, place=row.place))
        listed.add(squeezed(name))
        form = by_name.get(squeezed(name))
        if form is None:
            found.append(Difference("documents.summary.without_form", name, place=row.place))
            continue
        found += [
            one for column in columns if (one := _difference(work, row, column, form, name)) is not None
        ]
    missing = [one for key, one in by_name.items() if key not in listed]
    return found + [Difference("documents.summary.without_line", str(one.get(_NAME, ""))) for one in missing]


def _difference(
    work: Work, row: SummaryRow, column: SummaryColumn, form: Mapping[str, Any], name: str
) -> Difference | None:
    cell, key = row.fields.get(column.key), column.field or ""
    field = next((one for one in work.programme.form if one.key == key), None)
    if cell is None or field is None or (is_blank(form.get(key)) and not field.printed):
        return None
    ours = form.get(key)
    theirs: object = cell.value if cell.value is not None else cell.raw
    if field.type == "organisation":
        theirs = office_code_of(work, cell.raw, _city_of(form)) or cell.raw
    if _same(theirs, ours):
        return None
    shown = "" if is_blank(ours) else str(ours)
    if field.options:
        shown = work.programme.words[field.options].get(shown, shown)
    if field.type == "organisation" and shown:
        shown = name_of(work, shown)
    return Difference("documents.summary.differs", name, column.label, cell.raw.strip(), shown, cell.place)


def _city_of(form: Mapping[str, Any]) -> str | None:
    city = str(form.get("city", ""))
    return city or None


def _same(one: object, other: object) -> bool:
    left, right = ("" if is_blank(value) else squeezed(str(value)).casefold() for value in (one, other))
    return left == right
