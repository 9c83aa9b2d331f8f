"""Who stands in for whom today, and the check of whoever acts in place of somebody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, or_, select, text
from sqlmodel import col

from models.organisation import Duty
from tasks.holders import holders
from tasks.refusal import NotEntitled
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who stands in for a holder of a duty: until when, by name."""

    person: str
    name: str
    absent: str
    absent_name: str
    until: date


def require_deputy(work: Work) -> None:
    """Raises NotEntitled when the actor acts in place of somebody and may not: both are checked, as of today.

    The absent person must hold a duty in the office acted for and be registered as absent; the actor must be who gets
    their letters today, and hold a duty themself.
    """
    absent = work.actor.in_place_of
    if absent is None:
        return
    organisation = work.actor.organisation
    stands = {one.absent: one.person for one in deputies(work, organisation)}
    if stands.get(absent) != work.actor.person or not holds_duty(work, work.actor.person):
        raise NotEntitled("absence.not_deputy", person=work.actor.person, absent=absent, day=work.today)


_DEPUTIES = text(
    f"""
{holders()}
SELECT DISTINCT h.person, p.name, h.on_behalf_of, q.name, a.absent_until
  FROM holder AS h
  JOIN person AS p ON p.code = h.person
  JOIN person AS q ON q.code = h.on_behalf_of
  JOIN absence AS a ON a.person = h.on_behalf_of AND a.absent_from <= :today AND a.absent_until >= :today
 WHERE h.organisation = :organisation AND (:duty = '' OR h.duty = :duty)
 ORDER BY h.on_behalf_of
"""
).bindparams(bindparam("today", type_=Date))


def deputies(work: Work, organisation: str, duty: str = "") -> list[Deputy]:
    """Who stands in today for whom in an office, for one duty or for all of them."""
    given = {"today": work.today, "organisation": organisation, "duty": duty}
    rows = work.session.connection().execute(_DEPUTIES.columns(absent_until=Date), given)
    return [Deputy(*row) for row in rows]


def holds_duty(
    work: Work,
    person: str,
    organisation: str | None = None,
    duties: tuple[str, ...] = (),
    day: date | None = None,
) -> bool:
    """Whether a person holds a duty (of these, in this office) on a day, today unless it is given."""
    on = day or work.today
    wanted = select(col(Duty.person)).where(
        col(Duty.person) == person,
        col(Duty.valid_from) <= on,
        or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= on),
    )
    if organisation is not None:
        wanted = wanted.where(col(Duty.organisation) == organisation)
    if duties:
        wanted = wanted.where(col(Duty.duty).in_(duties))
    return work.session.connection().execute(wanted.limit(1)).first() is not None
