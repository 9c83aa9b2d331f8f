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
from typing import Any

import aiosmtplib

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
    with CatcherStore(folder) as store:
        seconds, report = _dispatched(folder / "shelf.sqlite", SHELVED, ShelfTransport(store), durable=False)
    yield "letters laid out, shelved and marked", report.sent / seconds, "letters/s"


def _smtp(folder: Path) -> Iterator[tuple[str, float, str]]:
    with _sink() as port:
        plain = asyncio.run(_plain_loop(port))
        transport = SmtpTransport(f"smtp://127.0.0.1:{port}")
        seconds, report = _dispatched(folder / "smtp.sqlite", SENT, transport, durable=True)
    ours = report.sent / seconds
    yield "plain loop of aiosmtplib.send, no marks", plain, "letters/s"
    yield "eight sessions, every mark durable", ours, "letters/s"
    yield "ratio eight sessions to plain loop", ours / plain, "x"


async def _plain_loop(port: int) -> float:
    letter = _letter("decision_approved")
    start = time.perf_counter()
    for _ in range(PLAIN):
        page = render(letter, _FRAME)
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


def _dispatched(
    file: Path, letters: int, transport: Transport, *, durable: bool
) -> tuple[float, DispatchReport]:
    engine = make_engine(f"sqlite:///{file}", durable=durable)
    create_tables(engine)
    with writing(engine) as session:
        write_letters(session, (_draft(number) for number in range(letters)), now=NOON)
    start = time.perf_counter()
    report = asyncio.run(
        dispatch(
            lambda: writing(engine), FixedClock(NOON), transport, owner="bench", until_empty=True, limit=None,
            frame=_FRAME, lines_of=lambda _letter: _LINES,
        )
    )  # fmt: skip
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds, report


def _draft(number: int) -> Draft:
    kind = "digest" if number % 2 else "decision_approved"
    facts = _FACTS[kind]
    return Draft(
        kind, f"{kind}:{number}", "officer", "430100-mz", "officer", "officer@city.example", "1", 1, facts
    )


@contextmanager
def _sink() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline() if process.stdout else 0)
        finally:
            process.kill()
