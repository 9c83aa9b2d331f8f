"""What the pages of review, pairing and agreement read, the same on both databases."""

from datetime import date

from models.pairing import Pair
from models.rules.access import Viewer
from tasks.queries.agreement_page import agreement_sheet, draft_defaults, masked
from tasks.queries.batch_page import batch_facts
from tasks.queries.decision_page import decision_page
from tasks.queries.pair_list import pair_list
from tasks.queries.pair_page import pair_events, pair_facts
from tasks.queries.pairing_rounds import pairing_page
from tasks.queries.review_progress import experts, own_steps, review_progress
from tasks.queries.roster_list import roster_list
from tests.factory import PROVINCE
from tests.tasks.scenes import (
    CITY_PAIR,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_PAIR,
    act_as,
    draft,
    key_of,
    reviewing_bench,
    sign_all,
    signing_bench,
)

VIEWER = Viewer(f"{PROVINCE}.officer", PROVINCE, "province_civil", "430000", None)


def test_a_batch_that_signs_is_read_whole(database_url: str) -> None:
    bench = signing_bench(database_url)
    draft(bench, COUNTY_PAIR)
    sign_all(bench, COUNTY_PAIR)

    with bench.work() as work:
        listed = pair_list(work, VIEWER, year=2022)
        facts = pair_facts(work, VIEWER, COUNTY_PAIR)
        sheet = agreement_sheet(work, VIEWER, COUNTY_PAIR)
        page = pairing_page(work, VIEWER, 1)
        batch = batch_facts(work, VIEWER, 1)
        roster = roster_list(work, VIEWER, 1)
        events = pair_events(work, COUNTY_PAIR)

    assert [(one.key, one.state) for one in listed] == [
        (CITY_PAIR, "confirmed"),
        (COUNTY_PAIR, "effective"),
        (OTHER_PAIR, "confirmed"),
    ]
    assert [one.year for one in facts.years] == [2022, 2023]
    assert sheet is not None
    assert {one.signed_on for one in sheet.seats} == {date(2022, 5, 11)}
    assert [(one.number, one.state, len(one.pairs)) for one in page.rounds] == [(1, "final", 3)]
    assert batch.pairs == {"confirmed": 2, "effective": 1}
    assert [one.state for one in roster] == ["paired"] * 3
    assert [one.act for one in events if one.act == "agreement.draft"] == ["agreement.draft"]


def test_the_steps_of_a_pair_stand_by_due_date_with_undated_ones_last(database_url: str) -> None:
    bench = signing_bench(database_url)

    with bench.work() as work:
        steps = pair_facts(work, VIEWER, COUNTY_PAIR).steps

    assert [one.due_on for one in steps] == [date(2022, 6, 1)] * 4


def test_a_review_under_way_is_counted_by_reviewer(database_url: str) -> None:
    bench, people = reviewing_bench(database_url, (None, None, None, None, "430300"))
    act_as(bench, "review.declare_interest", people[0], application=key_of(COUNTY_CASE), conflict=False)

    with bench.work() as work:
        progress = review_progress(work, 1)
        owed = own_steps(work, 1, people[4])
        known = experts(work)
        candidates = decision_page(work, 1).candidates

    assert [(one.assigned, one.declared, one.missing) for one in progress.panel] == [
        (3, 1, 3),
        (3, 0, 3),
        (3, 0, 3),
        (3, 0, 3),
        (2, 0, 2),
    ]
    assert (progress.present, progress.quorum) == (1, 4)
    assert len(owed) == 2
    assert [one.person for one in known] == people
    assert [one.suggested for one in candidates] == ["rejected"] * 3


def test_a_draft_plans_each_leg_by_the_day_of_its_rule(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with bench.work() as work:
        plan = draft_defaults(work, COUNTY_PAIR)["payment_plan"]

    assert [(one["leg"], one["year"], one["due_on"]) for one in plan] == [
        ("A", 2022, date(2022, 7, 14)),
        ("B", 2022, date(2022, 8, 4)),
        ("C", 2022, date(2022, 7, 14)),
        ("A", 2023, date(2023, 4, 30)),
        ("B", 2023, date(2023, 5, 23)),
        ("C", 2023, date(2023, 6, 30)),
    ]


def test_a_pair_that_comes_later_promises_for_its_own_years(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    with bench.work() as work:
        pair = work.session.get_one(Pair, COUNTY_PAIR)
        pair.at = pair.at.replace(year=2023)

    with bench.work() as work:
        begun = draft_defaults(work, COUNTY_PAIR)

    assert list(begun["indicators"]) == ["2023"]
    assert {one["year"] for one in begun["payment_plan"]} == {2023}


def test_an_accounts_number_keeps_its_last_digits() -> None:
    assert [masked("620000001234"), masked("123"), masked("")] == ["********1234", "123", ""]
