"""A mail is read whatever program wrote it: names in every encoding, pages, mails within mails, wrong times."""

import base64
from datetime import UTC, datetime

import pytest

from notifications.incoming import NoMail, read_mail

HEAD = b"From: a@b.example\r\nMessage-ID: <1@x.example>\r\n"


def word(content: bytes, charset: str = "gb2312") -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(content) + b"?="


def subject_of(value: bytes) -> str:
    return read_mail(HEAD + b"Subject: " + value + b"\r\n\r\nx").subject


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(word("镕基市申报".encode("gbk")), "镕基市申报", id="gbk said to be gb2312"),
        pytest.param(
            word("申报材料".encode("gbk")[:5]) + b"\r\n " + word("申报材料".encode("gbk")[5:]),
            "申报材料",
            id="a sign cut in two",
        ),
        pytest.param("申报材料".encode("gbk"), "申报材料", id="bare gbk"),
        pytest.param("申报材料".encode(), "申报材料", id="bare utf-8"),
        pytest.param(
            "申报 ".encode("gbk") + word("材料".encode(), "utf-8"), "申报 材料", id="bare and encoded"
        ),
        pytest.param(word("申报".encode("gbk"), "x-unknown"), "申报", id="a charset that is none"),
        pytest.param(b"=?utf-8?B?a?x", "=?utf-8?B?a?x", id="a word that is none"),
        pytest.param(
            b"=?utf-8?Q?a=0D=0ABcc:_x=40y=2Eexample?=", "a Bcc: x@y.example", id="a header brought in"
        ),
    ],
)
def test_a_subject_is_read(value: bytes, found: str) -> None:
    assert subject_of(value) == found


def files_of(*headers: bytes) -> list[str]:
    parts = b"".join(b"--b\r\n" + one + b"\r\n\r\nabc\r\n" for one in headers)
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    return [one.name for one in read_mail(raw).attachments]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        pytest.param(
            b"Content-Disposition: attachment; filename*0*=gb2312''%E9F%C9%EA; filename*1*=%B1%A8.pdf",
            "镕申报.pdf",
            id="RFC 2231 in parts",
        ),
        pytest.param(
            b'Content-Disposition: attachment; filename="' + word("申报镕.pdf".encode("gbk")) + b'"',
            "申报镕.pdf",
            id="RFC 2047 where it does not belong",
        ),
        pytest.param(
            b'Content-Type: application/pdf; name="' + "裸申.pdf".encode("gbk") + b'"\r\n'
            b"Content-Disposition: attachment",
            "裸申.pdf",
            id="bare gbk in the type",
        ),
        pytest.param(
            b"Content-Disposition: attachment; filename=%E7%94%B3%E6%8A%A5.pdf",
            "申报.pdf",
            id="percent signs",
        ),
        pytest.param(
            b'Content-Disposition: attachment; filename="../..\\etc/a.pdf"', ".._.._etc_a.pdf", id="a path"
        ),
    ],
)
def test_a_files_name_is_read(header: bytes, found: str) -> None:
    assert files_of(header) == [found]


def test_files_of_a_mail_within_a_mail_are_its_files() -> None:
    inner = b"Subject: inner\r\nContent-Type: application/pdf; name=inner.pdf\r\n"

    assert files_of(b"Content-Type: message/rfc822\r\n\r\n" + inner) == ["inner.pdf"]


def test_of_a_page_only_its_words_are_kept() -> None:
    page = '<title>t</title><p>镕先生：</p><script>alert("x")</script><br>请查收\x00'.encode("gbk")

    assert (
        read_mail(HEAD + b"Content-Type: text/html; charset=gb2312\r\n\r\n" + page).text == "镕先生：\n请查收"
    )


def test_an_encoded_name_brings_no_address_in() -> None:
    raw = (
        b"From: "
        + word(b"city@office.example <city@office.example>", "utf-8")
        + b" <evil@x.example>\r\n\r\nx"
    )

    assert read_mail(raw).sender == "evil@x.example"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (b"Wed, 9 Mar 2022 10:00:00 +0800", datetime(2022, 3, 9, 2, tzinfo=UTC)),
        (b"Wed, 9 Mar 2022 10:00:00", None),
        (b"Fri, 31 Dec 9999 23:59:59 -1200", None),
        (b"never", None),
    ],
)
def test_a_time_is_one_or_none(date: bytes, moment: datetime | None) -> None:
    assert read_mail(HEAD + b"Date: " + date + b"\r\n\r\nx").sent_at == moment


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\r\n", b"\n\n", b"Subject: only\r\n\r\n"])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(NoMail):
        read_mail(raw)
