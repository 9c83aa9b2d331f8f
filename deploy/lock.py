"""One `qianshou up` a folder: an advisory lock that ends with its process, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "up.lock"


@contextmanager
def only_one(home: Path) -> Iterator[bool]:
    """Holds the folder's lock; yields False when another process holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
