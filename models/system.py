"""What the database knows about itself: its schema, the pack it runs under, and how far a replay has come."""

from datetime import datetime

from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Setting(Row, table=True):
    """A fact about this installation: pack digest, demonstration or real use."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str


class Chapter(Row, table=True):
    """How far a replay has come: the virtual instant up to which everything has been played."""

    __tablename__ = "chapter"

    name: str = Field(primary_key=True)
    seed: int
    began_at: datetime = Field(sa_type=Instant)
    played_to: datetime = Field(sa_type=Instant)
