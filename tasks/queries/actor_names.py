"""Who acted, by name and office: an event keeps the person's code, a deputy's with the absent one's behind it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlmodel import col

from models.messages import say
from models.organisation import Organisation, Person
from tasks.work import MACHINE, Work


def actor_names(work: Work, actors: Iterable[str]) -> dict[str, str]:
    """Person code → name, for the actors of events; a deputy's code names both."""
    names = people_named(work, {code for actor in actors for code in actor.split(">")})
    offices = {code: code.rpartition(".")[0] for code in names}
    known = organisations_named(work, set(offices.values()))
    named = {
        code: name if name.startswith(known.get(offices[code], name)) else f"{known[offices[code]]} {name}"
        for code, name in names.items()
    }
    return {**named, MACHINE.person: say("web.machine")}


def people_named(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Code → name, of those people who are known."""
    wanted = select(col(Person.code), col(Person.name)).where(col(Person.code).in_(sorted(codes)))
    return dict(work.session.connection().execute(wanted).tuples().all())


def organisations_named(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Code → name, of those organisations that are registered."""
    wanted = select(col(Organisation.code), col(Organisation.name)).where(
        col(Organisation.code).in_(sorted(codes))
    )
    return dict(work.session.connection().execute(wanted).tuples().all())


def named_actor(actor: str, people: Mapping[str, str]) -> str:
    """The actor as an event writes it, in names; a code without a name stays as it is."""
    return " > ".join(people.get(code, code) for code in actor.split(">"))
