"""How people are reached: addresses that no longer work, the mails that said so, and what the operator has to do."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class DeadAddress(Row, table=True):
    """An address that does not work from a day on, with the evidence; letters written later go to the office.

    The mark belongs to the address, not to the person: who gives another address is reached at once. `address` is in
    lower case. A mark that was a mistake is lifted, never deleted.
    """

    __tablename__ = "dead_address"

    address: str = Field(primary_key=True)
    since: date = Field(primary_key=True)
    letter: str
    status: str
    evidence: str
    bounce: str
    lifted_on: date | None = None


class Bounce(Row, table=True):
    """A delivery status mail that was read; its digest makes reading the same mail twice have one effect."""

    __tablename__ = "bounce"

    digest: str = Field(primary_key=True)
    read_at: datetime = Field(sa_type=Instant)
    verdict: str
    letter: str | None = None
    address: str | None = None
    status: str = ""
    diagnostic: str = ""
    source: str = ""


class Todo(Row, table=True):
    """Something only the operator can mend; of one kind and subject at most one is open."""

    __tablename__ = "todo"
    __table_args__ = (
        Index(
            "uq_todo_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    key: str = Field(primary_key=True)
    kind: str
    subject: str
    since: date
    detail: str = ""
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    done_by: str = ""
    note: str = ""
