"""The console's pages, one module per stage or subject; each registers its routes with the access they need."""

from console.web.pages import (
    acts,
    agreement,
    application,
    applications,
    batches,
    bulk,
    deciding,
    entry,
    form,
    health,
    pairing,
    pairs,
    review,
    roster,
    steps,
    submission,
    todo,
)
from console.web.routes import Pages

ALL: tuple[Pages, ...] = (
    health.pages,
    entry.pages,
    todo.pages,
    steps.pages,
    form.pages,
    application.pages,
    applications.pages,
    submission.pages,
    agreement.pages,
    batches.pages,
    deciding.pages,
    pairing.pages,
    pairs.pages,
    review.pages,
    roster.pages,
    acts.pages,
    bulk.pages,
)
"""The pages of the console, in the order in which their routes are tried."""
