"""The batch that a page is about: asked for in its address, or the latest; and the tabs that lead to the others."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from console.web.visit import Visit
from console.web.wording import page_words
from models.opening import Batch

BEFORE = ("preparing",)
"""A batch in these states has nothing yet to look at."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One batch to go to; `here` is the one that is shown."""

    label: str
    path: str
    here: bool


def batch_asked(visit: Visit) -> int | None:
    """The batch of the address, None for all of them (`batch=all`); without one the latest that has been announced."""
    asked = visit.query.get("batch", "")
    if asked == "all":
        return None
    numbers = [number for number, _ in _batches(visit)]
    if asked.isdecimal() and int(asked) in numbers:
        return int(asked)
    return numbers[-1] if numbers else None


def batch_tabs(visit: Visit, path: str, shown: int | None, *, all_too: bool = True) -> list[Tab]:
    """A tab for each batch that has begun, and one for all."""
    tabs = [Tab(label, f"{path}?batch={number}", number == shown) for number, label in _batches(visit)]
    if all_too:
        tabs.append(Tab(page_words("applications")["all_batches"], f"{path}?batch=all", shown is None))
    return tabs


def _batches(visit: Visit) -> list[tuple[int, str]]:
    wanted = select(col(Batch.number), col(Batch.label)).where(col(Batch.state).not_in(BEFORE))
    return [
        (n, label) for n, label in visit.work.session.connection().execute(wanted.order_by(col(Batch.number)))
    ]
