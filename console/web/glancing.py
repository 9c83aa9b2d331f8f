"""What the pages at a glance share: the batch and year that are looked at, their tabs, and the runs behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import select
from sqlmodel import col

from console.web.visit import Visit
from console.web.wording import page_words
from models.opening import Batch
from models.rules.access import Right, Scope, has_right
from models.rules.fieldwork import work_years
from tasks.queries.reach import OF_PAIRS
from tasks.queries.scope import reach
from tasks.refusal import NotFound
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: what it says, where it leads, whether it is the one shown."""

    label: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """One page at a glance: its batch and year, the tabs of batches, of the views the role may see, and of years."""

    batch: Batch
    year: int
    batches: tuple[Tab, ...]
    views: tuple[Tab, ...]
    years: tuple[Tab, ...]


def glance_of(visit: Visit) -> Glance:
    """The page that the address asks for; raises NotFound for a batch that there is not.

    Without a batch it is the latest that has been announced; without a year today's, within the batch's years.
    """
    work, here = visit.work, visit.request.url.path
    every = list(work.session.execute(select(Batch).order_by(col(Batch.number))).scalars())
    batch = _chosen(every, visit.query.get("batch", ""))
    years = years_of(work, batch)
    wanted = visit.query.get("year", "")
    year = int(wanted) if wanted.isdecimal() and int(wanted) in years else _nearest(years, work.today.year)
    role = visit.viewer.role
    views = [
        one
        for one in page_words("overview")["views"]
        if has_right(role, Right.READ, one.get("kind", "batch"))
    ]
    return Glance(
        batch,
        year,
        tuple(Tab(one.label, f"{here}?batch={one.number}", one.number == batch.number) for one in every),
        tuple(Tab(one["label"], f"{one['path']}?batch={batch.number}", one["path"] == here) for one in views),
        tuple(Tab(str(one), f"{here}?batch={batch.number}&year={one}", one == year) for one in years),
    )


def years_of(work: Work, batch: Batch) -> tuple[int, ...]:
    """The work years of a batch (A13)."""
    found = work_years(batch.period_start, batch.period_end, work.rules(batch.number))
    return tuple(one.year for one in found)


def runs_behind(visit: Visit, *tags: str) -> str:
    """Where the engine's dashboard shows the runs of a tag; '' for who has no business there."""
    if not visit.console.prefect or not has_right(visit.viewer.role, Right.READ, "operation"):
        return ""
    return f"{visit.console.prefect}/runs?" + urlencode([("tag", one) for one in tags])


def tables_behind(visit: Visit, key: str) -> str:
    """Where the engine's dashboard shows what a run left under a key; '' for who has no business there."""
    return f"{visit.console.prefect}/artifacts/key/{key}" if runs_behind(visit) else ""


def steps_lead_on(visit: Visit) -> bool:
    """Whether the lists of steps reach as far as the figures, so that a figure can be opened."""
    return reach(visit.viewer, "reminder") in (Scope.ALL, Scope.CITY, Scope.COUNTY)


def cities_lead_on(visit: Visit) -> bool:
    """Whether the page of a city may be opened by somebody who sees a figure of it: not by an institution."""
    return reach(visit.viewer, OF_PAIRS) in (Scope.ALL, Scope.CITY, Scope.COUNTY)


def _chosen(every: Sequence[Batch], wanted: str) -> Batch:
    if wanted:
        for one in every:
            if str(one.number) == wanted:
                return one
        raise NotFound("act.no_batch", field="batch", batch=wanted)
    if not every:
        raise NotFound("act.no_batch", field="batch", batch=1)
    announced = [one for one in every if one.state != "preparing"]
    return (announced or list(every[:1]))[-1]


def _nearest(years: Sequence[int], year: int) -> int:
    return min(max(year, years[0]), years[-1])
