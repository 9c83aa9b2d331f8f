"""The catcher keeps every mail, shows it safely, and listens to this machine only."""

import http.client
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from models.clock import VirtualClock
from notifications.catcher import Catcher, NotLoopback, serve_catcher
from notifications.catcher_store import CatcherStore, Caught
from notifications.layout import lay_out
from notifications.mailer import Fate, Mailer
from notifications.transport import SmtpTransport
from tests.notifications.letters import FRAME, NOON, claimed, draft
from tests.notifications.test_dispatch import post


@pytest.fixture
def catcher(tmp_path):
    running = Catcher(tmp_path, VirtualClock(NOON), smtp_port=0, http_port=0)
    with running:
        yield running


def fetch(catcher, path, *, method="GET", host=None):
    address = urlsplit(catcher.page_address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    connection.request(method, path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


def caught(number, *, to="a@b.example", text="sample"):
    letter = claimed("decision_approved", text, key=f"decision:{number}", message_id=f"<{number}@x>")
    mail = lay_out(letter, FRAME, NOON)
    return Caught(mail.message_id, mail.key, to, mail.subject, NOON, mail.content)


async def test_mail_over_smtp_is_kept(small_outbox, catcher, tmp_path):
    small_outbox.write([draft("a"), draft("b", to="other@city.example")])

    report = await post(small_outbox, SmtpTransport(catcher.smtp_url))

    assert report.sent == 2
    with CatcherStore(tmp_path) as store:
        assert sorted((line.key, line.recipient, line.received_at) for line in store.lines()) == [
            ("a", "officer@city.example", NOON),
            ("b", "other@city.example", NOON),
        ]


async def test_the_same_mail_twice_is_seen_twice(catcher, tmp_path):
    async def go_on():
        return True

    mailer = Mailer(catcher.smtp_url)
    mail = lay_out(claimed("decision_approved"), FRAME, NOON)
    deliveries = [await mailer.send(mail, go_on) for _ in range(2)]
    await mailer.close()

    assert [delivery and delivery.fate for delivery in deliveries] == [Fate.SENT, Fate.SENT]
    with CatcherStore(tmp_path) as store:
        assert store.count() == 2


def test_page_lists_and_filters(catcher, tmp_path):
    with CatcherStore(tmp_path) as store:
        store.shelve([caught(1), caught(2, to="c@d.example")])

    _, everything = fetch(catcher, "/")
    response, one = fetch(catcher, "/?recipient=c%40d.example")

    assert response.status == 200
    assert everything.count('href="/letters/') == 2
    assert one.count('href="/letters/') == 1
    assert "decision:2" in one


def test_page_turns_over(catcher, tmp_path):
    with CatcherStore(tmp_path) as store:
        store.shelve(caught(number) for number in range(120))

    _, first = fetch(catcher, "/")
    _, second = fetch(catcher, "/?offset=100")

    assert (first.count('href="/letters/'), second.count('href="/letters/')) == (100, 20)
    assert "offset=100" in first


def test_mail_is_shown_without_its_scripts(catcher, tmp_path):
    with CatcherStore(tmp_path) as store:
        store.shelve([caught(1, text="<script>alert(1)</script>")])

    page, body = fetch(catcher, "/letters/1")
    frame, html = fetch(catcher, "/letters/1/html")
    raw, _ = fetch(catcher, "/letters/1/raw")

    assert 'sandbox=""' in body
    assert "<script>" not in body
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "<script>" not in html
    assert raw.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_long_name_in_chinese_is_shown_without_a_gap(catcher, tmp_path):
    office = "湖南省民政厅慈善事业促进和社会工作处"
    frame = replace(FRAME, sender_name=office)
    mail = lay_out(claimed("decision_approved", "sample", key="decision:1"), frame, NOON)
    with CatcherStore(tmp_path) as store:
        store.keep(Caught(mail.message_id, mail.key, "a@b.example", mail.subject, NOON, mail.content))

    _response, body = fetch(catcher, "/letters/1")

    assert office in body


@pytest.mark.parametrize("path", ["/letters/99", "/letters/x", "/letters/1/else", "/../etc/passwd", "/none"])
def test_unknown_page_is_not_found(catcher, path):
    assert fetch(catcher, path)[0].status == 404


def test_page_refuses_a_foreign_name(catcher):
    assert fetch(catcher, "/", host="evil.example")[0].status == 403
    assert fetch(catcher, "/", host="localhost:8025")[0].status == 200


def test_page_only_reads(catcher):
    assert fetch(catcher, "/", method="POST")[0].status == 501


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "post.example", ""])
def test_catcher_listens_on_loopback_only(tmp_path, host):
    with pytest.raises(NotLoopback):
        Catcher(tmp_path, VirtualClock(NOON), smtp_port=0, http_port=0, host=host)


def test_serving_ends_when_told(tmp_path):
    until = threading.Event()
    thread = threading.Thread(
        target=serve_catcher, args=(tmp_path, 0, 0), kwargs={"clock": VirtualClock(NOON), "until": until}
    )
    thread.start()
    until.set()
    thread.join(timeout=10)

    assert not thread.is_alive()
