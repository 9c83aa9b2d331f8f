"""Own funds: recorded once for a pair, year, institution and source (K07, K45)."""

import pytest

from models.disbursement import OwnFunds
from tasks.refusal import AlreadyDone
from tests.tasks.scenes import COUNTY_CASE, COUNTY_PAIR, rows
from tests.tasks.working import working_bench

FUNDS = {"pair": COUNTY_PAIR, "year": 2022, "fen": 120_000, "note": "县财政（示例）"}


def test_own_funds_of_a_source_are_recorded_once(database_url: str) -> None:
    bench = working_bench(database_url)
    bench.act("disbursement.record_own_funds", COUNTY_CASE, source="fiscal", **FUNDS)

    with pytest.raises(AlreadyDone):
        bench.act("disbursement.record_own_funds", COUNTY_CASE, source="fiscal", **FUNDS)
    bench.act("disbursement.record_own_funds", COUNTY_CASE, source="lottery", **FUNDS)

    assert [(one.source, one.fen) for one in rows(bench, OwnFunds)] == [
        ("fiscal", 120_000),
        ("lottery", 120_000),
    ]
