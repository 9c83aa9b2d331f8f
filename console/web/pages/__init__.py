"""The console's pages, one module per stage or subject; each registers its routes with the access they need."""

from console.web.pages import (
    acts,
    application,
    applications,
    audit,
    bulk,
    calendars,
    entry,
    form,
    health,
    letters,
    metrics,
    operation,
    organisations,
    rehearsal,
    steps,
    submission,
    todo,
)
from console.web.routes import Pages

ALL: tuple[Pages, ...] = (
    acts.pages,
    application.pages,
    applications.pages,
    audit.pages,
    bulk.pages,
    calendars.pages,
    entry.pages,
    form.pages,
    health.pages,
    letters.pages,
    metrics.pages,
    operation.pages,
    organisations.pages,
    rehearsal.pages,
    steps.pages,
    submission.pages,
    todo.pages,
)
"""The pages of the console; which route is tried first does not depend on their order."""
