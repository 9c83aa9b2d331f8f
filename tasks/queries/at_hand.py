"""What an office can do now though no step of its own says so: it waits for nobody's date."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlmodel import col

from models.application import Submission
from models.opening import Batch
from models.review import PanelMember
from models.rules.access import Viewer
from tasks.work import Work

_HANDED_IN = ("emailed", "posted", "arrived", "registered")


@dataclass(frozen=True, slots=True)
class AtHand:
    """One thing to do: `kind` is `papers` (so many cities' papers on their way) or `panel` (none formed yet)."""

    kind: str
    batch: int
    label: str
    count: int = 0


def at_hand(work: Work, viewer: Viewer) -> tuple[AtHand, ...]:
    """What the province can do beside its steps: papers to register when they come (K24), a panel to form (K25)."""
    if viewer.role != "province_civil":
        return ()
    run = work.session.connection().execute
    posted = (
        select(col(Batch.number), col(Batch.label), func.count())
        .join(Submission, col(Submission.batch) == col(Batch.number))
        .where(col(Submission.state) == "posted")
        .group_by(col(Batch.number), col(Batch.label))
    )
    without_panel = select(col(Batch.number), col(Batch.label)).where(
        col(Batch.state) == "open",
        exists().where(col(Submission.batch) == col(Batch.number), col(Submission.state).in_(_HANDED_IN)),
        ~exists().where(col(PanelMember.batch) == col(Batch.number)),
    )
    papers = [AtHand("papers", number, label, count) for number, label, count in run(posted)]
    return (*papers, *(AtHand("panel", number, label) for number, label in run(without_panel)))
