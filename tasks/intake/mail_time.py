"""When a received mail counts as sent, and the sentence where its header's time does not count (A3)."""

from models.columns import CHINA
from models.intake import ReceivedMail
from models.messages import say
from models.rules.mail_time import CountedTime, counted_time


def time_of(found: ReceivedMail) -> CountedTime:
    """The time that counts for a mail."""
    return counted_time(found.sent_at, found.arrived_at, found.received_at)


def time_doubt(found: ReceivedMail) -> str:
    """Why the header's time of a mail does not count and which does, in a sentence; nothing where it counts."""
    counted = time_of(found)
    if not counted.doubt:
        return ""
    at, sent_at = (
        one.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if one is not None else ""
        for one in (counted.at, found.sent_at)
    )
    return say(f"intake.time.{counted.doubt}", sent_at=sent_at, at=at)
