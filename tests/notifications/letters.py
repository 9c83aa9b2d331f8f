"""Letters for tests: facts of every form, drafts, and an outbox that holds them."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session

from models.columns import CHINA
from models.db import create_tables, make_engine, writing
from notifications.catalogue import letter_kind
from notifications.facts import FactKind
from notifications.layout import Frame
from notifications.lines import DigestLine, Section
from notifications.outbox import LETTER, ClaimedLetter, Draft, message_id_of, write_letters

NOON = datetime(2022, 3, 7, 12, tzinfo=CHINA)
LEASE = timedelta(minutes=15)

FRAME = Frame(
    programme="programme title",
    contacts=("province civil affairs 0731-00000000", "province rural 0731-00000001"),
    link_base="https://console.example/",
    sender_name="province civil affairs",
    sender_address="post@qianshou.example",
)

LINE = DigestLine(Section.TODAY, "stage", "city", "send the scans", "2022-03-07", "S05:1:430100", "K23")


def sample_fact(kind: FactKind, text: str = "sample") -> Any:
    match kind.form:
        case "text":
            return text
        case "number" | "batch":
            return 3
        case "date" | "due":
            return "2022-03-10"
        case "instant":
            return NOON
        case "fen":
            return 3_000_000
        case "choice":
            return next(iter(kind.labels))
        case _:
            return [{name: sample_fact(column, text) for name, column in kind.columns.items()}]


def sample_facts(kind: str, text: str = "sample") -> dict[str, Any]:
    return {name: sample_fact(fact, text) for name, fact in letter_kind(kind).facts.items()}


def draft(
    key: str, *, kind: str = "decision_approved", to: str = "officer@city.example", **changes: Any
) -> Draft:
    fields: dict[str, Any] = {
        "kind": kind,
        "key": key,
        "person_code": f"{key}.officer",
        "organisation_code": "430100-mz",
        "recipient_name": "an officer",
        "address": to,
        "subject_key": "1:430100",
        "batch": 1,
        "facts": sample_facts(kind),
    }
    return Draft(**(fields | changes))


def claimed(kind: str, text: str = "sample", **changes: Any) -> ClaimedLetter:
    key = f"{kind}:1:430100-mz.officer"
    fields: dict[str, Any] = {
        "id": 1,
        "key": key,
        "message_id": message_id_of(key, "qianshou.example"),
        "kind": kind,
        "legal_class": letter_kind(kind).legal_class.value,
        "person_code": "430100-mz.officer",
        "organisation_code": "430100-mz",
        "recipient_name": "an officer",
        "address": "officer@city.example",
        "batch": 1,
        "subject_key": "1:430100",
        "facts": letter_kind(kind).checked(sample_facts(kind, text)),
        "created_at": NOON,
        "attempts": 0,
    }
    return ClaimedLetter(**(fields | changes))


class Outbox:
    """A database with nothing but letters in it."""

    def __init__(self, url: str, *, durable: bool = True) -> None:
        self.engine: Engine = make_engine(url, durable=durable)
        self.transactions: Callable[[], AbstractContextManager[Session]] = lambda: writing(self.engine)

    def create(self) -> "Outbox":
        create_tables(self.engine)
        return self

    def write(self, drafts: Iterable[Draft], now: datetime = NOON) -> list[str]:
        with self.transactions() as session:
            return write_letters(session, drafts, now=now)

    def column(self, name: str) -> dict[str, Any]:
        with self.engine.connect() as connection:
            return dict(connection.execute(select(LETTER.c.key, LETTER.c[name])).tuples().all())

    def states(self) -> dict[str, str]:
        return self.column("state")
