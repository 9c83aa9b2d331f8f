"""Objects named in sentences: where a refusal speaks of a key, people read what the key stands for."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import select
from sqlmodel import col

from console.web.wording import act_label
from models.application import Application
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.pair_names import pairs_named
from tasks.queries.scope import applications_seen, pairs_seen, steps_seen
from tasks.work import Work

Names = Callable[[Work, Viewer, Collection[str]], Mapping[str, str]]


def named(work: Work, viewer: Viewer, sentences: Sequence[str]) -> tuple[str, ...]:
    """The sentences with names in place of keys: acts, and those steps, applications and pairs that the viewer sees."""
    found = tuple(_ACT.sub(lambda one: act_label(one[0]), line) for line in sentences)
    for key_of, names_of in _KINDS:
        keys = {key for one in found for key in key_of.findall(one)}
        if keys:
            found = _replaced(found, key_of, names_of(work, viewer, keys))
    return found


def speaks_of_keys(sentences: Sequence[str]) -> bool:
    """Whether there is anything in the sentences that `named` could name."""
    shapes = [_ACT, *(key_of for key_of, _names in _KINDS)]
    return any(shape.search(one) for one in sentences for shape in shapes)


def _replaced(sentences: Sequence[str], key_of: re.Pattern[str], names: Mapping[str, str]) -> tuple[str, ...]:
    def name_of(found: re.Match[str]) -> str:
        return names.get(found[0], found[0])

    return tuple(key_of.sub(name_of, one) for one in sentences)


def _steps(work: Work, viewer: Viewer, keys: Collection[str]) -> Mapping[str, str]:
    wanted = select(col(Step.key), col(Step.kind)).where(
        col(Step.key).in_(sorted(keys)), steps_seen(work, viewer)
    )
    rows = work.session.connection().execute(wanted)
    return {key: work.programme.step(kind).title for key, kind in rows}


def _applications(work: Work, viewer: Viewer, keys: Collection[str]) -> Mapping[str, str]:
    wanted = (
        select(col(Application.key), col(Organisation.name))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(col(Application.key).in_(sorted(keys)), applications_seen(work, viewer))
    )
    rows = work.session.connection().execute(wanted)
    return {key: str(name) for key, name in rows}


def _pairs(work: Work, viewer: Viewer, keys: Collection[str]) -> Mapping[str, str]:
    wanted = select(col(Pair.key)).where(col(Pair.key).in_(sorted(keys)), pairs_seen(work, viewer))
    seen = list(work.session.connection().execute(wanted).scalars())
    return {key: f"{one.sender_name} / {one.recipient_name}" for key, one in pairs_named(work, seen).items()}


_ACT = re.compile(r"\b[a-z]+\.[a-z]+_[a-z_]+\b")
"""The name of an act as it stands in brackets behind what is to be done: the command line knows acts by it."""

_KINDS: tuple[tuple[re.Pattern[str], Names], ...] = (
    (re.compile(r"\bS\d{2}[A-Z]?:[0-9A-Za-z:.+-]+"), _steps),
    (re.compile(r"(?<![\w:-])\d+-[0-9A-Z]{18}-\d+\b"), _applications),
    (re.compile(r"(?<![\w:-])P\d+-\d{6}-\d+\b"), _pairs),
)
"""The shape of a key → how it is named; a key inside a step's is no key of its own, and a foreign step stays a key."""
