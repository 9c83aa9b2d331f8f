"""What is laid out reads back as what was meant."""

import re
from base64 import b64decode
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.privacy import letter_token
from notifications.attempts import sum_of
from notifications.catalogue import catalogue, letter_kind
from notifications.headers import mailbox, unstructured
from notifications.layout import FrameIncomplete, LayoutFailed, lay_out, message, render, with_token
from notifications.lines import DigestLine, Section
from tests.notifications.letters import FRAME, LINE, NOON, claimed

WRITABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("kind", catalogue())
def test_letter_reads_back(kind):
    letter = claimed(kind)

    mail = parsed(lay_out(letter, FRAME, NOON, [LINE]).content)

    page = render(letter, FRAME, [LINE])
    assert mail["Subject"] == page.subject
    assert body(mail, "plain") == page.text
    assert body(mail, "html") == page.html
    assert mail["Message-ID"] == letter.message_id
    assert mail["X-Qianshou-Key"] == letter.key
    assert mail["Date"].datetime == NOON
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"].addresses[0].addr_spec == "officer@city.example"
    assert mail["From"].addresses[0].addr_spec == FRAME.sender_address
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.defects == []


@given(text=WRITABLE)
def test_any_text_survives(text):
    letter = claimed("decision_approved", text)

    mail = parsed(lay_out(letter, FRAME, NOON).content)

    page = render(letter, FRAME)
    assert body(mail, "plain") == page.text
    assert text in page.text
    assert body(mail, "html") == page.html


@given(text=st.text(max_size=300))
def test_any_subject_stays_within_its_header(text):
    written = f"Subject: {unstructured(text)}\r\nX-Next: here\r\n\r\n".encode("ascii")

    mail = message_from_bytes(written, policy=policy.compat32)
    assert mail.keys() == ["Subject", "X-Next"]
    assert max(len(line) for line in written.split(b"\r\n")) <= 90


@given(name=WRITABLE)
def test_any_name_leads_to_the_address(name):
    mail = parsed(f"To: {mailbox(name, 'a@b.example')}\r\n\r\n".encode("ascii"))

    assert [address.addr_spec for address in mail["To"].addresses] == ["a@b.example"]


def test_chinese_subject_is_cut_between_characters():
    written = unstructured("\u724b\u624b" * 60)

    words = re.findall(r"=\?utf-8\?B\?(.*?)\?=", written)
    assert len(words) > 1
    assert "".join(b64decode(word).decode() for word in words) == "\u724b\u624b" * 60


def test_html_is_escaped_and_text_is_not():
    page = render(claimed("decision_approved", "<script>alert(1)</script>"), FRAME)

    assert "<script>" not in page.html
    assert "&lt;script&gt;" in page.html
    assert "<script>" in page.text


@pytest.mark.parametrize(("kind", "page"), [("account_invited", "password"), ("payment_made", "link")])
def test_what_is_kept_has_no_token_and_gives_the_very_bytes_back(kind, page):
    letter = claimed(kind)
    token = letter_token(letter.key)

    found = lay_out(letter, FRAME, NOON)

    words = found.words
    assert f"/{page}/{token}" in body(parsed(found.content), "plain")
    assert token not in words.head + words.text + words.html
    again = [with_token(one, letter.key) for one in (words.text, words.html)]
    assert sum_of(message(words.head, *again)) == words.sha256


def test_line_break_in_a_fact_cannot_make_a_header():
    mail = parsed(lay_out(claimed("decision_approved", "a\r\nBcc: thief@x.example"), FRAME, NOON).content)

    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "\u5f20@b.example", "", "a b@c.example"]
)
def test_address_that_breaks_a_header_is_not_laid_out(address):
    with pytest.raises(LayoutFailed):
        lay_out(replace(claimed("decision_approved"), address=address), FRAME, NOON)


def test_facts_of_another_catalogue_fail_by_name():
    with pytest.raises(LayoutFailed, match="decision_approved:1"):
        render(replace(claimed("decision_approved"), facts={}), FRAME)


def test_frame_without_contact_is_refused():
    with pytest.raises(FrameIncomplete, match="K03"):
        replace(FRAME, contacts=())


def test_digest_groups_by_urgency_stage_and_city():
    lines = [
        DigestLine(Section.SOON, "one", "x", "a", "2022-03-10", "S05:1:1", "K23"),
        DigestLine(Section.OVERDUE, "two", "y", "b", "2022-03-04", "S04:1:1", "K22", "told"),
        DigestLine(Section.SOON, "two", "y", "c", None, "S06:1:1", "K24"),
        DigestLine(Section.SOON, "one", "x", "d", "2022-03-11", "S07:1:1", "K24"),
    ]

    text = render(claimed("digest"), FRAME, lines).text

    marks = [text.index(mark) for mark in (" b\u3000", " a\u3000", " d\u3000", " c\u3000")]
    assert marks == sorted(marks)
    assert text.count("one\u3000x") == 1
    assert "https://console.example/go/S05:1:1" in text
    assert letter_kind("digest").gathers
