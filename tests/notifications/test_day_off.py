"""Nothing but receipts leaves on a day off, whatever has kept a letter until then."""

from datetime import date, datetime, timedelta

from models.columns import CHINA
from notifications import outbox_claim
from tasks.workday_table import keep_calendar
from tests.factory import workdays
from tests.notifications.letters import draft

FRIDAY, SATURDAY = datetime(2022, 6, 10, 17, tzinfo=CHINA), datetime(2022, 6, 11, 10, tzinfo=CHINA)
MAKE_UP_SUNDAY = datetime(2022, 4, 24, 10, tzinfo=CHINA)
LEASE = timedelta(minutes=15)


def keys(outbox, now: datetime) -> list[str]:
    with outbox.transactions() as session:
        return [one.key for one in outbox_claim.claim(session, "post", 10, now, LEASE)]


def calendar(outbox) -> None:
    with outbox.transactions() as session:
        keep_calendar(session.connection(), workdays())


def test_a_late_letter_waits_for_the_next_working_day_and_a_receipt_does_not(outbox) -> None:
    calendar(outbox)
    outbox.write([draft("late", kind="digest"), draft("receipt", kind="receipt_confirmed")], now=FRIDAY)

    assert keys(outbox, SATURDAY) == ["receipt"]
    assert keys(outbox, SATURDAY + timedelta(days=2)) == ["late"]


def test_a_make_up_sunday_is_a_working_day(outbox) -> None:
    calendar(outbox)
    outbox.write([draft("late", kind="digest")], now=MAKE_UP_SUNDAY - timedelta(days=2))

    assert workdays().is_workday(date(2022, 4, 24))
    assert keys(outbox, MAKE_UP_SUNDAY) == ["late"]
