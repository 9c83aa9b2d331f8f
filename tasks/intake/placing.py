"""Where a mail belongs: who sent it, which city, which batch; by the sender's address, then by what the files say."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from documents.reading.application_form import FoundForm
from models.opening import Batch
from models.organisation import Institution
from tasks.form_reading import code_in
from tasks.intake.recognising import Recognised
from tasks.intake.senders import Sender, sender_of
from tasks.paper_form import city_code_of, office_code_of
from tasks.work import Work


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
    city = known.city if known is not None else None
    named = {found for one in files if (found := _named_city(work, one))}
    if city is None and len(named) == 1:
        city = named.pop()
    return Placed(known, city, open_batch(work))


def open_batch(work: Work) -> int | None:
    """The batch that applications come for now, the newest of several; None between batches."""
    wanted = select(func.max(col(Batch.number))).where(col(Batch.state) == "open")
    found: int | None = work.session.connection().execute(wanted).scalar()
    return found


def nominator_of(work: Work, form: FoundForm) -> str | None:
    """The office a form goes to: by its name (F02), else the one where the institution is registered."""
    found = form.fields.get("nominator")
    office = office_code_of(work, found.raw, _city_in(work, form)) if found is not None else None
    if office is not None:
        return office
    institution = work.session.get(Institution, code_in(form))
    return f"{institution.registration_division}-mz" if institution is not None else None


def _named_city(work: Work, one: Recognised) -> str | None:
    if one.summary is not None:
        named = one.summary.header.get("city")
        return city_code_of(work, named.raw) if named is not None else None
    return _city_in(work, one.form) if one.form is not None else None


def _city_in(work: Work, form: FoundForm) -> str | None:
    named = form.fields.get("city")
    return city_code_of(work, named.raw) if named is not None and named.raw.strip() else None
