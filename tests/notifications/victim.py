"""A dispatcher in a process of its own, to be killed: `python -m tests.notifications.victim URL PORT OWNER`."""

import asyncio
import sys
from datetime import timedelta

from models.clock import SystemClock
from notifications.dispatch import dispatch
from notifications.transport import SmtpTransport
from tests.notifications.letters import FRAME, LINE, Outbox

# Shorter than the waiting between two victims, longer than any delivery to the sink takes.
LEASE = timedelta(seconds=1)


def main(url: str, port: str, owner: str) -> None:
    outbox = Outbox(url)
    print("ready", flush=True)
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
    print(asyncio.run(work), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
