"""Files that people hand in: each content once, and what it is attached to; the bytes lie in the data folder."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class StoredFile(Row, table=True):
    """A content that lies in `files/<aa>/<sha256>` of the data folder; its names stand with its attachments."""

    __tablename__ = "stored_file"

    sha256: str = Field(primary_key=True)
    media_type: str
    size: int
    by: str
    at: datetime = Field(sa_type=Instant)


class Attachment(Row, table=True):
    """A file attached to an object for a purpose, under the name it was handed in with.

    `code` is the version code read off a stamped scan. The name is the attachment's, not the file's: whoever hands in
    the same content later learns nothing of others.
    """

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("subject_type", "subject", "purpose", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    subject_type: str
    subject: str
    purpose: str
    sha256: str = Field(foreign_key="stored_file.sha256")
    name: str
    note: str = ""
    code: str = ""
    by: str
    at: datetime = Field(sa_type=Instant)
