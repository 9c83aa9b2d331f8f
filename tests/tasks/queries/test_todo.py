"""To-do lists: counts from the counters, pages by keyset in both directions, rows with all that a page shows."""

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from models.rules.access import Viewer
from models.step import Step
from tasks import parties
from tasks.queries.step_page import Page, TodoFilter
from tasks.queries.step_place import Order
from tasks.queries.todo import TodoCounts, todo_counts, todo_page
from tasks.refusal import BadInput
from tasks.steps import extend_step, step_of_key
from tests.factory import PROVINCE, Bench, make_bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import (
    CITY,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_PAIR,
    SENDERS,
    key_of,
    reviewing_bench,
    signing_bench,
)

OFFICE = Viewer(f"{CITY}.officer", CITY, "city_civil", "430100", "430100")
"""The office that owes what these tests plant."""

DUES = [date(2022, 6, day) for day in (1, 8, 8, 9, 10, 12, 13, 20)] + [None, None, None]
"""Due dates of planted steps, around Wednesday 8 June 2022."""


def planted(url: str, dues: list[date | None], *, owner: str = CITY, first: int = 0) -> Bench:
    """A house on 2022-06-08 whose office owes a step for each of these dates."""
    bench = make_bench(url, "2022-06-08T10:00")
    plant(bench, dues, owner=owner, first=first)
    return bench


def plant(bench: Bench, dues: list[date | None], *, owner: str = CITY, first: int = 0) -> None:
    """One more step for each date; their keys fall while their numbers rise."""
    with bench.work() as work:
        rows = [
            {
                "key": f"S21:{99 - number}",
                "kind": "S21",
                "subject": str(number),
                "owner": owner,
                "city": "430100",
                "opened_at": work.now,
                "anchor": "opened",
                "anchor_on": work.today,
                "due_on": due,
                "first_due_on": due,
                "provisional": False,
                "policy": "",
                "state": "open",
            }
            for number, due in enumerate(dues, start=first)
        ]
        work.session.connection().execute(insert(Step), rows)


def page(bench: Bench, after: str | None = None, **wanted: Any) -> Page:
    """One page of the office."""
    with bench.house.look() as work:
        return todo_page(work, OFFICE, after=after, **wanted)


def keys(found: Page) -> list[str]:
    """The keys of a page."""
    return [row.key for row in found.rows]


def walked(bench: Bench, **wanted: Any) -> list[list[str]]:
    """All pages from the first to the last."""
    found = [page(bench, **wanted)]
    while found[-1].next:
        found.append(page(bench, found[-1].next, **wanted))
    return [keys(one) for one in found]


def walked_back(bench: Bench, **wanted: Any) -> list[list[str]]:
    """All pages from the last to the first, reached by their cursors."""
    found = page(bench, **wanted)
    while found.next:
        found = page(bench, found.next, **wanted)
    pages = [found]
    while pages[-1].previous:
        pages.append(page(bench, pages[-1].previous, **wanted))
    return [keys(one) for one in pages]


def in_order(bench: Bench) -> list[str]:
    """The keys as they are to be listed: by due date, then key, undated last."""
    with bench.house.look() as work:
        steps = work.session.execute(select(Step)).scalars().all()
    return [one.key for one in sorted(steps, key=lambda one: (one.due_on or date.max, one.key))]


def test_counts_by_due_date(database_url: str) -> None:
    bench = planted(database_url, DUES)

    with bench.house.look() as work:
        counts = todo_counts(work, OFFICE)
        nobody = todo_counts(work, Viewer("x", "430200-mz", "city_civil", "430200", "430200"))

    assert counts == TodoCounts(open=11, overdue=1, due_today=2, due_this_week=5, undated=3)
    assert nobody == TodoCounts()


def test_pages_onwards_and_backwards_show_every_step_once(sqlite_url: str) -> None:
    bench = planted(sqlite_url, DUES)
    expected = in_order(bench)

    for limit in range(1, len(DUES) + 2):
        onwards = walked(bench, limit=limit)
        backwards = walked_back(bench, limit=limit)

        assert [key for one in onwards for key in one] == expected
        assert [key for one in reversed(backwards) for key in one] == expected
        assert {len(one) for one in onwards[:-1]} <= {limit}


def test_pages_are_the_same_on_either_kind_of_database(postgres_url: str) -> None:
    bench = planted(postgres_url, DUES)

    assert [key for one in walked(bench, limit=3) for key in one] == in_order(bench)
    assert [key for one in reversed(walked_back(bench, limit=3)) for key in one] == in_order(bench)


def test_as_opened_pages_follow_the_opening(database_url: str) -> None:
    bench = planted(database_url, DUES)

    found = walked(bench, limit=4, order=Order.OPENED)

    assert [key for one in found for key in one] == [f"S21:{99 - number}" for number in range(11)]
    assert walked_back(bench, limit=4, order=Order.OPENED)[-1][0] == "S21:99"


def test_one_full_page_has_no_neighbours(sqlite_url: str) -> None:
    found = page(planted(sqlite_url, DUES), limit=11)

    assert (len(found.rows), found.next, found.previous) == (11, None, None)


def test_what_was_settled_between_two_pages_is_not_missed_by_the_next(sqlite_url: str) -> None:
    bench = planted(sqlite_url, DUES)
    first = page(bench, limit=4)
    with bench.work() as work:
        for key in keys(first):
            work.session.delete(step_of_key(work, key))

    assert keys(page(bench, first.next, limit=4)) == in_order(bench)[:4]


NARROWED: list[tuple[dict[str, Any], int]] = [
    ({"overdue": True}, 1),
    ({"due_until": date(2022, 6, 9)}, 4),
    ({"overdue": True, "due_until": date(2022, 6, 30)}, 1),
    ({"kind": "S21"}, 11),
    ({"kind": "S24"}, 0),
    ({"stage": "fieldwork"}, 11),
    ({"stage": "review"}, 0),
    ({"stage": "nothing"}, 0),
    ({"batch": 1}, 0),
    ({"city": "430100"}, 11),
    ({"city": "430300"}, 0),
    ({"owner": CITY}, 11),
    ({"text": "s21:99"}, 1),
    ({"text": "%"}, 0),
    ({"text": "_21"}, 0),
    ({"text": "长沙"}, 11),
    ({"text": "株洲"}, 0),
]
"""Filters and how many of the planted steps they leave."""


def test_filters_narrow_a_list(database_url: str) -> None:
    bench = planted(database_url, DUES)

    found = [(narrowed, len(page(bench, filters=TodoFilter(**narrowed)).rows)) for narrowed, _ in NARROWED]

    assert found == NARROWED


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The story, read only."""
    bench = told_bench(f"sqlite:///{tmp_path_factory.mktemp('todo')}/story.sqlite")
    yield bench
    bench.house.engine.dispose()


def encoded(*plain: Any) -> str:
    """A cursor as somebody might forge it."""
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "无",
        "a" * 2_000,
        encoded("due", 0, "2022-06-08"),
        encoded("due", 0, "2022-13-08", "k"),
        encoded("due", 0, 8, "k"),
        encoded("due", 0, "2022-06-08", 7),
        encoded("due", 0, None, None),
        encoded("due", 0, None, "a\x00b"),
        encoded("due", 0, None, "\ud800"),
        encoded("due", 0, None, ["k"]),
        encoded(["due"], 0, None, "k"),
        encoded("opened", 0, None, 7),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(story: Bench, cursor: str) -> None:
    with pytest.raises(BadInput) as refused:
        page(story, cursor)

    assert refused.value.code == "todo.bad_cursor"
    assert "第一页" in refused.value.text


@pytest.mark.parametrize("number", [True, -1, 2**64, "7"])
def test_a_cursor_of_the_opening_order_is_a_number(story: Bench, number: Any) -> None:
    with pytest.raises(BadInput):
        page(story, encoded("opened", 0, None, number), order=Order.OPENED)


def test_a_row_of_a_city_says_what_how_long_and_by_which_act(story: Bench) -> None:
    city = Viewer("430300-mz.officer", "430300-mz", "city_civil", "430300", "430300")

    with story.house.look() as work:
        rows = todo_page(work, city).rows

    late, report = rows
    assert (report.key, report.title, report.stage, report.stage_label) == (
        "S24:2022:430300",
        "市州年度报告报两处",
        "evaluation",
        "总结评估",
    )
    assert (report.city_name, report.subject_name, report.owner_name) == ("湘潭市", "湘潭市", "湘潭市民政局")
    assert (report.due_on, report.workdays_left, report.provisional) == (date(2023, 1, 16), 3, False)
    assert (report.opened_on, report.clauses) == (date(2023, 1, 4), ("K33", "K34", "K35"))
    assert (report.settled_by, report.extended, report.batch, report.pair) == ((), False, 1, None)
    assert late.key == "S21:430300:2022Q2"
    assert late.settled_by == ("fieldwork.record_tracking",)
    assert late.workdays_left is not None
    assert late.workdays_left < 0


def test_a_row_of_a_pair_names_both_institutions(story: Bench) -> None:
    with story.house.look() as work:
        recipient = work.session.execute(
            select(col(Step.owner)).where(col(Step.key) == f"S19:{OTHER_PAIR}:2022-06")
        ).scalar_one()
        row = todo_page(work, Viewer("x", recipient, "recipient", "430321", "430300")).rows[-1]

    assert row.pair == OTHER_PAIR
    assert row.subject_name == f"{name_of(story, SENDERS[1])} / {name_of(story, recipient)}"


def name_of(bench: Bench, code: str) -> str:
    """An organisation's name."""
    with bench.house.look() as work:
        return parties.name_of(work, code)


def test_a_row_of_an_application_names_the_institution(database_url: str) -> None:
    bench, people = reviewing_bench(database_url)
    reviewer = Viewer(people[0], "reviewer-01", "reviewer", "430000", None)
    with bench.house.look() as work:
        rows = {row.key: row for row in todo_page(work, reviewer).rows}

    row = rows[f"S09:{key_of(COUNTY_CASE)}:{people[0]}"]
    assert row.subject_name == name_of(bench, COUNTY_CASE)
    assert row.settled_by == ("review.score", "review.declare_interest")


def test_a_moved_date_is_shown_as_such(sqlite_url: str) -> None:
    bench = planted(sqlite_url, [date(2022, 6, 10), date(2022, 6, 10)])
    with bench.work() as work:
        extend_step(work, step_of_key(work, "S21:99"), until=date(2022, 6, 24), reason="停课")

    assert [(row.key, row.extended) for row in page(bench).rows] == [("S21:98", False), ("S21:99", True)]


def test_what_is_owed_by_an_office_that_was_taken_over_is_the_heirs(database_url: str) -> None:
    bench = signing_bench(database_url)
    heir = Viewer("430182-mz.officer", "430182-mz", "county_civil", "430182", "430100")
    form = {"successor": heir.organisation, "since": date(2022, 5, 20), "document": "x"}
    bench.act("organisation.merge", PROVINCE, organisation=COUNTY, **form)
    bench.at("2022-05-23T10:00")
    plant(bench, DUES, owner=heir.organisation)

    with bench.house.look() as work:
        counts = todo_counts(work, heir)
        first = todo_page(work, heir, limit=4)
        second = todo_page(work, heir, limit=4, after=first.next)

    assert counts.open == len(DUES) + 1
    assert [row.due_on for row in first.rows] == [date(2022, 6, day) for day in (1, 1, 8, 8)]
    assert f"S13:{COUNTY_PAIR}:{COUNTY}" in [row.key for row in first.rows]
    assert keys(second)[0] == "S21:96"


def test_an_operator_has_no_steps(sqlite_url: str) -> None:
    bench = planted(sqlite_url, DUES)
    operator = Viewer("o", CITY, "operator", "430100", "430100")

    with bench.house.look() as work:
        assert todo_counts(work, operator) == TodoCounts()
        assert todo_page(work, operator).rows == ()
