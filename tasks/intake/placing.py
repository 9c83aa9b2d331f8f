"""Where a mail belongs: who sent it, which city, which batch; by the sender's address, then by what the files say."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import col

from documents.reading.application_form import FoundForm
from models.opening import Batch
from models.organisation import Duty, Institution, Organisation, Person
from tasks.form_reading import code_in
from tasks.intake.recognising import Recognised
from tasks.paper_form import city_code_of, office_code_of
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Placed:
    """The sender as the register knows them (person and office, or None), the city and the batch, where told."""

    person: str | None
    office: str | None
    city: str | None
    batch: int | None


def place(work: Work, sender: str, files: Sequence[Recognised]) -> Placed:
    """Places a mail; a city that the files name differently among themselves is no city."""
    person, office = _sender(work, sender)
    batches = work.session.execute(select(Batch).where(col(Batch.state) == "open")).scalars().all()
    batch = max((one.number for one in batches), default=None)
    city = _city_of(work, office) if office is not None else None
    named = {found for one in files if (found := _named_city(work, one))}
    if city is None and len(named) == 1:
        city = named.pop()
    return Placed(person, office, city, batch)


def nominator_of(work: Work, form: FoundForm) -> str | None:
    """The office a form goes to: by its name (F02), else the one where the institution is registered."""
    found = form.fields.get("nominator")
    office = office_code_of(work, found.raw, _city_in(work, form)) if found is not None else None
    if office is not None:
        return office
    institution = work.session.get(Institution, code_in(form))
    return f"{institution.registration_division}-mz" if institution is not None else None


def _sender(work: Work, address: str) -> tuple[str | None, str | None]:
    if not address:
        return None, None
    wanted = (
        select(col(Person.code), col(Duty.organisation))
        .join(Duty, col(Duty.person) == col(Person.code))
        .where(
            func.lower(col(Person.email)) == address,
            col(Duty.valid_from) <= work.today,
            or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today),
        )
        .order_by(col(Person.code))
        .limit(1)
    )
    row = work.session.connection().execute(wanted).first()
    if row is not None:
        return str(row[0]), str(row[1])
    office = select(col(Organisation.code)).where(func.lower(col(Organisation.email)) == address).limit(1)
    found = work.session.connection().execute(office).scalar()
    return None, str(found) if found else None


def _city_of(work: Work, office: str) -> str | None:
    found = work.session.get(Organisation, office)
    if found is None:
        return None
    if found.kind in ("city_civil", "city_rural"):
        return found.city or found.division
    return found.city


def _named_city(work: Work, one: Recognised) -> str | None:
    if one.summary is not None:
        named = one.summary.header.get("city")
        return city_code_of(work, named.raw) if named is not None else None
    return _city_in(work, one.form) if one.form is not None else None


def _city_in(work: Work, form: FoundForm) -> str | None:
    named = form.fields.get("city")
    return city_code_of(work, named.raw) if named is not None and named.raw.strip() else None
