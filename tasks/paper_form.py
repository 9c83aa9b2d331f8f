"""Appendix 1 from a file, laid over the application it belongs to; appendix 2 from a file, held against the forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from documents.reading.found import Found, FoundForm, Problem, shown
from documents.reading.labels import plain_label
from documents.reading.summary_table import FoundSummary
from models.application import Application
from models.messages import say
from models.organisation import Organisation
from models.rules.form_values import is_blank
from models.rules.uscc import normal
from tasks.form_privacy import NUMBERS, SEALED
from tasks.queries.form_versions import shown_value
from tasks.queries.summary_table import SummaryTable
from tasks.work import Work

REGISTERED = ("city", "nominator", "institution_name", "uscc")
"""What the register says and no file changes; a file that says otherwise is the wrong one, or the register is."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that the file says otherwise than the application: label, what stands there, what was read."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A file read for an application: the form with its values laid over it, what that changes, what is wrong."""

    form: Mapping[str, Any]
    changes: tuple[Change, ...]
    problems: tuple[str, ...]


def form_from_file(work: Work, found: FoundForm, application: Application) -> ReadForm:
    """The application's form with the values of a file in it; nothing is written.

    A blank in the file leaves what stands there. Resident numbers are compared, never repeated in `changes`.
    """
    standing = {name: value for name, value in application.form.items() if name != SEALED}
    given = {
        key: one.value
        for key, one in found.fields.items()
        if key not in REGISTERED and not is_blank(one.value)
    }
    fields = {one.key: one for one in work.programme.form}
    changes = tuple(
        Change(
            key,
            fields[key].label,
            shown_value(work, fields[key], standing.get(key)),
            say("documents.number_read") if key in NUMBERS else shown_value(work, fields[key], value),
        )
        for key, value in given.items()
        if value != standing.get(key)
    )
    problems = [*found.problems, *register_problems(work, found, application)]
    return ReadForm({**standing, **given}, changes, tuple(one.text for one in problems))


def register_problems(work: Work, found: FoundForm, application: Application) -> list[Problem]:
    """F01–F04 of a file against the register: whose form it is, and to whom it goes."""
    office = work.session.get_one(Organisation, application.nominator)
    owner = work.session.get_one(Organisation, application.uscc)
    city = office.city or office.division
    expected = {
        "city": (city, work.divisions.by_code(city).name),
        "nominator": (plain_label(office.name), office.name),
        "institution_name": (plain_label(owner.name), owner.name),
        "uscc": (application.uscc, application.uscc),
    }
    problems = []
    for key, (wanted, name) in expected.items():
        one = found.fields.get(key)
        if one is not None and not is_blank(one.value) and _plain(key, one) != wanted:
            code = "documents.fault.other_office" if key in ("city", "nominator") else _OTHER
            facts = {"label": one.label, "number": one.number, "found": shown(one.raw), "expected": name}
            problems.append(Problem(code, key, one.place, facts))
    return problems


_OTHER = "documents.fault.other_institution"


def _plain(key: str, found: Found) -> str:
    return normal(str(found.value)) if key == "uscc" else plain_label(str(found.value))


def applications_named(work: Work, batch: int, found: FoundForm) -> list[Application]:
    """The standing applications of a batch whose institution a file names by its code, the newest first."""
    code = found.fields.get("uscc")
    if code is None or is_blank(code.value):
        return []
    wanted = select(Application).where(
        col(Application.batch) == batch, col(Application.uscc) == normal(str(code.value))
    )
    return list(work.session.execute(wanted.order_by(col(Application.attempt).desc())).scalars())


def summary_differences(table: SummaryTable, found: FoundSummary) -> tuple[str, ...]:
    """What a city's own appendix 2 says otherwise than the applications on its list, line by line (K23)."""
    problems = [say("documents.summary.missing", label=label) for label in found.missing]
    if len(found.rows) != len(table.rows):
        problems.append(
            say("documents.summary.count", found=len(found.rows), expected=len(table.rows), clause="K23")
        )
    theirs = {plain_label(row.values.get("institution", "")): row for row in found.rows}
    for number, ours in enumerate(table.rows, start=1):
        row = theirs.pop(plain_label(str(ours["institution"])), None)
        if row is None:
            problems.append(say("documents.summary.absent", row=number, institution=ours["institution"]))
            continue
        for key, text in row.values.items():
            if key in ours and key != "number" and plain_label(text) != plain_label(str(ours[key])):
                problems.append(
                    say(
                        "documents.summary.differs",
                        place=row.places[key].text,
                        institution=ours["institution"],
                        label=table.labels[key],
                        found=shown(text),
                        expected=ours[key],
                    )
                )
    problems += [
        say("documents.summary.unknown", place=row.places["institution"].text, institution=name)
        for name, row in _named(theirs.values())
    ]
    return tuple(problems)


def _named(rows: Any) -> Sequence[tuple[str, Any]]:
    return [(row.values.get("institution", ""), row) for row in rows if "institution" in row.places]
