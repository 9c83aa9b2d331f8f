"""The console's pages, one module per stage or subject; each registers its routes with the access they need."""

from console.web.pages import (
    acts,
    agreement,
    batches,
    bulk,
    deciding,
    entry,
    health,
    pairing,
    pairs,
    review,
    roster,
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
    agreement.pages,
    batches.pages,
    pairing.pages,
    pairs.pages,
    deciding.pages,
    review.pages,
    roster.pages,
)
"""The pages of the console, in the order in which their routes are tried."""
