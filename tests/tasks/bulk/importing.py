"""Imports in the tests of use-cases: a file looked over by somebody, and done by them as the console does it."""

from typing import Any

from tasks.bulk.sheets import ACTS, LookedOver, form_of, look_over, read_sheet
from tasks.file_store import keep_file
from tasks.postings import Performed, perform_once
from tasks.work import SentFile
from tests.factory import Bench, actor


def looked(
    bench: Bench, organisation: str, kind: str, content: bytes, batch: int | None = None
) -> LookedOver:
    """What a file would do for the officer of an organisation."""
    with bench.house.look(actor(organisation)) as work:
        return look_over(work, read_sheet(kind, "名册.xlsx", content), batch)


def done(
    bench: Bench, organisation: str, kind: str, content: bytes, batch: int | None = None, **changes: Any
) -> Performed:
    """The same file written; its bytes lie in the store where the house has one."""
    over = looked(bench, organisation, kind, content, batch)
    files = []
    if bench.house.home is not None:
        kept = keep_file(bench.house.home, content, "名册.xlsx")
        files = [SentFile("sheet", kept.sha256, kept.name, kept.media_type, kept.size)]
    given = {**form_of(over, batch), **changes}
    return perform_once(bench.house, ACTS[kind], actor(organisation), None, given, files=files)


def counts(over: LookedOver) -> tuple[int, int, int, int]:
    """New, changed, same, wrong."""
    told = over.plan.counts
    return told["new"], told["changed"], told["same"], told["wrong"]


def cells(over: LookedOver) -> list[tuple[str, str]]:
    """Where faults are and in which column."""
    return [(one.place.cell, one.label) for one in over.plan.faults]
