"""Everything about one letter: why it was written, to whom, its text as sent, each attempt with the server's reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import col

from models.event import Event
from models.mail import Letter
from models.step import Notice, Occasion, Step
from notifications.attempts import SentText, attempts_of, sum_of, texts_of
from notifications.catalogue import letter_kind
from notifications.layout import message, with_token
from tasks.refusal import NotFound
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Reason:
    """One step behind a letter: its kind, whether it was reminded or escalated and at which level, its clauses.

    `level` counts working days from the due date; both are missing for a letter that is an act of its own.
    """

    step: str
    kind: str
    title: str
    nature: str | None
    level: int | None
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterHistory:
    """One letter with everything that happened to it. `text` is None as long as no server was shown one.

    A one-time link is kept without its token; `same_to_the_byte` is said of the text as it was sent.
    """

    letter: Mapping[str, Any]
    label: str
    clauses: tuple[str, ...]
    acts: tuple[str, ...]
    reasons: tuple[Reason, ...]
    attempts: tuple[Mapping[str, Any], ...]
    text: SentText | None
    same_to_the_byte: bool | None
    handings: int


SHOWN = (
    "key",
    "message_id",
    "kind",
    "legal_class",
    "state",
    "recipient_name",
    "address",
    "person_code",
    "organisation_code",
    "batch",
    "subject_key",
    "created_at",
    "not_before",
    "next_try_at",
    "handed_at",
    "sent_at",
    "doubted_at",
    "reply",
    "resolution",
)


def letter_history(work: Work, key: str) -> LetterHistory:
    """The letter of that key; raises NotFound. Reads only."""
    letter = work.session.execute(select(Letter).where(col(Letter.key) == key)).scalar_one_or_none()
    if letter is None or letter.id is None:
        raise NotFound("cli.no_letter", field="key", key=key)
    kind = letter_kind(letter.kind)
    texts = texts_of(work.session, letter.id)
    last = texts[-1] if texts else None
    return LetterHistory(
        letter={name: getattr(letter, name) for name in SHOWN},
        label=kind.label,
        clauses=kind.clauses,
        acts=_acts(work, letter),
        reasons=(*_told(work, key), *_caused(work, letter)),
        attempts=tuple(
            {name: value for name, value in row.items() if name not in ("letter_id", "domain")}
            for row in attempts_of(work.session, letter.id)
        ),
        text=last,
        same_to_the_byte=None if last is None else _is_same(last, key),
        handings=len(texts),
    )


def _is_same(text: SentText, key: str) -> bool:
    """Whether this release lays the words out to the very bytes that were sent."""
    words = text.words
    bodies = (with_token(one, key) for one in (words.text, words.html))
    return sum_of(message(words.head, *bodies)) == words.sha256


def _acts(work: Work, letter: Letter) -> tuple[str, ...]:
    """What was done to the letter's subject in the transaction that wrote the letter."""
    wanted = (
        select(col(Event.act))
        .where(col(Event.at) == letter.created_at, col(Event.subject) == letter.subject_key)
        .order_by(col(Event.seq))
    )
    return tuple(dict.fromkeys(work.session.execute(wanted).scalars()))


def _told(work: Work, key: str) -> tuple[Reason, ...]:
    """The steps that a digest tells of, each with the occasion that put it there."""
    wanted = (
        select(Step, col(Occasion.nature), col(Occasion.day_offset))
        .join(Occasion, col(Occasion.step_id) == col(Step.id))
        .join(Notice, col(Notice.occasion_id) == col(Occasion.id))
        .where(col(Notice.letter_key) == key)
        .order_by(col(Step.key), col(Occasion.day_offset))
    )
    return tuple(_reason(work, step, nature, level) for step, nature, level in work.session.execute(wanted))


def _caused(work: Work, letter: Letter) -> tuple[Reason, ...]:
    """The steps about the letter's subject that its act opened or settled, and the step that is its subject."""
    moved = or_(
        col(Step.opened_at) == letter.created_at,
        col(Step.settled_at) == letter.created_at,
    )
    wanted = (
        select(Step)
        .where(or_(col(Step.key) == letter.subject_key, and_(col(Step.subject) == letter.subject_key, moved)))
        .order_by(col(Step.key))
    )
    return tuple(_reason(work, step, None, None) for step in work.session.execute(wanted).scalars())


def _reason(work: Work, step: Step, nature: str | None, level: int | None) -> Reason:
    plan = work.programme.step(step.kind)
    return Reason(step.key, step.kind, plan.title, nature, level, plan.clauses)
