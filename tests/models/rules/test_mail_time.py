"""A header's time counts while somebody can have sent the mail then (A3)."""

from datetime import datetime, timedelta

import pytest

from models.clock import as_instant
from models.rules.mail_time import CountedTime, counted_time

CAME = as_instant("2022-03-09T10:00")
REGISTERED = as_instant("2022-03-09T11:00")


@pytest.mark.parametrize(
    ("sent_at", "doubt"),
    [
        pytest.param(CAME, "", id="the same"),
        pytest.param(CAME + timedelta(hours=1), "", id="an hour ahead"),
        pytest.param(CAME + timedelta(hours=1, seconds=1), "future", id="more than an hour"),
        pytest.param(CAME - timedelta(days=30), "", id="thirty days"),
        pytest.param(CAME - timedelta(days=30, seconds=1), "old", id="more than thirty days"),
        pytest.param(None, "absent", id="none"),
    ],
)
def test_a_time_counts_or_is_doubted(sent_at: datetime | None, doubt: str) -> None:
    assert counted_time(sent_at, CAME, REGISTERED) == CountedTime(CAME if doubt else sent_at or CAME, doubt)


@pytest.mark.parametrize("came", [None, REGISTERED + timedelta(minutes=1)])
def test_the_registration_counts_where_the_mailbox_knows_no_time(came: datetime | None) -> None:
    assert counted_time(None, came, REGISTERED) == CountedTime(REGISTERED, "absent")
