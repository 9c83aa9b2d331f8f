"""When a mail counts as sent: by its header's time, unless that cannot be right; then by when it was received (A3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

AHEAD = timedelta(hours=1)
"""Clocks of offices are wrong by minutes; a mail from further ahead has a time that nobody sent it at."""
BEHIND = timedelta(days=30)
"""No mail server tries for so long; a mail from further back was written with a wrong clock, or is another's."""


@dataclass(frozen=True, slots=True)
class CountedTime:
    """The time that counts. `doubt` says why the header's does not: absent, future or old; nothing where it does."""

    at: datetime
    doubt: str = ""


def counted_time(
    sent_at: datetime | None, arrived_at: datetime | None, registered_at: datetime
) -> CountedTime:
    """The header's time, where it is plausible; else when the mailbox got the mail, or when it was registered.

    A mailbox that names a time after the registration does not know it either.
    """
    received = registered_at if arrived_at is None or arrived_at > registered_at else arrived_at
    if sent_at is None:
        return CountedTime(received, "absent")
    if sent_at > received + AHEAD:
        return CountedTime(received, "future")
    if sent_at < received - BEHIND:
        return CountedTime(received, "old")
    return CountedTime(sent_at)
