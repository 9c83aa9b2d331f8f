"""The canonical export: the same programme gives the same bytes, whatever the technical order or the database."""

import json

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from tasks.queries.export import LEFT_OUT, export_canonical
from tests.factory import Bench
from tests.tasks.queries.story import told_bench
from tests.tasks.yearend import PAIRS

TECHNICAL = {"id", "seq", "prev", "hash", "step_id", "occasion_id", "claimed_by", "lease_until", "attempts"}


def exported(bench: Bench) -> list[str]:
    """The whole export."""
    with bench.house.look() as work:
        return list(export_canonical(work))


def test_another_order_of_the_same_acts_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    first, second = (
        exported(told_bench(f"sqlite:///{tmp_path_factory.mktemp('order')}/one.sqlite", pairs=pairs))
        for pairs in (PAIRS, PAIRS[::-1])
    )

    assert first == second


def test_both_databases_give_the_same_bytes(sqlite_url: str, postgres_url: str) -> None:
    assert exported(told_bench(sqlite_url)) == exported(told_bench(postgres_url))


def test_every_business_table_is_there_and_nothing_technical(sqlite_url: str) -> None:
    bench = told_bench(sqlite_url)

    rows = [json.loads(line) for line in exported(bench)]

    with bench.house.look() as work:
        filled = {
            name
            for name in SQLModel.metadata.tables
            if work.session.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() is not None
        }
    assert {table for table, _values in rows} == filled - LEFT_OUT
    assert {name for _table, values in rows for name in values} & TECHNICAL == set()


def test_a_row_is_plain_json_in_its_tables_place(sqlite_url: str) -> None:
    lines = exported(told_bench(sqlite_url))

    tables = [json.loads(line)[0] for line in lines]
    assert tables == sorted(tables)
    batch = next(json.loads(line)[1] for line in lines if line.startswith('["batch",'))
    assert (batch["number"], batch["state"], batch["opened_on"]) == (1, "running", "2022-02-25")
    occasions = [json.loads(line)[1] for line in lines if line.startswith('["occasion",')]
    assert {one["step"] for one in occasions} == {f"S18:{pair}:2022" for pair in PAIRS}
