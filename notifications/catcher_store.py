"""The catcher's store: every mail that was caught, in a SQLite file of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from models.columns import CHINA, instant_text

CATCHER = "catcher.sqlite3"
"""The store's name in the data folder."""

# No flush: a mail catcher may lose its last mails in a power cut, never in a kill.
_TABLE = """
PRAGMA journal_mode = PERSIST;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS caught (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL,
    letter_key TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    received_at TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_caught_message ON caught (message_id);
CREATE INDEX IF NOT EXISTS ix_caught_recipient ON caught (recipient, id);
"""
_COLUMNS = "id, message_id, letter_key, recipient, subject, received_at"
_FIELDS = "message_id, letter_key, recipient, subject, received_at, raw"


@dataclass(frozen=True)
class Caught:
    """One mail as it arrived."""

    message_id: str
    key: str
    recipient: str
    subject: str
    received_at: datetime
    raw: bytes


@dataclass(frozen=True)
class CaughtLine:
    """One mail in a list."""

    id: int
    message_id: str
    key: str
    recipient: str
    subject: str
    received_at: datetime


class CatcherStore:
    """The file `catcher.sqlite3` in `home`. One object per thread; several processes may use the file at once."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.path = home / CATCHER
        self._connection = sqlite3.connect(self.path, timeout=15, isolation_level=None)
        self._connection.executescript(_TABLE)

    def keep(self, mail: Caught) -> None:
        """Stores one mail as it came; the same mail twice stands there twice, so that doubles are seen."""
        self._connection.execute(f"INSERT INTO caught ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?)", _row(mail))

    def shelve(self, mails: Iterable[Caught]) -> None:
        """Stores a group in one transaction; a mail whose Message-ID stands there already is left as it is."""
        statement = (
            f"INSERT INTO caught ({_FIELDS}) SELECT ?, ?, ?, ?, ?, ? "
            "WHERE NOT EXISTS (SELECT 1 FROM caught WHERE message_id = ?)"
        )
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(statement, ((*_row(mail), mail.message_id) for mail in mails))

    def lines(self, recipient: str | None = None, *, limit: int = 100, offset: int = 0) -> list[CaughtLine]:
        """The newest mails first, of one recipient or of all."""
        chosen, values = ("", []) if recipient is None else ("WHERE recipient = ?", [recipient])
        found = self._connection.execute(
            f"SELECT {_COLUMNS} FROM caught {chosen} ORDER BY id DESC LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [
            CaughtLine(id_, message_id, key, to, subject, datetime.fromisoformat(at).astimezone(CHINA))
            for id_, message_id, key, to, subject, at in found
        ]

    def count(self, recipient: str | None = None) -> int:
        """How many mails there are, of one recipient or of all."""
        chosen, values = ("", []) if recipient is None else ("WHERE recipient = ?", [recipient])
        return int(self._connection.execute(f"SELECT count(*) FROM caught {chosen}", values).fetchone()[0])

    def recipients(self) -> list[tuple[str, int]]:
        """Who received mails, and how many."""
        found = self._connection.execute(
            "SELECT recipient, count(*) FROM caught GROUP BY recipient ORDER BY recipient"
        )
        return [(str(name), int(number)) for name, number in found]

    def raw(self, id_: int) -> bytes | None:
        """One mail's bytes, or None."""
        found = self._connection.execute("SELECT raw FROM caught WHERE id = ?", [id_]).fetchone()
        return None if found is None else bytes(found[0])

    def of_message(self, message_id: str) -> bytes | None:
        """The bytes of the mail with this Message-ID as it was caught last, or None."""
        found = self._connection.execute(
            "SELECT raw FROM caught WHERE message_id = ? ORDER BY id DESC LIMIT 1", [message_id]
        ).fetchone()
        return None if found is None else bytes(found[0])

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _row(mail: Caught) -> tuple[str, str, str, str, str, bytes]:
    at = instant_text(mail.received_at)
    return mail.message_id, mail.key, mail.recipient, mail.subject, at, mail.raw
