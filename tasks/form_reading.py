"""A form that was read from a file, laid over the application it belongs to; nothing is written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from documents.reading.application_form import FoundForm, Problem
from models.application import Application
from models.messages import say
from models.privacy import id_masked
from models.rules.form import SIGNED
from models.rules.form_values import is_blank
from models.rules.uscc import normal
from tasks.form_privacy import NUMBERS, SEALED
from tasks.paper_form import differing_from_register, form_from_file
from tasks.queries.first_form import registered_fields
from tasks.queries.form_versions import shown_value
from tasks.work import Work


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


def lay_form(work: Work, found: FoundForm, application: Application) -> ReadForm:
    """The application's form with the values of a file in it.

    What the register says stays, and a file that says otherwise is told. A blank in the file leaves what stands;
    signatures are proved by scans. Resident numbers are compared, never repeated in `changes`.
    """
    standing = {name: value for name, value in application.form.items() if name != SEALED}
    registered = registered_fields(work, application.uscc, application.nominator)
    read, problems = form_from_file(work, found, application.batch)
    given = {
        key: value
        for key, value in read.items()
        if key not in registered and not key.startswith(SIGNED) and not is_blank(value)
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
        if key in fields and value != standing.get(key)
    )
    told = [*problems, *differing_from_register(work, found, read, registered)]
    return ReadForm({**standing, **given}, changes, sentences(work, told))


def sentences(work: Work, problems: Iterable[Problem]) -> tuple[str, ...]:
    """What is wrong, as it may be kept, shown and sent: a resident number is masked, whatever is wrong with it."""
    numbers = {one.id for one in work.programme.form if one.key in NUMBERS}
    return tuple(
        (replace(one, found=id_masked(one.found)) if one.field in numbers and one.found else one).text
        for one in problems
    )


def code_in(found: FoundForm) -> str:
    """The credit code that a form names, '' where it names none."""
    one = found.fields.get("uscc")
    return normal(str(one.value or one.raw)) if one is not None else ""


def applications_named(work: Work, batch: int, found: FoundForm) -> list[Application]:
    """The applications of a batch whose institution a file names by its code, the newest first."""
    code = code_in(found)
    if not code:
        return []
    wanted = select(Application).where(col(Application.batch) == batch, col(Application.uscc) == code)
    return list(work.session.execute(wanted.order_by(col(Application.attempt).desc())).scalars())


def summary_forms(work: Work, applications: list[str]) -> list[Mapping[str, Any]]:
    """The forms of these applications, as a summary table is held against them."""
    found = [work.session.get_one(Application, key) for key in applications]
    return [{**one.form, **registered_fields(work, one.uscc, one.nominator)} for one in found]
