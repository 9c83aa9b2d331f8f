"""The words of a mail, however its program wrote them: RFC 2047, RFC 2231, bare bytes, a page of HTML."""

from __future__ import annotations

import binascii
import re
from contextlib import suppress
from email.header import decode_header
from email.message import Message
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes

_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
}
"""Programs say gb2312 and write what only its successor has."""
_ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)*")
_GUESSES = ("utf-8", "gb18030")


def decoded(content: bytes, charset: str | None) -> str:
    """Bytes in the charset that was named, else in what they turn out to be; signs that are none are replaced."""
    named = (charset or "").lower().strip()
    known = _WIDER.get(named, named)
    for one in (known, *_GUESSES):
        try:
            if one and one not in ("unknown-8bit", "us-ascii", "ascii"):
                return content.decode(one)
        except (LookupError, UnicodeDecodeError):
            continue
    try:
        return content.decode(known or "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def header_text(message: Message, name: str) -> str:
    """A header in one line, '' where there is none; never raises for what somebody wrote into it."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower() == wanted:
            return words_text(str(value))
    return ""


def words_text(value: str) -> str:
    """Encoded words as text; bytes that stand there bare are read as what they turn out to be."""
    plain = value if value.isascii() else decoded(value.encode("utf-8", errors="surrogateescape"), None)
    return _line(_ENCODED.sub(lambda found: _words_of(found[0]), plain))


def _words_of(run: str) -> str:
    """Encoded words side by side, joined before they are decoded: some programs cut a sign in two."""
    try:
        parts = decode_header(run)
    except (ValueError, binascii.Error, LookupError):
        return run
    return "".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts)


def file_name(part: Message) -> str:
    """The name of an attachment, '' where it has none."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        found = _parameter(part, header, parameter)
        if isinstance(found, tuple):
            charset, _language, text = found
            return _line(decoded(text.encode("raw-unicode-escape"), charset))
        if found:
            name = words_text(str(found))
            return _line(decoded(unquote_to_bytes(name), None)) if _is_quoted(name) else name
    return ""


def _parameter(part: Message, header: str, name: str) -> str | tuple[str | None, str | None, str] | None:
    """One parameter of a header; bytes that stand bare in it are made text before it is taken apart."""
    for key, value in part.raw_items():
        if key.lower() == header:
            plain = str(value)
            if not plain.isascii():
                plain = decoded(plain.encode("utf-8", errors="surrogateescape"), None)
            alone = Message()
            alone[header] = " ".join(plain.split())
            with suppress(ValueError, LookupError, TypeError):
                found: str | tuple[str | None, str | None, str] | None = alone.get_param(name, header=header)
                return found
    return None


def words_of_page(markup: str) -> str:
    """The words that a page of HTML shows, line by line; nothing of it is run or fetched."""
    reader = _Words()
    with suppress(AssertionError, ValueError):
        reader.feed(markup)
    return "".join(reader.found).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


_HIDDEN = ("script", "style", "title")
_BREAKS = ("br", "p", "div", "tr", "li")


def _is_quoted(name: str) -> bool:
    """Whether a name is percent-encoded through and through, as some web mailers write it."""
    return bool(re.fullmatch(r"(?:%[0-9A-Fa-f]{2}|[\w.\-])+", name, re.ASCII)) and "%" in name


def _line(text: str) -> str:
    # Half of a surrogate pair cannot be stored anywhere.
    clean = text.encode("utf-8", errors="replace").decode("utf-8")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in clean).split())
