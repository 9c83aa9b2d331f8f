"""What a new application's form begins with: what the register knows, and what the institution wrote last time."""

import re
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import CLOSED_STATES, Application
from models.opening import Batch
from models.organisation import Institution, Organisation, Person
from models.rules.form import SIGNED
from tasks.form_privacy import NUMBERS, SEALED
from tasks.refusal import NotFound
from tasks.work import Work

_YEARS = re.compile(r"\d{4}-\d{4}")


def batches_to_apply_to(work: Work, uscc: str) -> tuple[list[Batch], list[Batch]]:
    """The open batches that an institution has no standing application in, and those in which it has one (K18)."""
    taken = select(col(Application.batch)).where(
        col(Application.uscc) == uscc, col(Application.state).not_in(CLOSED_STATES)
    )
    busy = set(work.session.connection().execute(taken).scalars())
    opened = list(work.session.execute(select(Batch).where(col(Batch.state) == "open")).scalars())
    opened.sort(key=lambda one: one.number)
    return [one for one in opened if one.number not in busy], [one for one in opened if one.number in busy]


def first_form(work: Work, uscc: str, nominator: str) -> dict[str, Any]:
    """The form of a new application to this office; raises NotFound for an institution that is not registered.

    Resident numbers, signatures and seals of an earlier form are not taken over: they are given anew. Who never
    applied finds the contact that was registered.
    """
    kept = {
        name: value
        for name, value in _last_form(work, uscc).items()
        if name not in (*NUMBERS, SEALED) and not name.startswith(SIGNED)
    }
    return {**_contact(work, uscc), **kept, **registered_fields(work, uscc, nominator)}


def form_title(work: Work, batch: int) -> str:
    """The title of appendix 1 with the years of a batch in place of those that the notice prints for the first."""
    found, title = work.session.get(Batch, batch), work.programme.form_title
    if found is None or found.period_start is None or found.period_end is None:
        return title
    return _YEARS.sub(f"{found.period_start.year}-{found.period_end.year}", title, count=1)


def registered_fields(work: Work, uscc: str, nominator: str) -> dict[str, Any]:
    """The fields of the form that follow from the register and from the office applied to; nobody types them."""
    organisation, institution = work.session.get(Organisation, uscc), work.session.get(Institution, uscc)
    if organisation is None or institution is None:
        raise NotFound("application.not_registered", field="uscc", uscc=uscc)
    office = work.session.get(Organisation, nominator)
    return {
        "city": (office.city or office.division) if office else "",
        "nominator": nominator,
        "institution_name": organisation.name,
        "uscc": uscc,
        "institution_type": institution.type,
        "level": institution.level,
        "registration_division": institution.registration_division,
    }


def _contact(work: Work, uscc: str) -> dict[str, Any]:
    """F15-F17: the person who was registered with the institution and acts for it."""
    person = work.session.get(Person, f"{uscc}.officer")
    if person is None:
        return {}
    return {"contact_name": person.name, "contact_mobile": person.mobile, "contact_email": person.email}


def _last_form(work: Work, uscc: str) -> dict[str, Any]:
    wanted = select(col(Application.form)).where(col(Application.uscc) == uscc)
    newest = wanted.order_by(col(Application.batch).desc(), col(Application.attempt).desc()).limit(1)
    found: dict[str, Any] | None = work.session.execute(newest).scalar()
    return found or {}
