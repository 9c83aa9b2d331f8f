"""The people and the days (S18 to S21)."""

from tasks.chores import Chore
from tasks.work import Work


def chores(work: Work) -> list[Chore]:
    """Nothing yet."""
    return []
