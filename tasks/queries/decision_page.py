"""What the province decides on: every application that waits for a decision, its place, and what is suggested."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.organisation import Organisation
from tasks.queries.review_board import review_ranking
from tasks.queries.review_progress import ReviewProgress, review_progress
from tasks.work import Work

UNDECIDED = ("checked", "correcting")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One application under decision; `place` counts those with a score, `scores` how many have given one."""

    application: str
    institution: str
    city: str
    state: str
    place: int | None
    mean: Fraction | None
    scores: int
    judges: int
    tied: bool
    suggested: str


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """The candidates in the order of their means, the meeting's quorum, how many are tied or short of scores (A23)."""

    candidates: tuple[Candidate, ...]
    progress: ReviewProgress
    ties: int
    short: int


def decision_page(work: Work, batch: int) -> DecisionPage:
    """The applications of a batch that the decision must name.

    Suggested is approval for as many as Shenzhen has senders, in the order of the scores; then waiting; rejection for
    those without a score. It binds nobody.
    """
    progress = review_progress(work, batch)
    names = _undecided(work, batch)
    candidates: list[Candidate] = []
    for row in review_ranking(work, batch):
        if row.application not in names:
            continue
        place = len(candidates) + 1 if row.mean is not None else None
        suggested = "rejected"
        if place is not None:
            suggested = "approved" if place <= progress.senders or not progress.senders else "waiting"
        institution, state = names.pop(row.application)
        candidates.append(
            Candidate(
                row.application,
                institution,
                row.city,
                state,
                place,
                row.mean,
                row.scored,
                len(row.opinions),
                bool(row.tied_with),
                suggested,
            )
        )
    candidates += [
        Candidate(key, name, "", state, None, None, 0, 0, False, "rejected")
        for key, (name, state) in sorted(names.items())
    ]
    short = sum(one.scores < progress.least for one in candidates)
    return DecisionPage(tuple(candidates), progress, sum(one.tied for one in candidates), short)


def _undecided(work: Work, batch: int) -> dict[str, tuple[str, str]]:
    wanted = (
        select(col(Application.key), col(Organisation.name), col(Application.state))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(col(Application.batch) == batch, col(Application.state).in_(UNDECIDED))
    )
    rows = work.session.connection().execute(wanted)
    return {key: (name, state) for key, name, state in rows}
