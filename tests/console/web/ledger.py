"""Whether anything was written: what SQLite itself says of a file, whoever wrote."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.factory import Bench


@dataclass
class Watch:
    """`written` is whether any transaction has changed the database since the watch began."""

    connection: sqlite3.Connection
    question: str
    began: int

    @property
    def written(self) -> bool:
        """Whether anything was committed since."""
        return self._version() != self.began

    def again(self) -> None:
        """The watch begins anew."""
        self.began = self._version()

    def _version(self) -> int:
        return int(self.connection.execute(self.question).fetchone()[0])


@contextmanager
def watching(bench: Bench, question: str = "PRAGMA data_version") -> Iterator[Watch]:
    """Watches the file of a house on SQLite: whether any transaction wrote, or whether an answer has changed."""
    connection = sqlite3.connect(str(bench.house.engine.url.database))
    try:
        watch = Watch(connection, question, 0)
        watch.again()
        yield watch
    finally:
        connection.close()
