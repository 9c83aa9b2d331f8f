"""What a person has chosen about the daily digest; whoever has chosen nothing gets it after the sweep, with all."""

from datetime import datetime

from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class DigestChoice(Row, table=True):
    """One person's digest: `digest_at` (HH:MM in China) and how many working days before a date reminders begin."""

    __tablename__ = "digest_choice"

    person: str = Field(primary_key=True, foreign_key="person.code")
    digest_at: str
    notice_days: int
    chosen_at: datetime = Field(sa_type=Instant)
