"""Mails are taken from folders, maildirs and servers; a server keeps what was not dealt with as unseen."""

from pathlib import Path

import pytest

from notifications.bounce_box import BoxUnreachable, mails_in
from tests.notifications.imap_server import Mailbox, serving


def test_mails_are_found_in_folders_and_maildirs(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"a")
    (tmp_path / "b.eml").write_bytes(b"b")

    maildir = [one.raw for one in mails_in(str(tmp_path))]
    (tmp_path / "new" / "1").unlink()
    (tmp_path / "new").rmdir()

    assert (maildir, [one.raw for one in mails_in(str(tmp_path))]) == ([b"a"], [b"b"])


def test_a_servers_unseen_mails_are_taken_and_marked_once_they_are_done() -> None:
    mailbox = Mailbox([b"Subject: one\r\n\r\n1\r\n", b"Subject: two\r\n\r\n2\r\n", b"Subject: three\r\n\r\n"])
    mailbox.seen.add(3)

    with serving(mailbox) as port:
        found = []
        for mail in mails_in(f"imap://bounces%40x.example:secret@127.0.0.1:{port}/INBOX"):
            found.append(mail.raw)
            if mail.name == "1":
                mail.done()

    assert (found, mailbox.seen) == ([mailbox.mails[1], mailbox.mails[2]], {1, 3})


@pytest.mark.parametrize("path", ["/nothing", "/INBOX"])
def test_a_servers_refusal_is_said_without_the_password(path: str) -> None:
    mailbox = Mailbox([], password="secret" if path == "/nothing" else "another")

    with serving(mailbox) as port, pytest.raises(BoxUnreachable) as refused:
        list(mails_in(f"imap://bounces:secret@127.0.0.1:{port}{path}"))

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "source", ["nowhere", "imap://a:secret@127.0.0.1:1/INBOX", "imap://a:secret@mail.example/INBOX"]
)
def test_a_box_that_cannot_be_opened_is_said_without_its_password(source: str) -> None:
    with pytest.raises(BoxUnreachable) as refused:
        list(mails_in(source))

    assert "secret" not in str(refused.value)
