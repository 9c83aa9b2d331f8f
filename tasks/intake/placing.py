"""Where a mail belongs: who sent it, which city, which batch; by the sender's address, then by what the files say."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import col

from documents.reading.found import FoundForm
from documents.reading.labels import plain_label
from documents.reading.values import read_city
from models.opening import Batch
from models.organisation import Duty, Institution, Organisation, Person
from tasks.intake.recognising import Recognised
from tasks.work import Work

_OFFICES = ("city_civil", "county_civil")


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
    wanted = plain_label(str(found.value)) if found is not None else ""
    if wanted:
        offices = select(Organisation).where(col(Organisation.kind).in_(_OFFICES))
        for one in work.session.execute(offices).scalars():
            if plain_label(one.name) == wanted:
                return str(one.code)
    institution = work.session.get(Institution, str(form.values.get("uscc") or ""))
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
        return read_city(one.summary.header.get("city", ""), work.divisions)
    if one.form is not None:
        code = str(one.form.values.get("city") or "")
        return code if code.isdigit() else None
    return None
