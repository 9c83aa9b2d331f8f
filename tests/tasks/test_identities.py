"""The offices a person may act for today: own duties first, then those of absent colleagues."""

from datetime import date

from tasks.identities import identities
from tests.factory import Bench, make_bench
from tests.tasks.signing_in import FINANCE, OFFICE, OFFICER

DAY = {"absent_from": date(2022, 3, 7), "absent_until": date(2022, 3, 9), "reason": "培训（示例）"}


def of(bench: Bench, person: str) -> list[tuple[str, tuple[str, ...], str | None]]:
    with bench.house.look() as work:
        return [(one.organisation, one.duties, one.in_place_of) for one in identities(work, person)]


def test_own_duties_stand_together_by_office(database_url: str) -> None:
    bench = make_bench(database_url, "2022-03-07T09:00")
    bench.act(
        "organisation.add_person",
        OFFICE,
        code="two",
        name="两岗（示例）",
        email="t@p.example",
        duty="officer",
    )
    bench.act(
        "organisation.add_person",
        OFFICE,
        code="two",
        name="两岗（示例）",
        email="t@p.example",
        duty="finance",
    )

    assert of(bench, f"{OFFICE}.two") == [(OFFICE, ("finance", "officer"), None)]
    assert of(bench, "nobody") == []
    with bench.house.look() as work:
        found = identities(work, OFFICER)[0]
    assert (found.kind, found.in_place_of_name) == ("county_civil", "")
    assert found.name


def test_deputy_has_the_absent_one_s_duties_while_they_are_away(database_url: str) -> None:
    bench = make_bench(database_url, "2022-03-07T09:00")
    bench.act("deadlines.register_absence", OFFICE, person=FINANCE, deputy=OFFICER, **DAY)

    away = of(bench, OFFICER)
    with bench.house.look() as work:
        name = identities(work, OFFICER)[1].in_place_of_name
    bench.at("2022-03-10T09:00")

    assert away == [(OFFICE, ("officer",), None), (OFFICE, ("finance",), FINANCE)]
    assert name
    assert of(bench, OFFICER) == away[:1]


def test_deputy_who_is_away_too_passes_it_on(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url, "2022-03-07T09:00")
    bench.act("organisation.add_person", OFFICE, code="third", name="第三人（示例）", email="t@p.example")
    bench.act("deadlines.register_absence", OFFICE, person=FINANCE, deputy=OFFICER, **DAY)
    bench.act("deadlines.register_absence", OFFICE, person=OFFICER, deputy=f"{OFFICE}.third", **DAY)

    assert of(bench, OFFICER) == [(OFFICE, ("officer",), None)]
    assert of(bench, f"{OFFICE}.third") == [
        (OFFICE, ("officer",), None),
        (OFFICE, ("finance",), FINANCE),
        (OFFICE, ("officer",), OFFICER),
    ]
