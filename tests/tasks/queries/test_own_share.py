"""A to-do list is a person's: what their letters are about, not all that their office owes."""

from datetime import date

import pytest

from models.organisation import Duty
from models.rules.access import Viewer
from tasks.queries.own_share import own_share
from tasks.queries.step_page import TodoFilter
from tasks.queries.todo import todo_counts, todo_page
from tests.factory import PROVINCE, Bench
from tests.tasks.queries.test_todo import plant
from tests.tasks.scenes import CITY, COUNTY, COUNTY_CASE
from tests.tasks.working import working_bench

TRANSFER = "S14"
"""The one kind of step of the notice whose owner is a finance person."""


def viewer(person: str, role: str, in_place_of: str | None = None) -> Viewer:
    office = person.rpartition(".")[0]
    return Viewer(person, office, role, office[:6], None, in_place_of)


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    """The province owes two transfers (S14) and one tracking step planted beside them."""
    found = working_bench(sqlite_url)
    plant(found, [date(2022, 7, 1)], owner=PROVINCE)
    return found


def kinds_of(bench: Bench, one: Viewer) -> tuple[set[str], int]:
    """The kinds of step on somebody's own list, and what its figure says."""
    with bench.house.look() as work:
        share = own_share(work, one)
        rows = todo_page(work, one, filters=TodoFilter(kinds=share.kinds)).rows
        counted = todo_counts(work, one, share.kinds).open
    assert counted == len(rows)
    return {row.kind for row in rows}, counted


def test_steps_for_finance_stand_in_the_finance_persons_list_only(bench: Bench) -> None:
    finance = kinds_of(bench, viewer(f"{PROVINCE}.finance", "province_civil"))
    officer = kinds_of(bench, viewer(f"{PROVINCE}.officer", "province_civil"))

    assert finance == ({TRANSFER}, 2)
    assert officer == ({"S21"}, 1)


def test_a_person_of_whose_duty_nothing_is_asked_sees_the_offices_list_marked_so(bench: Bench) -> None:
    with bench.house.look() as work:
        leader = own_share(work, viewer(f"{PROVINCE}.leader", "province_civil"))
        of_city = own_share(work, viewer(f"{CITY}.leader", "city_civil"))

    assert [(one.kinds, one.is_office) for one in (leader, of_city)] == [(None, True), (None, True)]


@pytest.mark.parametrize(("office", "role"), [(CITY, "city_civil"), (COUNTY, "county_civil")])
def test_a_finance_person_to_whom_no_letter_goes_has_the_steps_of_money(
    bench: Bench, office: str, role: str
) -> None:
    plant(bench, [date(2022, 7, 1)], owner=office, first=9)
    finance = viewer(f"{office}.finance", role)

    kinds, counted = kinds_of(bench, finance)
    with bench.house.look() as work:
        share, office_wide = own_share(work, finance), todo_counts(work, finance).open

    assert (kinds, share.is_money, share.is_office) == ({"S16"}, True, False)
    assert office_wide > counted > 0


def test_where_nobody_else_is_the_finance_person_has_all(bench: Bench) -> None:
    bench.act(
        "organisation.end_duty", COUNTY, person=f"{COUNTY}.officer", duty="officer", last_day="2022-06-19"
    )

    with bench.house.look() as work:
        share = own_share(work, viewer(f"{COUNTY}.finance", "county_civil"))

    assert (share.kinds, share.is_office) == (None, True)


def test_a_finance_person_who_is_officer_too_has_all(bench: Bench) -> None:
    with bench.work() as work:
        work.session.add(
            Duty(person=f"{COUNTY}.finance", organisation=COUNTY, duty="officer", valid_from=date(2022, 1, 1))
        )

    with bench.house.look() as work:
        share = own_share(work, viewer(f"{COUNTY}.finance", "county_civil"))

    assert (share.kinds, share.is_office, share.is_money) == (None, False, False)


def test_where_all_is_for_officers_the_list_is_asked_for_as_before(bench: Bench) -> None:
    with bench.house.look() as work:
        shares = [
            own_share(work, viewer(f"{CITY}.officer", "city_civil")),
            own_share(work, viewer(f"{COUNTY_CASE}.officer", "recipient")),
        ]

    assert [(one.kinds, one.is_office) for one in shares] == [(None, False), (None, False)]


def test_whoever_stands_in_has_the_list_of_whom_they_stand_in_for(bench: Bench) -> None:
    stand_in = viewer(f"{PROVINCE}.leader", "province_civil", f"{PROVINCE}.finance")

    assert kinds_of(bench, stand_in) == ({TRANSFER}, 2)


def test_what_nobody_holds_the_duty_for_is_everybodys(bench: Bench) -> None:
    bench.act(
        "organisation.end_duty", PROVINCE, person=f"{PROVINCE}.finance", duty="finance", last_day="2022-06-19"
    )

    assert kinds_of(bench, viewer(f"{PROVINCE}.officer", "province_civil")) == ({TRANSFER, "S21"}, 3)


def test_few_among_many_are_found_by_their_kind(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.queries.todo.FEW", 2)

    assert kinds_of(bench, viewer(f"{PROVINCE}.finance", "province_civil")) == ({TRANSFER}, 2)
