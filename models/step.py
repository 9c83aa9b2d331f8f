"""Steps: what somebody owes by some date, with the policy it was opened under and the occasions it gave."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Step(Row, table=True):
    """One obligation. `due_on` is empty while its date is not yet known; `next_on` is its next reminder or rung."""

    __tablename__ = "step"
    __table_args__ = (
        Index(
            "ix_step_next",
            "next_on",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "uq_step_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_step_subject", "kind", "subject"),
        *(
            Index(
                name,
                *columns,
                sqlite_where=text("state = 'open'"),
                postgresql_where=text("state = 'open'"),
            )
            for name, columns in (
                ("ix_step_owner", ("owner", "due_on", "key")),
                ("ix_step_city", ("city", "due_on", "key")),
                ("ix_step_due", ("due_on", "key")),
            )
        ),
        Index("ix_step_pair", "pair"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    batch: int | None = None
    subject: str
    city: str | None = None
    pair: str | None = None
    owner: str
    opened_at: datetime = Field(sa_type=Instant)
    anchor: str
    anchor_on: date
    due_on: date | None = None
    first_due_on: date | None = None
    provisional: bool = False
    policy: str
    state: str = "open"
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    opened_event: int | None = None
    settled_event: int | None = None
    next_on: date | None = None


class StepParty(Row, table=True):
    """Which organisation a party of the step's ladder is, resolved when the step was opened."""

    __tablename__ = "step_party"

    step_id: int = Field(primary_key=True, foreign_key="step.id")
    party: str = Field(primary_key=True)
    organisation: str = Field(primary_key=True)


class PolicyMark(Row, table=True):
    """One reminder or rung of a policy; a policy is never changed, a new one gets a new digest as its name.

    The last rung of a ladder comes again every `repeat_workdays` until the step is settled.
    """

    __tablename__ = "policy_mark"

    policy: str = Field(primary_key=True)
    nature: str = Field(primary_key=True)
    day_offset: int = Field(primary_key=True)
    repeat_workdays: int | None = None


class PolicyTell(Row, table=True):
    """Whom a mark tells: a party and one of its duties."""

    __tablename__ = "policy_tell"

    policy: str = Field(primary_key=True)
    nature: str = Field(primary_key=True)
    day_offset: int = Field(primary_key=True)
    party: str = Field(primary_key=True)
    duty: str = Field(primary_key=True)


class Extension(Row, table=True):
    """A due date moved by an officer, with the reason; shown with the step."""

    __tablename__ = "extension"

    step_key: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    old_due_on: date | None = None
    new_due_on: date
    reason: str
    officer: str
    at: datetime = Field(sa_type=Instant)


class Occasion(Row, table=True):
    """A reminder or rung that was due on `nominal_on` and was noticed on `made_on`."""

    __tablename__ = "occasion"
    __table_args__ = (
        Index("uq_occasion", "step_id", "nature", "day_offset", "nominal_on", unique=True),
        Index("ix_occasion_made", "made_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    step_id: int = Field(foreign_key="step.id")
    nature: str
    day_offset: int
    nominal_on: date
    made_on: date


class Notice(Row, table=True):
    """An occasion told to one person; joined to the digest letter of the day that carries it.

    `person` is the organisation itself where nobody holds the duty. `on_behalf_of` is whose deputy is told.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_letter", "letter_key"),
        Index(
            "ix_notice_loose",
            "person",
            sqlite_where=text("letter_key IS NULL"),
            postgresql_where=text("letter_key IS NULL"),
        ),
    )

    occasion_id: int = Field(primary_key=True, foreign_key="occasion.id")
    person: str = Field(primary_key=True)
    organisation: str
    on_behalf_of: str | None = None
    letter_key: str | None = None


class CalendarDay(Row, table=True):
    """The working-day table inside the database, so that the sweep counts in SQL by ranks."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        Index(
            "ix_calendar_rank",
            "rank",
            unique=True,
            sqlite_where=text("is_workday"),
            postgresql_where=text("is_workday"),
        ),
    )

    day: date = Field(primary_key=True)
    is_workday: bool
    rank: int
    provisional: bool = False
