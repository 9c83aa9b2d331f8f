"""The console's pages, one module per stage or subject; each registers its routes with the access they need."""

from console.web.pages import (
    acts,
    audit,
    bulk,
    calendars,
    entry,
    health,
    letters,
    links,
    metrics,
    operation,
    organisations,
    rehearsal,
    steps,
    todo,
)
from console.web.routes import Pages

ALL: tuple[Pages, ...] = (
    health.pages,
    entry.pages,
    todo.pages,
    steps.pages,
    acts.pages,
    bulk.pages,
    audit.pages,
    calendars.pages,
    rehearsal.pages,
    letters.pages,
    links.pages,
    metrics.pages,
    operation.pages,
    organisations.pages,
)
"""The pages of the console, in the order in which their routes are tried."""
