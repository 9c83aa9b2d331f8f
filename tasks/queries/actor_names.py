"""Who acted, by name: an event keeps the person's code, and the absent one's behind it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import col

from models.messages import say
from models.organisation import Person
from tasks.work import Work


def names_of_actors(work: Work, actors: Iterable[str]) -> dict[str, str]:
    """Actor as events write it (`person`, or `deputy>absent`) → the name to show; who is no person is left out."""
    wanted = set(actors)
    codes = {code for actor in wanted for code in actor.split(">")}
    asked = select(col(Person.code), col(Person.name)).where(col(Person.code).in_(codes))
    names: dict[str, str] = dict(work.session.connection().execute(asked).tuples().all())
    found = {}
    for actor in wanted:
        person, _, absent = actor.partition(">")
        if person in names:
            name = names[person]
            found[actor] = (
                say("web.in_place", person=name, absent=names.get(absent, absent)) if absent else name
            )
    return found
