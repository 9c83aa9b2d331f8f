"""Forms sent twice have their effect once: the browser's key for a form is kept together with what it did."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import bindparam, select, text, update
from sqlmodel import col

from models.account import Posting
from models.columns import Instant
from models.prepared import Prepared
from tasks.acts import Act, act_of, perform_within, read_form
from tasks.attaching import attach_sent
from tasks.refusal import BadInput
from tasks.work import Actor, House, SentFile, Work

LONGEST_KEY = 200
"""A key is the browser's own random text; more than this is something else."""


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of a form: the act's result, or None where it had been performed before; where that is shown."""

    result: Any
    repeated: bool
    location: str


Location = str | Callable[[Any], str]
"""Where the result is shown: a path, or a function that makes it from the act's result."""


def perform_once(
    house: House,
    name: str,
    actor: Actor,
    key: str | None,
    given: Mapping[str, Any],
    location: Location = "",
    *,
    files: Sequence[SentFile] = (),
) -> Performed:
    """Performs an act for an actor unless this key of theirs has been used; keeps key and effect in one transaction.

    The same key with the same form does nothing and gives the location kept; with another form or act it is BadInput.
    Of two at once the database lets one in, the other reads what that one has left. What the act refuses leaves no key
    behind. Without a key the act is simply performed. A field of type SecretStr is no part of the digest. `files` lie
    in the store already (tasks/file_store.py) and are attached in the same transaction; another file is another form.
    """
    chosen = act_of(name)
    form = read_form(chosen, given)
    if not key:
        with house.transaction(actor) as work:
            result = _carry_out(work, chosen, form, files)
        return Performed(result, repeated=False, location=_place(location, result))
    if len(key) > LONGEST_KEY:
        raise BadInput("posting.key", field="Idempotency-Key", most=LONGEST_KEY)

    own, digest = f"{actor.person}:{key}", _digest(actor, form, files)
    with house.transaction(actor) as work:
        if not _taken_first(work, own, name, digest):
            return Performed(None, repeated=True, location=_kept_location(work, own, name, digest))
        result = _carry_out(work, chosen, form, files)
        place = _place(location, result)
        _PLACE.rows(work.session, {"own": own, "place": place})
        return Performed(result, repeated=False, location=place)


def was_posted(work: Work, actor: Actor, key: str | None) -> bool:
    """Whether an actor's key has been used: what they send is a form that has been performed already."""
    return bool(key) and _KEPT.first(work.session, {"own": f"{actor.person}:{key}"}) is not None


def _carry_out(work: Work, chosen: Act, form: BaseModel, files: Sequence[SentFile]) -> Any:
    work.sent = tuple(files)
    result = perform_within(work, chosen, form)
    attach_sent(work, chosen.name, form, result)
    return result


def _taken_first(work: Work, own: str, name: str, digest: str) -> bool:
    given = {"key": own, "act": name, "digest": digest, "at": work.now}
    return _TAKE.first(work.session, given) is not None


def _kept_location(work: Work, own: str, name: str, digest: str) -> str:
    act, kept, location = _KEPT.rows(work.session, {"own": own})[0]
    if (act, kept) != (name, digest):
        raise BadInput("posting.other_form", field="Idempotency-Key")
    return str(location)


def _digest(actor: Actor, form: BaseModel, files: Sequence[SentFile]) -> str:
    body: list[Any] = [actor.organisation, actor.in_place_of, form.model_dump(mode="json")]
    body += [[one.purpose, one.sha256] for one in files]
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def _place(location: Location, result: Any) -> str:
    return location if isinstance(location, str) else location(result)


_TAKE = Prepared(
    text(
        "INSERT INTO posting (key, act, digest, at, location) VALUES (:key, :act, :digest, :at, '')"
        " ON CONFLICT DO NOTHING RETURNING key"
    ).bindparams(bindparam("at", type_=Instant()))
)
_KEPT = Prepared(
    select(col(Posting.act), col(Posting.digest), col(Posting.location)).where(
        col(Posting.key) == bindparam("own")
    )
)
_PLACE = Prepared(
    update(Posting)
    .where(col(Posting.key) == bindparam("own"))
    .values(location=bindparam("place"))
    .returning(col(Posting.key))
)
