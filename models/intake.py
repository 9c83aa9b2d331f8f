"""The mails that came into the programme's mailbox: each registered once, with what was found in it (K23, A3)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from models.columns import Facts, Instant
from models.row import Row


class ReceivedMail(Row, table=True):
    """One mail. `findings` is what was found in it, file by file; `answer` what was answered, or why nothing was.

    `identity` is the same for the same mail, however often it comes. `sent_at` is its header's time, `arrived_at` the
    mailbox's own. The files lie in the store: the mail as it came under `raw`, its attachments as attachments.
    """

    __tablename__ = "received_mail"

    number: str = Field(primary_key=True)
    identity: str = Field(unique=True)
    message_id: str = Field(sa_type=Text)
    sender: str
    sender_name: str = ""
    person: str | None = None
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    state: str = Field(default="waiting")
    batch: int | None = Field(default=None, foreign_key="batch.number")
    city: str | None = Field(default=None, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    arrived_at: datetime | None = Field(default=None, sa_type=Instant)
    received_at: datetime = Field(sa_type=Instant)
    raw: str
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=Facts)
    answer: str = ""
    remark: str = ""


class MailboxPlace(Row, table=True):
    """How far a folder of the programme's mailbox has been read: the last number under the folder's validity."""

    __tablename__ = "mailbox_place"

    folder: str = Field(primary_key=True)
    validity: str
    uid: int
