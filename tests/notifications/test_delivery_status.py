"""Delivery status mails of many systems are read for letter, recipient and outcome."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery_status import Outcome, read_delivery_status
from tests.notifications import bounces
from tests.notifications.bounces import ID, KEY, TO, report


@pytest.mark.parametrize(
    ("mail", "outcome", "status"),
    [
        pytest.param(report(), Outcome.PERMANENT, "5.1.1", id="postfix"),
        pytest.param(report(returned_type="message/rfc822"), Outcome.PERMANENT, "5.1.1", id="postfix-whole"),
        pytest.param(bounces.exchange(), Outcome.PERMANENT, "5.1.10", id="exchange"),
        pytest.param(bounces.qmail(), Outcome.PERMANENT, "5.1.1", id="qmail"),
        pytest.param(bounces.exim(), Outcome.PERMANENT, "5.0.0", id="exim"),
        pytest.param(bounces.netease(), Outcome.PERMANENT, "5.0.0", id="netease-like"),
        pytest.param(bounces.delayed_in_words(), Outcome.TEMPORARY, "", id="delayed-in-words"),
        pytest.param(report(action="delayed", status="4.4.1"), Outcome.TEMPORARY, "4.4.1", id="delayed"),
        pytest.param(
            report(status="4.4.7", diagnostic="smtp; expired"), Outcome.TEMPORARY, "4.4.7", id="given-up"
        ),
        pytest.param(
            report(status="5.0.0", diagnostic="smtp; 550 5.7.1 blocked"),
            Outcome.CONTENT,
            "5.7.1",
            id="policy",
        ),
        pytest.param(report(action="delivered", status="2.0.0"), Outcome.DELIVERED, "2.0.0", id="delivered"),
        pytest.param(report(action="relayed", status="2.0.0"), Outcome.DELIVERED, "2.0.0", id="relayed"),
        pytest.param(
            report(status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full"),
            Outcome.PERMANENT,
            "5.2.2",
            id="full",
        ),
    ],
)
def test_a_report_is_read(mail: bytes, outcome: Outcome, status: str) -> None:
    found = read_delivery_status(mail)

    assert found is not None
    assert (found.message_ids, found.keys) == (frozenset({ID}), frozenset({KEY}))
    assert [(one.outcome, one.status) for one in found.recipients] == [(outcome, status)]
    assert found.recipients[0].address in (TO, "")
    assert TO in found.addresses


@pytest.mark.parametrize("mail", [bounces.ABSENCE_NOTE, bounces.ANSWER, b"", b"\x00\xff"])
def test_other_mails_are_no_reports(mail: bytes) -> None:
    assert read_delivery_status(mail) is None


def test_a_broken_report_is_a_report_that_says_nothing() -> None:
    found = read_delivery_status(bounces.BROKEN)

    assert found is not None
    assert (found.message_ids, found.recipients) == (frozenset(), ())


@given(st.integers(0, len(report())), st.binary(max_size=40))
def test_no_mail_raises(place: int, noise: bytes) -> None:
    whole = report()

    read_delivery_status(whole[:place] + noise + whole[place:])
    read_delivery_status(bounces.netease()[:place])
