"""The post: what a letter costs to lay out, to shelve, and to send with durable marks beside a plain loop."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from statistics import median
from typing import Any

import aiosmtplib
from sqlalchemy import Engine, text

from benchmarks.sink import program, sink
from models.clock import FixedClock
from models.columns import CHINA
from models.db import create_tables, make_engine, writing
from notifications.catcher_store import CatcherStore
from notifications.dispatch import dispatch
from notifications.layout import Frame, lay_out, render
from notifications.lines import DigestLine, Section
from notifications.outbox import ClaimedLetter, Draft, message_id_of, write_letters
from notifications.report import DispatchReport
from notifications.transport import ShelfTransport, SmtpTransport, Transport

NOON = datetime(2022, 6, 1, 12, tzinfo=CHINA)
LAID_OUT = 2_000
SHELVED = 10_000
SENT = 2_000
PLAIN = 500
TURNS = 3
COMMITS = 100
FEW, MANY = 1_000, 100_000

_FRAME = Frame(
    "programme",
    ("office 0731-00000000", "office 0731-00000001"),
    "https://x.example",
    "office",
    "p@x.example",
)
_LINES = [
    DigestLine(section, "stage", "city", "send the scans", "2022-06-01", f"S05:1:{city}", "K23")
    for section in (Section.OVERDUE, Section.SOON)
    for city in (430100, 430200)
]
_FACTS: dict[str, dict[str, Any]] = {
    "decision_approved": {
        "batch": 1,
        "institution": "institution",
        "application": "1-x-1",
        "decided_on": "2022-04-06",
        "reason": "approved",
    },
    "digest": {"day": "2022-06-01"},
}


def run() -> Iterator[tuple[str, float, str]]:
    """The figures, as (name, value, unit)."""
    yield from _layout()
    with tempfile.TemporaryDirectory() as folder:
        yield from _shelf(Path(folder))
        yield from _smtp(Path(folder))
        yield from _memory(Path(folder))


def _letter(kind: str) -> ClaimedLetter:
    key = f"{kind}:1:officer"
    return ClaimedLetter(
        id=1,
        key=key,
        message_id=message_id_of(key, "x.example"),
        kind=kind,
        legal_class="notice",
        person_code="officer",
        organisation_code="430100-mz",
        recipient_name="officer",
        address="officer@city.example",
        batch=1,
        subject_key="1:430100",
        facts=_FACTS[kind],
        created_at=NOON,
        attempts=0,
    )


def _layout() -> Iterator[tuple[str, float, str]]:
    act, digest = _letter("decision_approved"), _letter("digest")
    ours = _milliseconds(lambda: lay_out(act, _FRAME, NOON))
    yield "laying out and rendering an act's letter", ours, "ms"
    yield (
        "laying out and rendering a digest of four lines",
        _milliseconds(lambda: lay_out(digest, _FRAME, NOON, _LINES)),
        "ms",
    )
    yield "EmailMessage with the same rendering", _milliseconds(lambda: _plain_message(act)), "ms"
    yield "ratio EmailMessage to ours", _milliseconds(lambda: _plain_message(act)) / ours, "x"


def _plain_message(letter: ClaimedLetter) -> bytes:
    page = render(letter, _FRAME)
    message = EmailMessage()
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(NOON)
    message["From"] = _FRAME.sender_address
    message["To"] = letter.address
    message["Subject"] = page.subject
    message["X-Qianshou-Key"] = letter.key
    message.set_content(page.text)
    message.add_alternative(page.html, subtype="html")
    return message.as_bytes()


def _milliseconds(act: Callable[[], Any]) -> float:
    act()
    start = time.perf_counter()
    for _ in range(LAID_OUT):
        act()
    return (time.perf_counter() - start) / LAID_OUT * 1000


def _shelf(folder: Path) -> Iterator[tuple[str, float, str]]:
    with CatcherStore(folder) as store, _queue(folder / "shelf.sqlite", SHELVED, durable=False) as engine:
        seconds, report = dispatched(engine, ShelfTransport(store))
    yield "letters laid out, shelved and marked", report.sent / seconds, "letters/s"


def _smtp(folder: Path) -> Iterator[tuple[str, float, str]]:
    rates: dict[str, list[float]] = {"plain": [], "ours": [], "source": [], "fresh": []}
    with sink() as port:
        transport = SmtpTransport(f"smtp://127.0.0.1:{port}")
        # In turns, and the middle of each: a machine that is busy with something else slows all of them.
        for turn in range(TURNS):
            rates["plain"].append(asyncio.run(_plain_loop(port)))
            with _queue(folder / f"smtp-{turn}.sqlite", SENT, durable=True) as engine:
                seconds, report = dispatched(engine, transport)
            rates["ours"].append(report.sent / seconds)
            rates["source"].append(_source(port, "-d"))
            rates["fresh"].append(_source(port))
    plain, ours, source, fresh = (median(found) for found in rates.values())
    with _queue(folder / "commits.sqlite", COMMITS, durable=True) as engine:
        yield "a commit of eight marks on this disk", _commit(engine), "ms"
    yield "server: Postfix's smtp-sink (0: one in Python)", float(program("smtp-sink") is not None), ""
    yield "plain loop of aiosmtplib.send, no marks", plain, "letters/s"
    yield "eight sessions, every mark durable", ours, "letters/s"
    yield "ratio eight sessions to plain loop (at least 3)", ours / plain, "x"
    if source:
        yield "smtp-source -s 8, a connection per letter", fresh, "letters/s"
        yield "smtp-source -s 8 -d, connections kept", source, "letters/s"
        yield "ratio of ours to smtp-source -s 8", ours / fresh, "x"
        yield "ratio of ours to smtp-source -s 8 -d", ours / source, "x"
    else:
        yield "smtp-source is not there (Debian: postfix)", 0, ""


def _commit(engine: Engine) -> float:
    """What a durable commit of eight rows costs here: eight sessions can send no more than eight letters in it."""
    start = time.perf_counter()
    for number in range(COMMITS):
        with writing(engine) as session:
            session.execute(
                text("UPDATE letter SET reply = 'x' WHERE id BETWEEN :first AND :first + 7"),
                {"first": number % (COMMITS - 8) + 1},
            )
    return (time.perf_counter() - start) / COMMITS * 1000


def _source(port: int, *options: str) -> float:
    """Letters a second by smtp-source, which lays nothing out and marks nothing; 0 where it is not installed."""
    path = program("smtp-source")
    if path is None:
        return 0
    size = str(len(lay_out(_letter("decision_approved"), _FRAME, NOON).content))
    command = [
        path,
        *options,
        "-s",
        "8",
        "-m",
        str(SENT),
        "-l",
        size,
        "-f",
        "p@x.example",
        "-t",
        "o@city.example",
    ]
    start = time.perf_counter()
    subprocess.run([*command, f"127.0.0.1:{port}"], check=True)
    return SENT / (time.perf_counter() - start)


def _memory(folder: Path) -> Iterator[tuple[str, float, str]]:
    taken = {}
    with sink() as port:
        for letters in (FEW, MANY):
            url = f"sqlite:///{folder / f'memory-{letters}.sqlite'}"
            with _queue(folder / f"memory-{letters}.sqlite", letters, durable=False):
                command = [sys.executable, "-m", "benchmarks._post_memory", url, str(port), str(FEW)]
                taken[letters] = float(subprocess.run(command, check=True, capture_output=True).stdout)
            yield f"memory with {letters:,} letters queued", taken[letters], "MB"
    yield "ratio of the two (flat is 1)", taken[MANY] / taken[FEW], "x"


async def _plain_loop(port: int) -> float:
    """The same mix of letters as anybody would send them: a message object and a connection each."""
    letters = [(_letter("decision_approved"), ()), (_letter("digest"), _LINES)]
    start = time.perf_counter()
    for number in range(PLAIN):
        letter, lines = letters[number % 2]
        page = render(letter, _FRAME, lines)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = (
            _FRAME.sender_address,
            letter.address,
            page.subject,
        )
        message.set_content(page.text)
        message.add_alternative(page.html, subtype="html")
        await aiosmtplib.send(message, hostname="127.0.0.1", port=port)
    return PLAIN / (time.perf_counter() - start)


@contextmanager
def _queue(file: Path, letters: int, *, durable: bool) -> Iterator[Engine]:
    """A database of its own with so many letters in its outbox."""
    quick = make_engine(f"sqlite:///{file}", durable=False)
    create_tables(quick)
    for first in range(0, letters, 5_000):
        with writing(quick) as session:
            last = min(first + 5_000, letters)
            write_letters(session, (_draft(number) for number in range(first, last)), now=NOON)
    quick.dispose()
    engine = make_engine(f"sqlite:///{file}", durable=durable)
    try:
        yield engine
    finally:
        engine.dispose()


def dispatched(
    engine: Engine, transport: Transport, *, limit: int | None = None
) -> tuple[float, DispatchReport]:
    """Runs the post over what is queued; its seconds and its report."""
    start = time.perf_counter()
    report = asyncio.run(
        dispatch(
            lambda: writing(engine), FixedClock(NOON), transport, owner="bench", until_empty=True, limit=limit,
            frame=_FRAME, lines_of=lambda _letter: _LINES,
        )
    )  # fmt: skip
    return time.perf_counter() - start, report


def _draft(number: int) -> Draft:
    kind = "digest" if number % 2 else "decision_approved"
    facts = _FACTS[kind]
    return Draft(
        kind,
        f"{kind}:{number}",
        f"officer-{number}",
        "430100-mz",
        "officer",
        "officer@city.example",
        "1",
        1,
        facts,
    )
