"""An application form that was read from a file, as a form of ours: names become codes, values what is stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from documents.reading.application_form import Found, FoundForm, Problem
from documents.reading.signs import squeezed
from models.messages import say
from models.organisation import Organisation
from models.programme import FormField
from tasks.parties import name_of
from tasks.work import Work

_OFFICES = ("county_civil", "city_civil")
_LEAST = 2
"""A name of one sign names nobody."""


def form_from_file(work: Work, found: FoundForm, batch: int) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The form as it may be stored (before `protect_form`), and everything in the file that does not fit.

    Fields that are empty in the file are left out. City and nominator are codes; a name that is no city of ours, or no
    office that may recommend, is a problem and left out. The days beside the signatures are taken as they are written
    (`commitment_signed_on`, `opinion_signed_on`, `opinion_text`); seals are never, a scan proves them. Read-only;
    raises NotFound for an unknown batch.
    """
    work.batch(batch)
    form: dict[str, Any] = {}
    problems = list(found.problems)
    fields = {one.key: one for one in work.programme.form}
    for key, one in found.fields.items():
        field = fields.get(key)
        if one.value is None:
            continue
        if field is not None and field.type in ("city", "organisation"):
            code = _code_of(work, field, str(one.value), found)
            if code is None:
                problems.append(_unknown(field, one))
            else:
                form[key] = code
        else:
            form[key] = stored_value(one.value)
    return form, tuple(sorted(problems, key=lambda one: one.field))


def differing_from_register(
    work: Work, found: FoundForm, form: Mapping[str, Any], registered: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """The fields of a file that say otherwise than the register, which stands."""
    problems = []
    for field in work.programme.form:
        ours, theirs = registered.get(field.key), form.get(field.key)
        if ours is None or theirs is None or squeezed(str(ours)) == squeezed(str(theirs)):
            continue
        problems.append(
            Problem(
                "documents.form.registered",
                field.id,
                field.label,
                found.fields[field.key].raw.strip(),
                _in_words(work, field, ours),
                found.fields[field.key].place,
            )
        )
    return tuple(problems)


def stored_value(value: object) -> Any:
    """A value as forms are stored: days ISO, sums as text, a table's rows as mappings of texts."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case tuple() | list():
            return [stored_value(one) for one in value]
        case Mapping():
            return {str(key): stored_value(one) for key, one in value.items()}
        case _:
            return value


def city_code_of(work: Work, name: str) -> str | None:
    """The city that is meant by a name on paper, whatever ending or province it has; None for none or several."""
    plain = squeezed(name)
    provinces = [squeezed(one.name) for one in work.divisions.provinces()]
    plain = next((plain.removeprefix(one) for one in provinces if plain.startswith(one)), plain)
    cities = {squeezed(one.name): one.code for one in work.divisions.cities()}
    if plain in cities:
        return cities[plain]
    alike = [code for known, code in cities.items() if len(plain) >= _LEAST and known.startswith(plain)]
    return alike[0] if len(alike) == 1 else None


def office_code_of(work: Work, name: str, city: str | None) -> str | None:
    """The civil affairs office that is meant by a name on paper; None for none, or for several without their city."""
    plain = squeezed(name)
    wanted = select(col(Organisation.code), col(Organisation.name), col(Organisation.city)).where(
        col(Organisation.kind).in_(_OFFICES)
    )
    offices = [(code, squeezed(known), own) for code, known, own in work.session.execute(wanted)]
    exact = [(code, own) for code, known, own in offices if known == plain]
    alike = exact or [
        (code, own)
        for code, known, own in offices
        if len(plain) >= _LEAST and (known.endswith(plain) or plain.endswith(known))
    ]
    if len(alike) > 1 and city is not None:
        alike = [(code, own) for code, own in alike if city == own or code.startswith(city)]
    return alike[0][0] if len(alike) == 1 else None


def _code_of(work: Work, field: FormField, name: str, found: FoundForm) -> str | None:
    if field.type == "city":
        return city_code_of(work, name)
    city = next((one for one in work.programme.form if one.type == "city"), None)
    named = found.fields.get(city.key) if city is not None else None
    within = city_code_of(work, str(named.value)) if named is not None and named.value else None
    return office_code_of(work, name, within)


def _unknown(field: FormField, found: Found) -> Problem:
    expected = say(f"documents.expected.{field.type}")
    return Problem(
        "documents.form.not_convertible", field.id, field.label, found.raw.strip(), expected, found.place
    )


def _in_words(work: Work, field: FormField, value: object) -> str:
    if field.options:
        return work.programme.words[field.options].get(str(value), str(value))
    if field.type == "organisation":
        return name_of(work, str(value))
    known: Sequence[str] = [one.name for one in work.divisions.all if one.code == str(value)]
    return known[0] if known else str(value)
