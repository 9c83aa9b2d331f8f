"""Telling people: an act's letters go into the outbox inside the act's own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Date, String, TextClause, bindparam, text

from models.messages import say
from models.prepared import Prepared, PreparedList
from models.step import Step
from notifications.outbox import write_letter
from notifications.outbox_storm import hold_storm
from tasks.holders import holders, reach
from tasks.parties import current_office
from tasks.steps import due_date
from tasks.todos import note_unreached
from tasks.work import Work


# The address is the person's, else the office's, else none: the letter then waits for the operator.
def _holders_of(offices: Sequence[BindParameter[str]]) -> TextClause:
    listed = ", ".join(f":{one.key}" for one in offices)
    return text(
        f"""
{holders(duties="SELECT :duty AS duty", offices=listed)}
SELECT h.organisation, p.code, COALESCE(p.name, o.name) AS name, {reach("p", "o")} AS address, q.name AS absent,
       p.email, h.office
  FROM (SELECT organisation, person, office,
               CASE WHEN COUNT(*) = COUNT(on_behalf_of) THEN MIN(on_behalf_of) END AS on_behalf_of
          FROM holder WHERE organisation IN ({listed}) AND duty = :duty GROUP BY organisation, person, office) AS h
  JOIN organisation AS o ON o.code = h.office
  LEFT JOIN person AS p ON p.code = h.person
  LEFT JOIN person AS q ON q.code = h.on_behalf_of
 ORDER BY h.person
"""
    ).bindparams(
        bindparam("today", type_=Date),
        bindparam("duty", type_=String),
        *(bindparam(one.key, type_=String) for one in offices),
    )


_HOLDERS = PreparedList(_holders_of)

_ONE = Prepared(
    text(
        f"""
SELECT p.name, {reach("p", "o")} AS address, p.email FROM person AS p JOIN organisation AS o ON o.code = :office
 WHERE p.code = :person
"""
    ).bindparams(
        bindparam("today", type_=Date), bindparam("person", type_=String), bindparam("office", type_=String)
    )
)

RECEIPTS = frozenset({"mail_received", "receipt_confirmed", "report_received"})
"""Letters that may leave on a day off: receipts say at once that something has arrived."""


class Holder(NamedTuple):
    """Whom a letter goes to: nobody in person where only the office itself can be written to.

    `by_office` says that the letter for a person goes to the office's address, where others may read it.
    """

    person: str | None
    office: str
    name: str
    address: str
    by_office: bool = False


class Written(NamedTuple):
    """A letter that was new: its key, the office it went to, and who alone has it in hand, if anybody."""

    key: str
    office: str
    person: str | None


def tell(
    work: Work,
    kind: str,
    *,
    to: Iterable[str | None],
    subject: str,
    batch: int | None,
    facts: Mapping[str, Any],
    duty: str = "officer",
) -> int:
    """Writes one letter of this kind to every holder of `duty` in the organisations `to`; returns how many are new.

    The key is kind, subject and person: the same act told twice is one letter. On a day off everything but receipts
    waits for nine o'clock of the next working day. While a holder is absent the deputy gets it; an organisation
    without a person, or whose person has no working address, gets it at its own address. More letters of a kind
    within an hour than the pack allows are held for an officer.
    """
    return len(tell_each(work, kind, to=to, subject=subject, batch=batch, facts=facts, duty=duty))


def tell_each(
    work: Work,
    kind: str,
    *,
    to: Iterable[str | None],
    subject: str,
    batch: int | None,
    facts: Mapping[str, Any],
    duty: str = "officer",
) -> list[Written]:
    """As `tell`; returns the letters that are new, for whoever gives each of them something of its own."""
    holders_to = _holders(work, sorted({code for code in to if code is not None}), duty)
    written = [
        _written(kind, subject, holder)
        for holder in holders_to
        if _write(work, kind, holder, subject=subject, batch=batch, facts=facts)
    ]
    if written:
        hold_storm(work.session, kind, most=storm_limit(work), now=work.now)
    return written


def tell_person(
    work: Work,
    kind: str,
    *,
    person: str,
    office: str,
    subject: str,
    batch: int | None,
    facts: Mapping[str, Any],
) -> Written | None:
    """Writes one letter to a person of an office by name, whatever duty they hold; None when it was written before.

    As with `tell`: no letter on a day off, the office's address where the person's does not work.
    """
    name, address, email = _ONE.rows(work.session, {"person": person, "office": office, "today": work.today})[
        0
    ]
    if address != email:
        note_unreached(work, person)
    holder = Holder(person, office, name, address, by_office=address != email)
    if not _write(work, kind, holder, subject=subject, batch=batch, facts=facts):
        return None
    hold_storm(work.session, kind, most=storm_limit(work), now=work.now)
    return _written(kind, subject, holder)


def tell_sender(
    work: Work, kind: str, *, to: Holder, subject: str, batch: int | None, facts: Mapping[str, Any]
) -> bool:
    """Writes one letter to the very address that somebody known has written from; False when it was written before."""
    written = _write(work, kind, to, subject=subject, batch=batch, facts=facts)
    if written:
        hold_storm(work.session, kind, most=storm_limit(work), now=work.now)
    return written


def _write(
    work: Work, kind: str, to: Holder, *, subject: str, batch: int | None, facts: Mapping[str, Any]
) -> bool:
    """One letter; on a day off everything but receipts waits for the next working day's morning."""
    return write_letter(
        work.session,
        kind=kind,
        key=_key(kind, subject, to),
        person_code=to.person,
        organisation_code=to.office,
        recipient_name=to.name,
        address=to.address,
        subject_key=subject,
        batch=batch,
        facts=dict(facts),
        now=work.now,
        not_before=work.now if kind in RECEIPTS else work.next_working_moment(),
    )


def _written(kind: str, subject: str, to: Holder) -> Written:
    return Written(_key(kind, subject, to), to.office, None if to.by_office else to.person)


def _key(kind: str, subject: str, to: Holder) -> str:
    return f"{kind}:{subject}:{to.person or to.office}"


def due_fact(step: Step | None) -> Any:
    """A step's due date as letters show it: unknown, a day, or a provisional day."""
    return None if step is None else due_date(step)


def day_fact(work: Work, day: date) -> Any:
    """A date as letters show it, marked provisional past the last published calendar."""
    return {"on": day, "provisional": True} if work.workdays.is_provisional(day) else day


def storm_limit(work: Work) -> int:
    """How many letters of one kind may be written within an hour before they wait for an officer."""
    return work.programme.rules(work.today).number("post.storm_letters")


def _holders(work: Work, organisations: list[str], duty: str) -> list[Holder]:
    """Whoever holds the duty in these organisations or what they are by now, in their order."""
    offices = list(dict.fromkeys(current_office(work, one) for one in organisations))
    found = _HOLDERS.rows(work.session, offices, {"duty": duty, "today": work.today})
    rows = [row for _office, *row in sorted(found, key=lambda row: offices.index(row[0]))]
    for code, _name, address, _absent, email, office in rows:
        if code is not None and address != email:
            note_unreached(work, code)
        if not address:
            note_unreached(work, office)
    return [
        Holder(
            code,
            office,
            say("letters.instead", name=name, absent=absent) if absent else name,
            address,
            by_office=address != email,
        )
        for code, name, address, absent, email, office in rows
    ]
