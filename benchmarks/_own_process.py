"""Work done in a process of its own: what filling a database takes is not what the measured work takes."""

import multiprocessing
from collections.abc import Callable
from typing import Any


def in_own_process(body: Callable[..., None], *given: Any) -> None:
    """Has a function of a module done elsewhere and waits for it; raises RuntimeError where it did not end well."""
    process = multiprocessing.get_context("spawn").Process(target=body, args=given)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{body.__name__} ended with {process.exitcode}")
