"""Evaluation: each year both sides report, the nominator judges, the city reports, the province closes the year."""

from tasks.chores import Chore
from tasks.work import Work


def chores(work: Work) -> list[Chore]:
    """Nothing yet."""
    return []
