"""Offices renamed and merged from a day on: who acts, owes and is written to follows, history keeps the old name."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from models.mail import Letter
from models.organisation import Organisation
from models.pairing import Pair
from models.step import Step
from tasks.deadlines import sweep
from tasks.lifecycle import advance
from tasks.parties import current_office, name_on, organisation_of, scope_of_pair
from tasks.queries.checks import check
from tasks.queries.explain import explain_step
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound, Refusal
from tests.factory import PROVINCE, Bench
from tests.tasks.queries.test_rehearsal import lived, rehearsed
from tests.tasks.scenes import (
    CITY,
    COUNTY,
    COUNTY_PAIR,
    draft,
    events,
    row_of,
    rows,
    sign,
    signing_bench,
    step_keys,
)

HEIR = "430182-mz"
"""Another county of Changsha takes over."""
STEP = f"S13:{COUNTY_PAIR}:{COUNTY}"
MERGER: dict[str, Any] = {
    "organisation": COUNTY,
    "successor": HEIR,
    "since": "2022-05-20",
    "document": "样例批文",
}


def merged(url: str, at: str = "2022-05-23T10:00") -> Bench:
    """The county is merged from 20 May 2022 on, said on the 12th; its agreement is drafted."""
    bench = signing_bench(url).at("2022-05-12T10:00")
    draft(bench, COUNTY_PAIR)
    bench.act("organisation.merge", PROVINCE, **MERGER)
    return bench.at(at)


def test_letters_follow_from_the_day_on_before_any_step_is_moved(database_url: str) -> None:
    bench = merged(database_url, "2022-05-12T10:00")

    foreseen = rehearsed(bench, 30)

    told = {(day, person) for day, person, step, *_ in foreseen if step == STEP and person.startswith("4301")}
    assert {person for day, person in told if day < "2022-05-20"} == {f"{COUNTY}.officer"}
    assert {person for day, person in told if day >= "2022-05-20"} >= {f"{HEIR}.officer"}
    assert f"{COUNTY}.officer" not in {person for day, person in told if day >= "2022-05-20"}
    assert foreseen == lived(bench, 30)


def test_moving_steps_is_shown_before_it_is_done(database_url: str) -> None:
    bench = merged(database_url)

    shown = bench.act("organisation.move_steps", PROVINCE, organisation=COUNTY)
    untouched = row_of(bench, Step, owner_id(bench)).owner
    done = bench.act("organisation.move_steps", PROVINCE, organisation=COUNTY, dry_run=False)

    assert (untouched, shown) == (COUNTY, done)
    assert [(one["step"], one["from"], one["to"]) for one in done if "owner" in one["as"]] == [
        (STEP, COUNTY, HEIR)
    ]
    assert row_of(bench, Step, owner_id(bench)).owner == HEIR
    assert bench.act("organisation.move_steps", PROVINCE, organisation=COUNTY) == []
    assert len(events(bench, "organisation.move_steps")) == 1


def owner_id(bench: Bench) -> int:
    with bench.work() as work:
        return int(
            work.session.connection().execute(text(f"SELECT id FROM step WHERE key = '{STEP}'")).scalar_one()
        )


@pytest.mark.parametrize("moved", [True, False])
def test_the_successor_signs_and_the_step_is_settled(database_url: str, moved: bool) -> None:
    bench = merged(database_url)
    bench.act("organisation.move_steps", PROVINCE, organisation=COUNTY, dry_run=not moved)

    sign(bench, COUNTY_PAIR, "county_civil", HEIR)

    assert step_keys(bench, STEP, state="settled") == [STEP]
    with bench.house.look() as work:
        assert [one for one in check(work) if one.subject == STEP] == []


def test_who_is_no_successor_does_not_act(sqlite_url: str) -> None:
    bench = merged(sqlite_url)

    with pytest.raises(NotEntitled):
        sign(bench, COUNTY_PAIR, "county_civil", "430181-mz")


def test_before_the_day_the_old_office_acts(sqlite_url: str) -> None:
    bench = merged(sqlite_url, "2022-05-19T10:00")

    with pytest.raises(NotEntitled):
        sign(bench, COUNTY_PAIR, "county_civil", HEIR)
    sign(bench, COUNTY_PAIR, "county_civil", COUNTY)


def test_parties_found_from_then_on_are_the_successor(database_url: str) -> None:
    bench = merged(database_url)

    with bench.house.look() as work:
        scope = scope_of_pair(work, work.session.get_one(Pair, COUNTY_PAIR))
        found = {
            party: organisation_of(work, party, scope)
            for party in ("nominator", "county_civil", "city_civil")
        }

    assert found == {"nominator": HEIR, "county_civil": HEIR, "city_civil": CITY}


def test_a_chain_of_mergers_is_followed(database_url: str) -> None:
    bench = merged(database_url, "2022-05-23T10:00")
    bench.act(
        "organisation.merge",
        PROVINCE,
        organisation=HEIR,
        successor=CITY,
        since="2022-05-24",
        document="样例批文",
    )

    with bench.house.look() as work:
        assert current_office(work, COUNTY) == HEIR
    bench.at("2022-05-25T09:00")
    sweep(bench.house)

    with bench.house.look() as work:
        assert current_office(work, COUNTY) == CITY
    told = {one.person_code for one in rows(bench, Letter) if one.subject_key == "2022-05-25"}
    assert {f"{CITY}.officer"} <= told
    assert not {f"{COUNTY}.officer", f"{HEIR}.officer"} & told


def test_a_name_is_borne_from_its_day_and_history_keeps_the_old_one(database_url: str) -> None:
    bench = signing_bench(database_url).at("2022-05-12T10:00")
    old = row_of(bench, Organisation, COUNTY).name
    form = {"organisation": COUNTY, "name": "样例新区民政局", "since": "2022-05-20", "document": "样例批文"}

    bench.act("organisation.rename", PROVINCE, **form)
    before = row_of(bench, Organisation, COUNTY).name
    advance(bench.at("2022-05-20T09:00").house)
    advance(bench.house)

    assert (before, row_of(bench, Organisation, COUNTY).name) == (old, "样例新区民政局")
    assert len(events(bench, "organisation.bear_name")) == 1
    with bench.house.look() as work:
        names = [name_on(work, COUNTY, date(2022, 5, day)) for day in (19, 20)]
        assert names == [old, "样例新区民政局"]
        assert explain_step(work, STEP).facts["owner_name"] == "样例新区民政局"


def test_a_settled_steps_owner_keeps_the_name_of_that_day(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url).at("2022-05-12T10:00")
    old = row_of(bench, Organisation, COUNTY).name
    draft(bench, COUNTY_PAIR)
    sign(bench, COUNTY_PAIR, "county_civil", COUNTY)
    bench.at("2022-05-20T10:00")

    bench.act(
        "organisation.rename",
        PROVINCE,
        organisation=COUNTY,
        name="样例新区民政局",
        since="2022-05-20",
        document="样例批文",
    )

    with bench.house.look() as work:
        assert explain_step(work, STEP).facts["owner_name"] == old


@pytest.mark.parametrize(
    ("name", "form", "error"),
    [
        pytest.param("merge", {**MERGER, "successor": COUNTY}, BadInput, id="itself"),
        pytest.param("merge", {**MERGER, "successor": "430182-xz"}, BadInput, id="another-line"),
        pytest.param("merge", {**MERGER, "organisation": CITY, "successor": COUNTY}, BadInput, id="below"),
        pytest.param("merge", {**MERGER, "organisation": "nowhere"}, NotFound, id="no-office"),
        pytest.param("merge", {**MERGER, "document": " "}, BadInput, id="no-document"),
        pytest.param("move_steps", {"organisation": COUNTY}, BadInput, id="not-merged"),
        pytest.param(
            "rename",
            {"organisation": COUNTY, "name": " ", "since": "2022-05-20", "document": "x"},
            BadInput,
            id="no-name",
        ),
        pytest.param(
            "rename",
            {"organisation": COUNTY, "name": "新名", "since": "2021-05-20", "document": "x"},
            BadInput,
            id="before-it-was",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    sqlite_url: str, name: str, form: dict[str, Any], error: type[Refusal]
) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(error) as refused:
        bench.act(f"organisation.{name}", PROVINCE, **form)

    assert refused.value.text


def test_an_office_is_merged_once_and_nobody_follows_what_is_gone(sqlite_url: str) -> None:
    bench = merged(sqlite_url)

    with pytest.raises(AlreadyDone):
        bench.act("organisation.merge", PROVINCE, **MERGER)
    with pytest.raises(BadInput) as refused:
        bench.act("organisation.merge", PROVINCE, **{**MERGER, "organisation": HEIR, "successor": COUNTY})

    assert refused.value.code == "succession.circle"
