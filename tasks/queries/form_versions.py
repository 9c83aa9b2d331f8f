"""The versions of an application's form with what each changed, field by field; resident numbers as they are shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import ApplicationVersion
from models.messages import say
from models.programme.divisions import DivisionUnknown
from models.programme.pack import FormField
from models.rules.form_seen import differing_fields, seen_token
from models.rules.form_values import is_blank
from tasks.dossier import application_of
from tasks.form_privacy import SEALED
from tasks.parties import name_of
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a version changed, before and after as people read them; '' for blank."""

    id: str
    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A form as it stood. `number` and `at` are empty for what has been saved since and never submitted.

    `token` is what `application.save_draft` asks for as `seen`.
    """

    number: int | None
    at: datetime | None
    form: dict[str, Any]
    token: str
    changes: tuple[FieldChange, ...]


def form_versions(work: Work, application: str) -> list[FormVersion]:
    """Every submitted version, oldest first, then the draft where there is one that differs; raises NotFound.

    The first has no changes: there is nothing before it. Who may see which, and whether numbers are shown at all, is
    the caller's to ask (`models.rules.access`).
    """
    found = application_of(work, application)
    wanted = select(ApplicationVersion).where(col(ApplicationVersion.application) == application)
    kept = work.session.execute(wanted.order_by(col(ApplicationVersion.version))).scalars().all()
    versions: list[FormVersion] = []
    before: dict[str, Any] | None = None
    for one in kept:
        versions.append(_version(work, one.version, one.at, one.form, before))
        before = one.form
    if before is None or differing_fields(_unsigned(before), _unsigned(found.form)):
        versions.append(_version(work, None, None, found.form, before))
    return versions


def _unsigned(form: dict[str, Any]) -> dict[str, Any]:
    """Without the nominator's signature, which is set on the version that stands (F27)."""
    return {name: value for name, value in form.items() if not name.startswith("opinion_")}


def _version(
    work: Work, number: int | None, at: datetime | None, form: dict[str, Any], before: dict[str, Any] | None
) -> FormVersion:
    shown = {name: value for name, value in form.items() if name != SEALED}
    names = differing_fields(before, form) if before is not None else ()
    fields = {name: _field(work, name) for name in names}
    order = {one.key: place for place, one in enumerate(work.programme.form)}
    places = {name: order[one.key] if one is not None else len(order) for name, one in fields.items()}
    changes = tuple(
        _change(work, name, fields[name], before or {}, form)
        for name in sorted(names, key=lambda name: (places[name], name))
    )
    return FormVersion(number, at, shown, seen_token(form), changes)


def _field(work: Work, name: str) -> FormField | None:
    """The field of the form that a stored value belongs to; a signature's parts belong to the signature."""
    for one in work.programme.form:
        if one.key == name or (one.type == "signature" and name.startswith(f"{one.key}_")):
            return one
    return None


def _change(
    work: Work, name: str, field: FormField | None, before: dict[str, Any], after: dict[str, Any]
) -> FieldChange:
    return FieldChange(
        id=field.id if field is not None else "",
        key=name,
        label=field.label if field is not None else name,
        before=shown_value(work, field, before.get(name)),
        after=shown_value(work, field, after.get(name)),
    )


def shown_value(work: Work, field: FormField | None, value: Any) -> str:
    """A field's value as people read it: a choice in its words, a table row by row; '' for a blank."""
    if is_blank(value):
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(shown_value(work, None, row) for row in value)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    if isinstance(value, bool):
        return say("form.yes" if value else "form.no")
    if field is not None and field.options:
        return work.programme.words[field.options].get(str(value), str(value))
    if field is not None and field.type == "organisation":
        return name_of(work, str(value))
    if field is not None and field.type in ("city", "division"):
        return _division_name(work, str(value))
    return str(value)


def _division_name(work: Work, code: str) -> str:
    """The name of a city or county; what is no code of one stays as it is."""
    try:
        return work.divisions.by_code(code).name
    except DivisionUnknown:
        return code
