"""Pairs as people call them: the two institutions, who recommended, where."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.organisation import Organisation
from models.pairing import Pair
from tasks.refusal import NotFound
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class NamedPair:
    """A pair with the codes and the names of its parties; `city_name` is the city's."""

    key: str
    batch: int
    state: str
    city: str
    city_name: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    nominator: str
    nominator_name: str
    effective_on: date | None
    ended_on: date | None


def pairs_named(work: Work, keys: Collection[str]) -> dict[str, NamedPair]:
    """The pairs of these keys, by key; those that there are not are left out."""
    sender, recipient, nominator = aliased(Organisation), aliased(Organisation), aliased(Organisation)
    wanted = (
        select(
            col(Pair.key),
            col(Pair.batch),
            col(Pair.state),
            col(Pair.city),
            col(Pair.sender),
            col(sender.name).label("sender_name"),
            col(Pair.recipient),
            col(recipient.name).label("recipient_name"),
            col(Pair.nominator),
            col(nominator.name).label("nominator_name"),
            col(Pair.effective_on),
            col(Pair.ended_on),
        )
        .join(sender, col(sender.code) == col(Pair.sender))
        .join(recipient, col(recipient.code) == col(Pair.recipient))
        .join(nominator, col(nominator.code) == col(Pair.nominator))
        .where(col(Pair.key).in_(sorted(keys)))
    )
    return {
        row.key: NamedPair(city_name=work.divisions.by_code(row.city).name, **row._asdict())
        for row in work.session.connection().execute(wanted)
    }


def pair_named(work: Work, key: str) -> NamedPair:
    """The pair of that key; raises NotFound."""
    found = pairs_named(work, [key]).get(key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=key)
    return found
