"""Agreements as PDF: a hundred issued one after another from the record, each noted in the audit trail."""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tasks.papers.issuing import issue_document
from tests.factory import PROVINCE, actor
from tests.tasks.scenes import COUNTY_PAIR, draft, signing_bench

AGREEMENTS, LIMIT_S = 100, 60.0


def run() -> Iterator[tuple[str, float, str]]:
    """Issues one agreement again and again: each time it is read, filled, set and noted as if it were the first."""
    with tempfile.TemporaryDirectory() as folder:
        bench = signing_bench(f"sqlite:///{Path(folder) / 'house.sqlite'}")
        draft(bench, COUNTY_PAIR)
        who, began = actor(PROVINCE), time.perf_counter()
        issue_document(bench.house, who, "agreement", COUNTY_PAIR, "pdf")
        first = time.perf_counter() - began
        began = time.perf_counter()
        for _ in track(range(AGREEMENTS), console=Console(stderr=True), description="PDF"):
            issue_document(bench.house, who, "agreement", COUNTY_PAIR, "pdf")
        seconds = time.perf_counter() - began
        bench.house.engine.dispose()
    yield "the first agreement, fonts and template read", first, "s"
    yield f"{AGREEMENTS} agreements as PDF", seconds, "s"
    yield f"share of the {LIMIT_S:.0f} s they may take", seconds / LIMIT_S, "times"
    yield "peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB"
