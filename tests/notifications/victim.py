"""Dispatchers in processes of their own, to be killed: `python -m tests.notifications.victim URL PORT`.

A nursery that has loaded everything forks one dispatcher for each owner it reads, so that a thousand of them cost
seconds; it answers with the child's number, and with `done` when a child has ended by itself.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from models.clock import SystemClock
from notifications.dispatch import dispatch
from notifications.transport import SmtpTransport
from tests.notifications.letters import FRAME, LINE, Outbox

# Shorter than the waiting between two victims, longer than any delivery to the sink takes.
LEASE = timedelta(seconds=2)


def post(url: str, port: str, owner: str) -> None:
    """Sends until nothing is left."""
    outbox = Outbox(url)
    work = dispatch(
        outbox.transactions,
        SystemClock(),
        SmtpTransport(f"smtp://127.0.0.1:{port}"),
        owner=owner,
        until_empty=True,
        limit=None,
        frame=FRAME,
        lines_of=lambda letter: [LINE],
        lease=LEASE,
    )
    asyncio.run(work)


def main(url: str, port: str) -> None:
    """Forks a dispatcher for each line, and waits for all when the lines end."""
    children = []
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                post(url, port, line.strip())
                status = 0
            finally:
                os._exit(status)
        children.append(child)
        print(child, flush=True)
        if line.startswith("wait"):
            print(os.waitpid(children.pop(), 0)[1], flush=True)
    for child in children:
        os.waitpid(child, 0)


class Nursery:
    """The nursery as a test holds it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, owner: str) -> int:
        """Starts a dispatcher and gives its process number."""
        assert self._process.stdin is not None
        print(owner, file=self._process.stdin, flush=True)
        return int(self._line())

    def run(self, name: str) -> int:
        """Runs a dispatcher to its end and gives its status."""
        self.start(f"wait-{name}")
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def nursery(url: str, port: int) -> Iterator[Nursery]:
    """A nursery whose children have all ended when it is left."""
    command = [sys.executable, "-m", "tests.notifications.victim", url, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield Nursery(process)


if __name__ == "__main__":
    main(*sys.argv[1:])
