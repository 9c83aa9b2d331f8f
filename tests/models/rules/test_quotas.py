"""K20, K21, K22: caps and the ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.breach import Breach, split
from models.rules.eligibility import Channel, Level
from models.rules.quotas import (
    Ranked,
    Recommendation,
    city_direct_breaches,
    city_total_breaches,
    counted_batches,
    county_breaches,
    province_breaches,
    ranking_breaches,
    submission_breaches,
)
from tests.models.rules.standin import HUNAN, codes, reading


def by_county(key: str, county: str = "430121", level: Level = Level.COUNTY) -> Recommendation:
    return Recommendation(key, county[:4] + "00", county, Channel.COUNTY, level)


def by_city(key: str, city: str = "430100", level: Level = Level.CITY) -> Recommendation:
    return Recommendation(key, city, city, Channel.CITY, level)


def test_county_may_recommend_two_and_a_third_softly() -> None:
    two = [by_county("a"), by_county("b", level=Level.CITY)]

    assert county_breaches(two[1], two[:1], HUNAN) == ()
    third = county_breaches(by_county("c"), two, HUNAN)
    assert (codes(third), split(third)[0]) == (["county"], ())


def test_county_cap_ignores_other_counties_direct_ones_and_itself() -> None:
    new = by_county("c")
    others = [by_county("a"), by_county("b", "430181"), by_city("d"), new]

    assert county_breaches(new, others, HUNAN) == ()


def test_county_cap_can_be_read_hard() -> None:
    found = county_breaches(
        by_county("c"), [by_county("a"), by_county("b")], reading(quota__county_hard=True)
    )

    assert split(found)[1] == ()


@pytest.mark.parametrize(
    ("new", "standing", "expected", "hard"),
    [
        pytest.param(by_city("a"), [], [], 0, id="K21-first"),
        pytest.param(by_city("b"), [by_city("a")], ["city_direct"], 0, id="K21-second-soft"),
        pytest.param(by_city("b"), [by_city("a", "430200")], [], 0, id="K21-other-city"),
        pytest.param(by_city("b", level=Level.COUNTY), [], ["direct_level"], 1, id="K21-county-institution"),
        pytest.param(
            by_city("b", level=Level.COUNTY),
            [by_city("a")],
            ["direct_level", "city_direct"],
            1,
            id="K21-both",
        ),
        pytest.param(by_county("b"), [by_city("a")], [], 0, id="K21-by-county"),
    ],
)
def test_city_direct(
    new: Recommendation, standing: list[Recommendation], expected: list[str], hard: int
) -> None:
    found = city_direct_breaches(new, standing, HUNAN)

    assert (codes(found), len(split(found)[0])) == (expected, hard)


def test_fourth_of_a_city_is_refused_hard() -> None:
    three = [by_county("a"), by_county("b", "430181"), by_city("c")]

    found = city_total_breaches(by_county("d", "430102"), three, HUNAN)

    assert codes(split(found)[0]) == ["city_total"]


def test_total_without_the_direct_one_when_a5_is_read_so() -> None:
    apart = reading(quota__city_total_includes_direct=False)
    three = [by_county("a"), by_county("b", "430181"), by_city("c")]

    assert city_total_breaches(by_county("d", "430102"), three, apart) == ()
    assert city_total_breaches(by_city("e"), [by_county(key) for key in "abcd"], apart) == ()


def test_whole_list_tells_everything() -> None:
    listed = [
        by_county("a"),
        by_county("b"),
        by_county("c"),
        by_city("d", level=Level.COUNTY),
        by_city("x", "430200"),
    ]

    found = submission_breaches(listed, "430100", HUNAN)

    assert codes(found) == ["county", "direct_level", "city_total", "other_city"]


@pytest.mark.parametrize(
    ("scope", "batches"),
    [pytest.param("batch", (2,), id="A7-default"), pytest.param("programme", (1, 2), id="A7-programme")],
)
def test_batches_that_a_cap_counts_together(scope: str, batches: tuple[int, ...]) -> None:
    assert counted_batches(2, (1, 2), reading(quota__scope=scope)) == batches


def test_a_list_counts_what_went_before_it() -> None:
    before = [by_county("a"), by_county("b", "430181")]

    found = submission_breaches(
        [by_county("c", "430102"), by_city("d")], "430100", reading(quota__scope="programme"), before=before
    )

    assert codes(found) == ["city_total"]


def test_province_ceiling() -> None:
    sent = [by_county(str(number)) for number in range(43)]

    assert province_breaches(sent[:42], HUNAN) == ()
    assert codes(province_breaches(sent, HUNAN)) == ["province_total"]


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        pytest.param([Ranked("a", 1), Ranked("b", 2), Ranked("c", reason="full")], [], id="K22-complete"),
        pytest.param([Ranked("a", 1), Ranked("b", 1)], ["rank_repeated"], id="K22-same-rank"),
        pytest.param([Ranked("a", 1), Ranked("b", 3)], ["rank_gap"], id="K22-gap"),
        pytest.param([Ranked("a", 1), Ranked("b", reason=" ")], ["reason"], id="K22-no-reason"),
        pytest.param([], [], id="K22-none"),
    ],
)
def test_ranking(decisions: list[Ranked], expected: list[str]) -> None:
    assert codes(ranking_breaches(decisions)) == expected


recommendations = st.lists(
    st.builds(
        lambda number, county, level, direct: (
            by_city(str(number), county[:4] + "00", level)
            if direct
            else by_county(str(number), county, level)
        ),
        st.integers(0, 30),
        st.sampled_from(["430121", "430181", "430102", "430211", "430223"]),
        st.sampled_from(Level),
        st.booleans(),
    ),
    max_size=30,
)


@given(recommendations)
def test_whatever_the_order_no_cap_is_passed(wanted: list[Recommendation]) -> None:
    accepted: dict[str, Recommendation] = {}
    for one in wanted:
        standing = list(accepted.values())
        breaches: tuple[Breach, ...] = (
            county_breaches(one, standing, HUNAN)
            + city_direct_breaches(one, standing, HUNAN)
            + city_total_breaches(one, standing, HUNAN)
        )
        if not breaches:
            accepted[one.application] = one

    for place in {one.nominator for one in accepted.values()}:
        cap = 1 if place.endswith("00") else 2
        assert sum(one.nominator == place for one in accepted.values()) <= cap
    for city in {one.city for one in accepted.values()}:
        assert sum(one.city == city for one in accepted.values()) <= 3
        assert submission_breaches([one for one in accepted.values() if one.city == city], city, HUNAN) == ()
    assert all(one.level is Level.CITY for one in accepted.values() if one.channel is Channel.CITY)


@given(st.permutations(list(range(1, 6))))
def test_ranking_does_not_depend_on_order(ranks: list[int]) -> None:
    assert ranking_breaches(Ranked(str(rank), rank) for rank in ranks) == ()
