"""The subject lines of letters: as they were sent where a text was kept, else as they would be sent now."""

import json
import zlib
from collections.abc import Sequence
from email.header import decode_header, make_header

from sqlalchemy import func, select
from sqlmodel import col

from models.mail import Letter, LetterText
from notifications.catalogue import letter_kind
from notifications.layout import LayoutFailed, render
from notifications.outbox import ClaimedLetter
from tasks.post import frame_of
from tasks.work import Work

_SUBJECT = "subject:"


def subject_lines(work: Work, letters: Sequence[Letter]) -> dict[int, str]:
    """Number of a letter → its subject line; for all letters of a page at once.

    A daily letter of which no text was kept is named by its kind and day: what it told has changed since.
    """
    kept = _kept(work, [one.id for one in letters if one.id is not None])
    return {one.id: kept.get(one.id) or _made(work, one) for one in letters if one.id is not None}


def subject_of(head: str) -> str:
    """The subject line of a message's header."""
    lines = head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n")
    for line in lines:
        if line.lower().startswith(_SUBJECT):
            return str(make_header(decode_header(line[len(_SUBJECT) :].strip())))
    return ""


def _kept(work: Work, numbers: Sequence[int]) -> dict[int, str]:
    last = (
        select(func.max(col(LetterText.id)))
        .where(col(LetterText.letter_id).in_(numbers))
        .group_by(col(LetterText.letter_id))
    )
    wanted = select(col(LetterText.letter_id), col(LetterText.content)).where(col(LetterText.id).in_(last))
    found = work.session.connection().execute(wanted)
    return {number: subject_of(json.loads(zlib.decompress(content))[0]) for number, content in found}


def _made(work: Work, letter: Letter) -> str:
    kind = letter_kind(letter.kind)
    if kind.gathers:
        return f"{kind.label} {letter.facts.get('day', '')}".strip()
    values = {name: getattr(letter, name) for name in ClaimedLetter.__dataclass_fields__}
    try:
        return render(ClaimedLetter(**values), frame_of(work.programme, "")).subject
    except LayoutFailed:
        return kind.label
