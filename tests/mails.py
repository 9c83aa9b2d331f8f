"""Mails as offices send them: forms, summaries and scans, and what else lies in a mailbox."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from models.clock import as_instant
from tests.models.rules.corpus import PDF

File = tuple[str, bytes]


def mail_of(
    sender: str,
    *files: File,
    subject: str = "报送申报材料",
    text: str = "请查收。",
    number: str = "1",
    sent_at: str = "2022-03-09T10:00",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """One mail with these files, as bytes."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "shouli@hunan.example"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(as_instant(sent_at))
    mail["Message-ID"] = f"<{number}@city.example>"
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def scan(name: str) -> File:
    """A stamped scan: different bytes for each name."""
    return name, PDF + name.encode() + b"\n%%EOF\n"
