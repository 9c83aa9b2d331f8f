"""Lists and single objects agree: for every viewer and every row, the list has it exactly when `may` allows it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.disbursement import Voucher
from models.organisation import Duty, Organisation
from models.pairing import Pair
from models.rules.access import RIGHTS, Right, Viewer, Whereabouts, may
from models.step import Step
from tasks.acts import perform
from tasks.queries.below import below_me, below_page
from tasks.queries.scope import applications_seen, pairs_seen, steps_seen, vouchers_seen
from tasks.queries.todo import todo_counts, todo_page
from tasks.queries.whereabouts import step_seen, whereabouts
from tasks.work import House, Work
from tests.factory import PROVINCE, Bench, actor, add_application, add_institution, sample_uscc
from tests.journeys.test_replay import play
from tests.tasks.scenes import COUNTY_CASE, OTHER_CASE, act_as, key_of, reviewing_bench

ALL_OF_IT = 100_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The first half year replayed, then one county merged into another and one into its city; read only."""
    folder = tmp_path_factory.mktemp("scope")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QIANSHOU_FIELD_KEY", "sample")
        lived = play(f"sqlite:///{folder}/lived.sqlite", Path(folder), "2022-06-20T18:00")
        merge_counties(lived)
        yield lived
    lived.engine.dispose()


def merge_counties(house: House) -> None:
    """Two counties that have nominated end today: their neighbour and their city take over."""
    with house.look() as work:
        nominators = work.session.execute(
            select(Organisation)
            .where(col(Organisation.code).in_(select(col(Pair.nominator))))
            .where(col(Organisation.kind) == "county_civil")
            .order_by(col(Organisation.code))
        )
        first, second = nominators.scalars().all()[:2]
        neighbours = select(col(Organisation.code)).where(
            col(Organisation.kind) == "county_civil", col(Organisation.city) == first.city
        )
        known = work.session.execute(neighbours.order_by(col(Organisation.code).desc())).scalars()
        heir = next(code for code in known if code not in (first.code, second.code))
    for code, successor in ((first.code, heir), (second.code, f"{second.city}-mz")):
        form = {"organisation": code, "successor": successor, "since": house.clock.today(), "document": "x"}
        perform(house, "organisation.merge", actor(PROVINCE), **form)


def viewers(work: Work) -> list[Viewer]:
    """Somebody of every organisation that is registered."""
    held = select(Organisation, col(Duty.person)).join(
        Duty, col(Duty.organisation) == col(Organisation.code), isouter=True
    )
    found = {office.code: (office, person) for office, person in work.session.execute(held)}
    return [
        Viewer(person or f"{code}.officer", code, office.kind, office.division, office.city)
        for code, (office, person) in sorted(found.items())
    ]


def disagreements(work: Work, kind: str, table: Any, seen: Callable[..., Any]) -> list[tuple[str, str]]:
    """Who sees what in the list but not alone, or alone but not in the list."""
    rows = work.session.execute(select(table)).scalars().all()
    kinds = {row.key: kind if kind != "leg" else f"leg_{row.leg.lower()}" for row in rows}
    places = {key: whereabouts(work, kinds[key], key) for key in kinds}
    assert None not in places.values()
    found = []
    for viewer in viewers(work):
        listed = set(work.session.execute(select(table.key).where(seen(work, viewer))).scalars())
        alone = {key for key, where in places.items() if where and may(viewer, "R", kinds[key], where)}
        found += [(viewer.organisation, key) for key in sorted(listed ^ alone)]
    return found


def test_every_role_is_among_the_viewers(house: House) -> None:
    with house.look() as work:
        roles = {viewer.role for viewer in viewers(work)}

    assert roles | {"operator"} >= {role for row in RIGHTS.values() for role in row}


@pytest.mark.parametrize(
    ("kind", "table", "seen"),
    [
        ("application", Application, applications_seen),
        ("pairing", Pair, pairs_seen),
        ("leg", Voucher, vouchers_seen),
        ("reminder", Step, steps_seen),
    ],
)
def test_a_list_has_what_may_allows(house: House, kind: str, table: Any, seen: Callable[..., Any]) -> None:
    with house.look() as work:
        assert disagreements(work, kind, table, seen) == []


@pytest.mark.parametrize("kind", ["agreement", "spending", "fieldwork", "evaluation"])
def test_what_hangs_on_a_pair_is_listed_as_may_allows(house: House, kind: str) -> None:
    def seen(work: Work, viewer: Viewer) -> Any:
        return pairs_seen(work, viewer, kind)

    with house.look() as work:
        assert disagreements(work, kind, Pair, seen) == []


def test_lists_and_may_agree_on_postgresql_while_reviews_run(postgres_url: str) -> None:
    bench = under_review(postgres_url)

    with bench.house.look() as work:
        assert disagreements(work, "application", Application, applications_seen) == []
        assert disagreements(work, "reminder", Step, steps_seen) == []


def test_own_and_below_are_together_what_is_seen(house: House) -> None:
    with house.look() as work:
        for viewer in viewers(work):
            wanted = select(col(Step.key)).where(col(Step.state) == "open", steps_seen(work, viewer))
            own = [row.key for row in todo_page(work, viewer, limit=ALL_OF_IT).rows]
            below = [row.key for row in below_page(work, viewer, limit=ALL_OF_IT).rows]

            assert sorted(own + below) == sorted(work.session.execute(wanted).scalars())
            assert todo_counts(work, viewer).open == len(own)
            assert sum(group.open for group in below_me(work, viewer)) == len(below)


def test_step_seen_is_the_list_of_steps(house: House) -> None:
    with house.look() as work:
        steps = work.session.execute(select(Step)).scalars().all()
        for viewer in viewers(work)[::5]:
            wanted = select(col(Step.key)).where(steps_seen(work, viewer))
            listed = set(work.session.execute(wanted).scalars())

            assert {step.key for step in steps if step_seen(work, viewer, step)} == listed


def test_every_object_of_the_rights_can_be_found_or_is_everywhere(house: House) -> None:
    with house.look() as work:
        places = {kind: whereabouts(work, kind, "nothing") for kind in RIGHTS}

    assert {kind for kind, where in places.items() if where == Whereabouts()} == {
        "programme",
        "batch",
        "operation",
        "audit",
    }
    assert {kind for kind, where in places.items() if where is None} == set(RIGHTS) - {
        "programme",
        "batch",
        "operation",
        "audit",
    }


def under_review(url: str) -> Bench:
    """Three applications before five reviewers, the first of whom has an interest in one of them."""
    bench, people = reviewing_bench(url)
    act_as(
        bench,
        "review.declare_interest",
        people[0],
        application=key_of(COUNTY_CASE),
        conflict=True,
        reason="x",
    )
    return bench


def test_a_reviewer_reads_what_is_assigned_but_not_with_an_interest(sqlite_url: str) -> None:
    bench = under_review(sqlite_url)
    one, other = (
        Viewer(f"reviewer-0{number}.reviewer", f"reviewer-0{number}", "reviewer", "430000", None)
        for number in (1, 2)
    )

    with bench.house.look() as work:
        where = whereabouts(work, "application", key_of(COUNTY_CASE))
        review = whereabouts(work, "review", f"{key_of(COUNTY_CASE)}:{one.person}")
        own = {row.key for row in todo_page(work, one).rows}

    assert where is not None
    assert review is not None
    assert not may(one, Right.READ, "application", where)
    assert may(other, Right.READ, "application", where)
    assert may(one, Right.READ, "review", review)
    assert not may(other, Right.READ, "review", review)
    assert f"S09:{key_of(OTHER_CASE)}:{one.person}" in own
    assert f"S09:{key_of(COUNTY_CASE)}:{one.person}" not in own


def test_a_city_does_not_learn_who_reviews_its_applications(sqlite_url: str) -> None:
    bench = under_review(sqlite_url)
    city = Viewer("430100-mz.officer", "430100-mz", "city_civil", "430100", "430100")

    with bench.house.look() as work:
        kinds = {row.kind for row in below_page(work, city).rows}
        waiting = {group.code for group in below_me(work, city)}

    assert "S09" not in kinds
    assert {code for code in waiting if code.startswith("reviewer")} == set()


def test_whereabouts_of_submissions_rosters_reports_honours_and_events(house: House) -> None:
    with house.look() as work:
        pair = work.session.execute(select(Pair).order_by(col(Pair.key))).scalars().first()
        assert pair is not None
        submission = whereabouts(work, "recommendation", f"1:{pair.city}")
        roster = whereabouts(work, "roster", f"1:{pair.sender}")
        event = whereabouts(work, "audit", f"pair:{pair.key}")
        office = whereabouts(work, "organisation", f"{pair.city}-mz")
        month = whereabouts(work, "fieldwork", f"{pair.key}:2022-05")

    assert submission is not None
    assert submission.city == pair.city
    assert pair.recipient in submission.institutions
    assert roster == Whereabouts(institutions=frozenset({pair.sender}))
    assert event is not None
    assert "440300-mz" in event.paired
    assert office == Whereabouts(city=pair.city, institutions=frozenset({f"{pair.city}-mz"}))
    assert month == whereabouts_of_pair(house, pair.key)


def whereabouts_of_pair(house: House, key: str) -> Whereabouts | None:
    """Where a pair stands."""
    with house.look() as work:
        return whereabouts(work, "pairing", key)


def test_a_city_speaks_for_what_it_recommended_itself(sqlite_url: str) -> None:
    bench = under_review(sqlite_url)
    code = sample_uscc(7)
    with bench.work() as work:
        add_institution(work, code, division="430121", level="city")
        key = add_application(work, code, nominator="430100-mz", state="submitted")
    county = Viewer("430121-mz.officer", "430121-mz", "county_civil", "430121", "430100")

    with bench.house.look() as work:
        where = whereabouts(work, "application", key)

    assert where is not None
    assert (where.county, where.nominator) == (None, "430100-mz")
    assert not may(county, Right.READ, "application", where)
