"""The mailer's traps: codes that hide, refusals that raise nothing, addresses that would be cut or mailed elsewhere."""

from dataclasses import replace

import pytest
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPReadTimeoutError,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from notifications.layout import lay_out
from notifications.mailer import Fate, Mailer, fate_of
from tests.notifications.letters import FRAME, NOON, claimed
from tests.notifications.scripted import ScriptedServer

ARCHIVE = "archive@office.example"
GONE = SMTPServerDisconnected("Connection lost")


async def granted() -> bool:
    return True


async def denied() -> bool:
    return False


def letter(to="officer@city.example"):
    return replace(lay_out(claimed("decision_approved"), FRAME, NOON), recipient=to)


async def sent(server, *letters, copy_to=None, before=granted, **options):
    mailer = Mailer(server.url, timeout=1, **options)
    try:
        return [await mailer.send(one, before, copy_to=copy_to) for one in letters]
    finally:
        await mailer.close()


@pytest.mark.parametrize(
    ("error", "in_data", "fate", "code"),
    [
        # The exception for all recipients has no code of its own.
        (
            SMTPRecipientsRefused([SMTPRecipientRefused(550, "nobody", "a@b.example")]),
            False,
            Fate.REFUSED,
            550,
        ),
        (
            SMTPRecipientsRefused([SMTPRecipientRefused(450, "grey", "a@b.example")]),
            False,
            Fate.DEFERRED,
            450,
        ),
        (SMTPRecipientsRefused([]), False, Fate.DEFERRED, None),
        (SMTPRecipientRefused(530, "log in", "a@b.example"), False, Fate.STOP, 530),
        (SMTPDataError(552, "full"), True, Fate.REFUSED, 552),
        (SMTPDataError(451, "error"), True, Fate.DEFERRED, 451),
        (SMTPDataError(421, "closing"), True, Fate.DEFERRED, 421),
        (SMTPDataError(251, "perhaps"), True, Fate.UNKNOWN, 251),
        (SMTPResponseException(-1, "Malformed SMTP response line"), True, Fate.UNKNOWN, None),
        (SMTPResponseException(-1, "Malformed SMTP response line"), False, Fate.DEFERRED, None),
        # One exception for a loss before the final dot and after it.
        (GONE, True, Fate.UNKNOWN, None),
        (GONE, False, Fate.DEFERRED, None),
        (SMTPReadTimeoutError("silent"), True, Fate.UNKNOWN, None),
        (SMTPReadTimeoutError("silent"), False, Fate.DEFERRED, None),
    ],
)
def test_fate_of_an_error(error, in_data, fate, code):
    delivery = fate_of(error, in_data=in_data)

    assert (delivery.fate, delivery.code) == (fate, code)


@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example\n", "\u5f20\u4e09@b.example", "", "a b@c.example"],
)
async def test_address_that_would_be_cut_never_reaches_a_server(address):
    with ScriptedServer() as server:
        (delivery,) = await sent(server, letter(address))

    assert delivery.fate is Fate.REFUSED
    assert server.lines == []


async def test_recipient_that_is_refused_gets_no_text_and_neither_does_the_archive():
    with ScriptedServer(lambda stage, to: "550 nobody" if to.startswith("officer") else "") as server:
        (delivery,) = await sent(server, letter(), copy_to=ARCHIVE)

    assert (delivery.fate, delivery.code) == (Fate.REFUSED, 550)
    assert "DATA" not in server.lines
    assert not server.accepted


@pytest.mark.parametrize("refusal", ["550 no archive here", "452 archive is full"])
async def test_archive_that_is_refused_keeps_no_letter_and_is_told(refusal):
    with ScriptedServer(lambda stage, to: refusal if (stage, to) == ("rcpt", ARCHIVE) else "") as server:
        (delivery,) = await sent(server, letter(), copy_to=ARCHIVE)

    assert delivery.fate is Fate.SENT
    assert delivery.reply == f"2.0.0 taken (archive refused: {refusal})"


async def test_archive_is_in_the_envelope_and_not_in_the_letter():
    with ScriptedServer() as server:
        await sent(server, letter(), copy_to=ARCHIVE)

    assert [line for line in server.lines if line.startswith("RCPT")] == [
        "RCPT TO:<officer@city.example>",
        f"RCPT TO:<{ARCHIVE}>",
    ]
    assert ARCHIVE.encode() not in letter().content


async def test_letter_that_is_no_longer_ours_is_not_handed_over():
    with ScriptedServer() as server:
        found = await sent(server, letter(), letter(), before=denied)

    assert found == [None, None]
    assert "DATA" not in server.lines
    assert server.lines.count("RSET") == 2


@pytest.mark.parametrize(("most", "connections"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (None, [7])])
async def test_connection_carries_no_more_than_it_may(most, connections):
    with ScriptedServer() as server:
        await sent(server, *[letter()] * 7, per_connection=most)

    assert server.letters_by_connection == connections


async def test_letters_that_are_refused_count_for_the_connection_too():
    with ScriptedServer(lambda stage, to: "550 nobody" if stage == "rcpt" else "") as server:
        await sent(server, *[letter()] * 4, per_connection=2)

    assert len(server.letters_by_connection) == 2


@pytest.mark.parametrize("fault", ["cut", "421 idle for too long"])
async def test_connection_that_the_server_closed_meanwhile_is_opened_anew(fault):
    asked = []

    def script(stage, to):
        asked.append(stage)
        return fault if stage == "mail" and asked.count("mail") == 2 else ""

    with ScriptedServer(script) as server:
        found = await sent(server, letter(), letter())

    assert [delivery.fate for delivery in found] == [Fate.SENT, Fate.SENT]
    assert server.letters_by_connection == [1, 1]


async def test_server_that_closes_every_connection_is_not_asked_for_ever():
    with ScriptedServer(lambda stage, to: "cut" if stage == "mail" else "") as server:
        found = await sent(server, letter(), letter())

    assert [delivery.fate for delivery in found] == [Fate.DEFERRED, Fate.DEFERRED]
    assert len(server.letters_by_connection) == 2


@pytest.mark.parametrize("fault", ["cut", "421 closing", "silent"])
async def test_goodbye_concerns_no_letter(fault):
    with ScriptedServer(lambda stage, to: fault if stage == "quit" else "") as server:
        found = await sent(server, letter())

    assert [delivery.fate for delivery in found] == [Fate.SENT]
