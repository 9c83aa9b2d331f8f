"""Where a mail belongs: who sent it, which city, which batch; by the sender's address, then by what the files say."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from documents.reading.found import FoundForm
from documents.reading.labels import plain_label
from documents.reading.values import read_city
from models.opening import Batch
from models.organisation import Institution, Organisation
from tasks.intake.recognising import Recognised
from tasks.intake.senders import Sender, sender_of
from tasks.work import Work

_OFFICES = ("city_civil", "county_civil")


@dataclass(frozen=True, slots=True)
class Placed:
    """The sender as the register knows them, None for a stranger; the city and the batch, where told.

    What a stranger sends is registered and read, and filed by nobody but an officer: anybody can write a mail.
    """

    sender: Sender | None
    city: str | None
    batch: int | None

    @property
    def person(self) -> str | None:
        """Who sent it; None for a stranger, and where only an office has that address."""
        return self.sender.holder.person if self.sender is not None else None

    def may_file(self, city: str, nominator: str | None = None, uscc: str | None = None) -> bool:
        """Whether what the sender sends may lie with what is of this city, nominator and institution."""
        return self.sender is not None and self.sender.may_file(city, nominator, uscc)


def place(work: Work, sender: str, files: Sequence[Recognised]) -> Placed:
    """Places a mail; a city that the files name differently among themselves is no city."""
    known = sender_of(work, sender)
    batches = work.session.execute(select(Batch).where(col(Batch.state) == "open")).scalars().all()
    batch = max((one.number for one in batches), default=None)
    city = known.city if known is not None else None
    named = {found for one in files if (found := _named_city(work, one))}
    if city is None and len(named) == 1:
        city = named.pop()
    return Placed(known, city, batch)


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


def _named_city(work: Work, one: Recognised) -> str | None:
    if one.summary is not None:
        return read_city(one.summary.header.get("city", ""), work.divisions)
    if one.form is not None:
        code = str(one.form.values.get("city") or "")
        return code if code.isdigit() else None
    return None
