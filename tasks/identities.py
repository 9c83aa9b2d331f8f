"""The offices a person may act for today: their own duties, and those of people they stand in for."""

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Date, bindparam, text

from models.prepared import Prepared
from tasks.holders import holders
from tasks.refusal import NotEntitled
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Identity:
    """One office that a person may act for, as themself or in place of somebody; `kind` is the role."""

    organisation: str
    name: str
    kind: str
    duties: tuple[str, ...]
    in_place_of: str | None = None
    in_place_of_name: str = ""


_OWN = Prepared(
    text(
        """
SELECT o.code, o.name, o.kind, NULL, '', d.duty
  FROM duty AS d JOIN organisation AS o ON o.code = d.organisation
 WHERE d.person = :person AND d.valid_from <= :today AND (d.valid_to IS NULL OR d.valid_to >= :today)
   AND o.valid_from <= :today AND (o.valid_to IS NULL OR o.valid_to >= :today)
 ORDER BY o.code, d.duty
"""
    ).bindparams(bindparam("today", type_=Date))
)

# Who is a deputy of nobody today is spared the question that follows every chain of absences.
_IS_DEPUTY = Prepared(
    text(
        "SELECT 1 FROM absence WHERE deputy = :person AND absent_from <= :today AND absent_until >= :today LIMIT 1"
    ).bindparams(bindparam("today", type_=Date))
)

_STANDING_IN = Prepared(
    text(
        f"""
{holders()}
SELECT DISTINCT o.code, o.name, o.kind, h.on_behalf_of, p.name, h.duty
  FROM holder AS h
  JOIN organisation AS o ON o.code = h.organisation
  JOIN person AS p ON p.code = h.on_behalf_of
 WHERE h.person = :person AND h.organisation = h.office
 ORDER BY o.code, h.on_behalf_of, h.duty
"""
    ).bindparams(bindparam("today", type_=Date))
)


def identities(work: Work, person: str) -> tuple[Identity, ...]:
    """Every office the person may act for today, own ones first; a deputy needs a duty of their own (K36)."""
    given = {"person": person, "today": work.today}
    own = _OWN.rows(work.session, given)
    if not own:
        return ()
    others = _STANDING_IN.rows(work.session, given) if _IS_DEPUTY.first(work.session, given) else []
    return tuple(
        Identity(found[0], found[1], found[2], tuple(row[5] for row in rows), found[3], found[4])
        for found, rows in groupby([*own, *others], key=lambda row: row[:5])
    )


def require_identity(
    work: Work, person: str, organisation: str | None = None, in_place_of: str | None = None
) -> Identity:
    """The person's identity for an office, or their first one; raises NotEntitled where they have none today."""
    for one in identities(work, person):
        if organisation is None or (one.organisation, one.in_place_of) == (organisation, in_place_of):
            return one
    if organisation is None:
        raise NotEntitled("account.no_duty", person=person)
    raise NotEntitled("account.no_office", person=person, organisation=organisation)
