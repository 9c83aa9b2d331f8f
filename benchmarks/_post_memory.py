"""A dispatcher in a process of its own that prints the most memory it took: `URL PORT LETTERS`."""

import resource
import sys

from benchmarks.post import dispatched
from models.db import make_engine
from notifications.transport import SmtpTransport


def main(url: str, port: str, letters: str) -> None:
    """Sends so many letters of a queue that may be much longer, and prints megabytes."""
    engine = make_engine(url, durable=False)
    dispatched(engine, SmtpTransport(f"smtp://127.0.0.1:{port}"), limit=int(letters))
    engine.dispose()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
