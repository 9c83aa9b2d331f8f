"""The ledger: two lines an entry that sum to zero, a reversal is a new entry, and nothing is ever changed."""

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.factory import PROVINCE, Bench
from tests.tasks.scenes import CITY, CITY_PAIR, COUNTY, COUNTY_CASE, COUNTY_PAIR
from tests.tasks.working import enter, pay, receive, reverse, working_bench

LEG_C = f"1:2022:{COUNTY_PAIR}:C"


def lines(bench: Bench) -> list[tuple[str, str, int]]:
    """The ledger as (entry, account, fen), in order."""
    with bench.work() as work:
        rows = work.session.connection().execute(
            text("SELECT entry, account, fen FROM ledger_line ORDER BY entry, account")
        )
        return [(entry, account, fen) for entry, account, fen in rows]


def test_nothing_is_booked_before_the_approval(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    voucher = enter(bench, "C", COUNTY_PAIR)
    bench.act("disbursement.cancel_payment", COUNTY, voucher=voucher.key, reason="填错")

    assert lines(bench) == []


def test_payment_is_two_lines_that_sum_to_zero(database_url: str) -> None:
    bench = working_bench(database_url)

    pay(bench, "C", COUNTY_PAIR)

    assert lines(bench) == [(LEG_C, COUNTY, -1_000_000), (LEG_C, COUNTY_CASE, 1_000_000)]


def test_voucher_for_two_pairs_is_two_entries(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    pay(bench, "A", CITY_PAIR, pairs=[CITY_PAIR, COUNTY_PAIR])

    assert lines(bench) == [
        (f"1:2022:{pair}:A", account, fen)
        for pair in (CITY_PAIR, COUNTY_PAIR)
        for account, fen in ((PROVINCE, -3_000_000), (CITY, 3_000_000))
    ]


def test_reversal_is_an_entry_of_its_own(database_url: str) -> None:
    bench = working_bench(database_url)
    first = pay(bench, "C", COUNTY_PAIR)
    booked = lines(bench)

    reverse(bench, first)
    pay(bench, "C", COUNTY_PAIR, number="C-2")

    assert sorted(lines(bench)) == sorted(
        [
            *booked,
            (f"{LEG_C}:r1", COUNTY, -1_000_000),
            (f"{LEG_C}:r1", COUNTY_CASE, 1_000_000),
            (f"{LEG_C}:reversal", COUNTY, 1_000_000),
            (f"{LEG_C}:reversal", COUNTY_CASE, -1_000_000),
        ]
    )


def test_every_entry_balances_whatever_happens(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    first = pay(bench, "A", CITY_PAIR, pairs=[CITY_PAIR, COUNTY_PAIR])
    receive(bench, first)
    second = pay(bench, "B", COUNTY_PAIR)
    reverse(bench, second)
    pay(bench, "B", COUNTY_PAIR, number="B-2")
    pay(bench, "C", COUNTY_PAIR)

    sums: Counter[str] = Counter()
    for entry, _account, fen in lines(bench):
        sums[entry] += fen
    by_account: Counter[str] = Counter()
    for _entry, account, fen in lines(bench):
        by_account[account] += fen

    assert set(sums.values()) == {0}
    # The province gave 60,000 yuan; the city has passed on half of it, and each side stands with what it has.
    assert (by_account[PROVINCE], by_account[CITY], by_account[COUNTY]) == (-6_000_000, 3_000_000, -1_000_000)


@pytest.mark.parametrize("table", ["event", "ledger_line"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET batch = 2", "DELETE FROM {table}"])
def test_trail_and_ledger_are_append_only(database_url: str, table: str, change: str) -> None:
    bench = working_bench(database_url)
    pay(bench, "C", COUNTY_PAIR)
    before = lines(bench)

    with pytest.raises(DatabaseError, match=f"{table} is append-only"), bench.work() as work:
        work.session.connection().execute(text(change.format(table=table)))

    assert lines(bench) == before


def test_an_entry_is_booked_once(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)

    with pytest.raises(DatabaseError), bench.work() as work:
        work.session.connection().execute(text("INSERT INTO ledger_line SELECT * FROM ledger_line"))
