"""The read-only views: exactly the columns that DESIGN names, on both databases."""

import pytest
from sqlalchemy import text

from models.views import create_views, drop_views
from tests.factory import make_bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import COUNTY_PAIR

COLUMNS = {
    "v_steps": "id kind batch subject city owner opened_at due_on provisional state settled_at reminded escalated",
    "v_outbox": "key message_id kind recipient state attempts created_at sent_at",
    "v_audit": "seq at actor act subject prev hash",
    "v_ledger": "entry payment leg batch year pair account fen booked_at",
    "v_rollup": "year batch city indicator promised achieved",
}


def test_views_have_the_columns_others_build_on(database_url: str) -> None:
    bench = make_bench(database_url)

    with bench.house.look() as work:
        found = {
            view: " ".join(work.session.connection().execute(text(f"SELECT * FROM {view}")).keys())
            for view in COLUMNS
        }

    assert found == COLUMNS


def test_views_are_dropped_and_created_again(database_url: str) -> None:
    bench = make_bench(database_url)

    with bench.work() as work:
        drop_views(work.session.connection())
        create_views(work.session.connection())
        create_views(work.session.connection())
        assert work.session.connection().execute(text("SELECT COUNT(*) FROM v_steps")).scalar_one() == 0


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            f"SELECT state, reminded, escalated FROM v_steps WHERE id = 'S18:{COUNTY_PAIR}:2022'",
            [("settled", 1, 0)],
        ),
        (
            "SELECT leg, SUM(fen), SUM(ABS(fen)) FROM v_ledger GROUP BY leg ORDER BY leg",
            [
                ("A", 0, 18_000_000),
                ("B", 0, 18_000_000),
                ("C", 0, 6_000_000),
            ],
        ),
        ("SELECT COUNT(*) FROM v_outbox WHERE kind = 'digest' AND recipient LIKE '%.example'", [(3,)]),
        (
            "SELECT DISTINCT actor FROM v_audit WHERE act = 'evaluation.submit_report'",
            [("430100-mz.officer",)],
        ),
        (
            "SELECT city, promised, achieved FROM v_rollup WHERE year = 2022 AND indicator IN ('trainings', 'invested')"
            " ORDER BY city, indicator",
            [("430100", 0, 80_000), ("430100", 16, 2), ("430300", 0, 40_000), ("430300", 8, 0)],
        ),
    ],
    ids=("steps", "ledger", "outbox", "audit", "rollup"),
)
def test_a_view_shows_the_records(sqlite_url: str, query: str, rows: list[tuple[object, ...]]) -> None:
    bench = told_bench(sqlite_url)

    with bench.house.look() as work:
        found = [tuple(row) for row in work.session.connection().execute(text(query))]

    assert found == rows
