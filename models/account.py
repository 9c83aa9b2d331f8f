"""Accounts of people, their sign-ins, what they have sent already, and links that work once."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Account(Row, table=True):
    """A person may sign in. The hash is argon2's own text; an empty one lets nobody in.

    `failures` are the wrong passwords in a row since the last right one or the last lock.
    """

    __tablename__ = "account"

    person: str = Field(primary_key=True, foreign_key="person.code")
    password_hash: str = Field(default="", repr=False)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=Instant)
    must_change: bool = False
    active: bool = True
    last_sign_in: datetime | None = Field(default=None, sa_type=Instant)
    operator: bool = False


class SignIn(Row, table=True):
    """One browser of one person, who acts for one office at a time; only a hash of its token is kept.

    `demonstration` marks one that was entered without a password: it holds in a sample house only, where days pass in
    seconds, and does not expire.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "person", "began_at"),)

    token_hash: str = Field(primary_key=True, repr=False)
    person: str = Field(foreign_key="person.code")
    organisation: str = Field(foreign_key="organisation.code")
    in_place_of: str | None = Field(default=None, foreign_key="person.code")
    csrf: str = Field(repr=False)
    began_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    address: str = ""
    demonstration: bool = False


class Posting(Row, table=True):
    """A form that was sent under a key and has had its effect: sent again it has none.

    `key` is the sender's own key behind their code, `digest` the SHA-256 of the form as it was read (passwords in it
    are not), `location` where the result is shown.
    """

    __tablename__ = "posting"

    key: str = Field(primary_key=True)
    act: str
    digest: str
    at: datetime = Field(sa_type=Instant)
    location: str = ""


class Link(Row, table=True):
    """A link in a letter that works once, until an instant, for one purpose and subject."""

    __tablename__ = "signed_link"

    token_hash: str = Field(primary_key=True, repr=False)
    purpose: str
    subject: str
    person: str | None = Field(default=None, foreign_key="person.code")
    organisation: str = Field(foreign_key="organisation.code")
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class CalendarFeed(Row, table=True):
    """The salt of a person's calendar address: a new one makes every address of before worthless."""

    __tablename__ = "calendar_feed"

    person: str = Field(primary_key=True, foreign_key="person.code")
    salt: str = Field(repr=False)
    made_at: datetime = Field(sa_type=Instant)
