"""The sample people of a demonstration, role by role, so that a visitor can come in as any of them."""

from dataclasses import dataclass

from sqlalchemy import Date, bindparam, text

from tasks.work import Work

MOST = 400


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody to come in as; `waiting` and `late` are the open and overdue steps of their office."""

    person: str
    name: str
    organisation: str
    organisation_name: str
    role: str
    duty: str
    waiting: int
    late: int


_PEOPLE = text(
    """
SELECT p.code, p.name, o.code, o.name, o.kind, d.duty,
       (SELECT COUNT(*) FROM step AS s WHERE s.owner = o.code AND s.state = 'open') AS waiting,
       (SELECT COUNT(*) FROM step AS s WHERE s.owner = o.code AND s.state = 'open' AND s.due_on < :today) AS late
  FROM duty AS d
  JOIN person AS p ON p.code = d.person
  JOIN organisation AS o ON o.code = d.organisation
 WHERE p.sample AND d.valid_from <= :today AND (d.valid_to IS NULL OR d.valid_to >= :today)
   AND (:words = '' OR p.name LIKE :like OR o.name LIKE :like OR o.code LIKE :like)
 ORDER BY o.kind, late DESC, waiting DESC, o.code, d.duty
 LIMIT :most
"""
)


def sample_people(work: Work, words: str = "", *, few: bool = False) -> list[SamplePerson]:
    """The people of a sample house whose name, office or code has the words; `few` is one or two of each role.

    Those whose offices have most to do stand first in their role. Empty in a real house.
    """
    if not work.sample:
        return []
    given = {"today": work.today, "words": words, "like": f"%{words}%", "most": 10_000 if few else MOST}
    rows = work.session.connection().execute(_PEOPLE.bindparams(bindparam("today", type_=Date)), given)
    people = [SamplePerson(*row) for row in rows]
    if not few:
        return people
    chosen: dict[tuple[str, str], SamplePerson] = {}
    for one in people:
        chosen.setdefault((one.role, one.duty), one)
    return list(chosen.values())
