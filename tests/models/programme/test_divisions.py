"""The divisions: Hunan's 14 cities and 122 counties, Shenzhen beside them, and a unit that an officer adds."""

from functools import lru_cache
from pathlib import Path

import pytest

from models.programme.divisions import (
    Division,
    DivisionLevel,
    DivisionMalformed,
    Divisions,
    DivisionUnknown,
    load_divisions,
)

HUNAN, CHANGSHA, FURONG, QIYANG, YONGZHOU, SHENZHEN = (
    "430000",
    "430100",
    "430102",
    "431181",
    "431100",
    "440300",
)


@lru_cache(maxsize=1)
def divisions() -> Divisions:
    return load_divisions()


def test_hunan_has_fourteen_cities_and_122_counties() -> None:
    assert len(divisions().cities()) == 14
    assert len(divisions().counties()) == 122
    assert [province.code for province in divisions().provinces()] == [HUNAN]
    assert {city.parent_code for city in divisions().cities()} == {HUNAN}
    assert sum(len(divisions().counties_of(city.code)) for city in divisions().cities()) == 122
    assert all(divisions().counties_of(city.code) for city in divisions().cities())


def test_shenzhen_stands_beside_with_nine_districts() -> None:
    assert divisions().by_code(SHENZHEN).level is DivisionLevel.CITY
    assert len(divisions().counties_of(SHENZHEN)) == 9
    assert divisions().by_code(SHENZHEN) not in divisions().cities()


def test_the_table_is_the_file_in_order_of_codes() -> None:
    codes = [unit.code for unit in divisions().all]

    assert len(codes) == 147
    assert codes == sorted(set(codes))
    assert len({(unit.parent_code, unit.name) for unit in divisions().all}) == 147


@pytest.mark.parametrize(
    ("code", "city"),
    [
        (FURONG, CHANGSHA),
        (QIYANG, YONGZHOU),
        (CHANGSHA, CHANGSHA),
        ("440305", SHENZHEN),
        ("433130", "433100"),
    ],
)
def test_city_of_a_unit(code: str, city: str) -> None:
    assert divisions().city_of(code) == divisions().by_code(city)


@pytest.mark.parametrize("code", ["", "431121", "4301", " 430102", HUNAN])
def test_city_of_an_unknown_unit_or_a_province_is_an_error(code: str) -> None:
    with pytest.raises(DivisionUnknown, match="correct the code, or add the unit"):
        divisions().city_of(code)


@pytest.mark.parametrize("code", [HUNAN, FURONG, "999900"])
def test_counties_of_what_is_no_city_is_an_error(code: str) -> None:
    with pytest.raises(DivisionUnknown):
        divisions().counties_of(code)


def test_a_unit_can_be_added_and_the_table_before_stays() -> None:
    zone = Division("430171", "sample zone", DivisionLevel.COUNTY, CHANGSHA)

    more = divisions().with_unit(zone)

    assert more.by_code("430171") == zone
    assert zone in more.counties_of(CHANGSHA)
    assert len(more.counties()) == 123
    assert len(divisions().counties()) == 122


@pytest.mark.parametrize(
    "unit",
    [
        Division(FURONG, "again", DivisionLevel.COUNTY, CHANGSHA),
        Division("430172", "", DivisionLevel.COUNTY, CHANGSHA),
        Division("43017", "short", DivisionLevel.COUNTY, CHANGSHA),
        Division("43017a", "letter", DivisionLevel.COUNTY, CHANGSHA),
        Division("430172", "wrong city", DivisionLevel.COUNTY, YONGZHOU),
        Division("430172", "no city", DivisionLevel.COUNTY, ""),
        Division("435101", "unknown city", DivisionLevel.COUNTY, "435100"),
        Division("430100", "twice", DivisionLevel.CITY, HUNAN),
        Division("435101", "no city's code", DivisionLevel.CITY, HUNAN),
        Division("440000", "below", DivisionLevel.PROVINCE, HUNAN),
    ],
    ids=lambda unit: unit.name or "nameless",
)
def test_a_unit_that_does_not_fit_is_refused(unit: Division) -> None:
    with pytest.raises(DivisionMalformed):
        divisions().with_unit(unit)


def test_a_further_file_adds_units(tmp_path: Path) -> None:
    extra = tmp_path / "more.csv"
    extra.write_text("code,name,level,parent_code\n430171,sample zone,county,430100\n", "utf-8")

    assert load_divisions(extra).city_of("430171").code == CHANGSHA


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "line 1: expected the columns"),
        (b"code,name\n", "line 1: expected the columns"),
        (b"code,name,level,parent_code\n430171,zone,county\n", "line 2: expected 4 cells"),
        (
            b"code,name,level,parent_code\n430171,zone,town,430100\n",
            "line 2: expected one of province, city, county",
        ),
        (b"code,name,level,parent_code\n430171,\xff,county,430100\n", "a readable CSV file in UTF-8"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    extra = tmp_path / "more.csv"
    extra.write_bytes(content)

    with pytest.raises(DivisionMalformed, match=expected):
        load_divisions(extra)
