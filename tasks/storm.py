"""What the storm guard holds: looked at with a preview, released or dropped by an officer of the province."""

from dataclasses import dataclass
from datetime import datetime

from notifications import outbox_storm
from notifications.catalogue import letter_kind
from notifications.digest import DigestReader
from notifications.layout import LayoutFailed, render
from notifications.outbox import ClaimedLetter
from tasks import record
from tasks.acts import act
from tasks.post import frame_of
from tasks.refusal import BadInput
from tasks.work import Work

SHOWN = 5
"""So many letters of a storm are previewed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One letter of a storm as it would be sent now; without subject where nothing is left to say."""

    key: str
    recipient: str
    address: str
    subject: str


@dataclass(frozen=True, slots=True)
class StormGroup:
    """The letters of one kind that wait, how many, since when, and the first of them."""

    kind: str
    label: str
    count: int
    since: datetime
    until: datetime
    first: tuple[Preview, ...]


def storm_groups(work: Work) -> list[StormGroup]:
    """Every storm that waits; a pure read."""
    reader = DigestReader(work.programme, work.workdays, work.divisions, lambda: work.today)
    return [
        StormGroup(
            storm.kind,
            letter_kind(storm.kind).label,
            storm.count,
            storm.since,
            storm.until,
            tuple(_preview(work, reader, letter) for letter in storm.first),
        )
        for storm in outbox_storm.storms(work.session, shown=SHOWN)
    ]


@act(outbox_storm.RELEASE, by=("province_civil",), clauses=("K32",))
def release_storm(work: Work, kind: str, *, reason: str) -> int:
    """Lets the held letters of a kind go, on a day off with the next working day; returns how many."""
    _check(kind, reason)
    count = outbox_storm.release_storm(
        work.session,
        kind,
        resolution=_resolution(work, "release", reason),
        not_before=work.next_working_moment(),
    )
    _note(work, outbox_storm.RELEASE, kind, count, reason)
    return count


@act(outbox_storm.DROP, by=("province_civil",), clauses=("K32",))
def drop_storm(work: Work, kind: str, *, reason: str) -> int:
    """Drops the held letters of a kind for good; returns how many."""
    _check(kind, reason)
    count = outbox_storm.drop_storm(work.session, kind, resolution=_resolution(work, "drop", reason))
    _note(work, outbox_storm.DROP, kind, count, reason)
    return count


def _check(kind: str, reason: str) -> None:
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")
    if not kind.strip():
        raise BadInput("act.no_storm", field="kind", kind=kind)


def _note(work: Work, name: str, kind: str, count: int, reason: str) -> None:
    if not count:
        raise BadInput("act.no_storm", field="kind", kind=kind)
    record.note(work, "letter", kind, act=name, count=count, reason=reason)


def _resolution(work: Work, verdict: str, reason: str) -> str:
    return f"{verdict} · {work.actor} · {reason}"


def _preview(work: Work, reader: DigestReader, letter: ClaimedLetter) -> Preview:
    lines = reader.lines(work.session, letter) if letter_kind(letter.kind).gathers else ()
    try:
        subject = render(letter, frame_of(work.programme, ""), lines).subject
    except LayoutFailed as failure:
        subject = str(failure)
    return Preview(letter.key, letter.recipient_name, letter.address, subject)
