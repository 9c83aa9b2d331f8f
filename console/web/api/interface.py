"""The whole JSON interface: loading this module registers every operation."""

import console.web.api.acting
import console.web.api.reading  # noqa: F401  (their operations register themselves)
from console.web.api.operations import router

ROUTES = tuple(router.routes)
"""The operations of `/api/v1`."""
