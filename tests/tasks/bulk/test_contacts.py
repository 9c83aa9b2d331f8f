"""Contacts from a sheet: by each office for itself and its area, people told apart, two thousand in bounded time."""

import time
from typing import Any

import pytest

from models.organisation import Duty, Organisation, Person
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone
from tests.documents.rosters import CONTACT_HEADS, sheet
from tests.factory import PROVINCE, SHENZHEN, Bench, make_bench
from tests.tasks.bulk.importing import cells, counts, done, looked
from tests.tasks.scenes import CITY, COUNTY, OTHER_COUNTY, row_of, rows


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return make_bench(sqlite_url)


def line(office: str, name: str = "王某", **changes: Any) -> list[Any]:
    plain: dict[str, Any] = {"number": "", "office": office, "duty": "经办人", "name": name}
    plain |= {"email": f"{name.encode().hex()}@people.example", "mobile": "", "code": ""}
    return list({**plain, **changes}.values())


def contacts(*lines: list[Any]) -> bytes:
    return sheet(CONTACT_HEADS, *lines)


def held(bench: Bench, person: str) -> list[str]:
    return sorted(one.duty for one in rows(bench, Duty) if one.person == person)


def test_new_person_gets_a_code_of_their_own(bench: Bench) -> None:
    content = contacts(line(COUNTY), line(COUNTY, "李某"), line(COUNTY, "李某", duty="负责人"))

    done(bench, CITY, "contacts", content)

    people = [row_of(bench, Person, f"{COUNTY}.officer{number}").name for number in (2, 3)]
    assert people == ["王某", "李某"]
    assert held(bench, f"{COUNTY}.officer3") == ["leader", "officer"]


def test_place_that_nobody_was_named_for_is_filled(bench: Bench) -> None:
    code = f"{COUNTY}.officer"
    with bench.work() as work:
        work.session.get_one(Person, code).email = ""

    over = looked(bench, COUNTY, "contacts", contacts(line(COUNTY, mobile="13800000000")))
    done(bench, COUNTY, "contacts", contacts(line(COUNTY, mobile="13800000000")))

    person = row_of(bench, Person, code)
    assert counts(over) == (0, 1, 0, 0)
    assert (person.name, person.mobile) == ("王某", "13800000000")


def test_same_file_twice_changes_nothing_the_second_time(database_url: str) -> None:
    bench = make_bench(database_url)
    content = contacts(line(COUNTY), line(COUNTY, duty="负责人"), line(OTHER_COUNTY, "李某"))
    done(bench, PROVINCE, "contacts", content)

    assert counts(looked(bench, PROVINCE, "contacts", content)) == (0, 0, 3, 0)
    with pytest.raises(AlreadyDone):
        done(bench, PROVINCE, "contacts", content)


def test_address_that_differs_is_changed(bench: Bench) -> None:
    done(bench, COUNTY, "contacts", contacts(line(COUNTY)))

    done(bench, COUNTY, "contacts", contacts(line(COUNTY, email="new@people.example")))

    assert row_of(bench, Person, f"{COUNTY}.officer2").email == "new@people.example"


@pytest.mark.parametrize(
    ("actor", "office", "is_theirs"),
    [
        (PROVINCE, COUNTY, True),
        (CITY, COUNTY, True),
        (CITY, OTHER_COUNTY, False),
        (COUNTY, COUNTY, True),
        (COUNTY, CITY, False),
        (SHENZHEN, SHENZHEN, True),
        (SHENZHEN, COUNTY, False),
        ("430000-xz", COUNTY, False),
        ("430000-xz", "430000-xz", True),
        ("430100-xz", COUNTY, False),
    ],
)
def test_office_names_contacts_of_its_own_area(
    bench: Bench, actor: str, office: str, is_theirs: bool
) -> None:
    over = looked(bench, actor, "contacts", contacts(line(office)))

    assert cells(over) == ([] if is_theirs else [("B2", "单位")])


def test_office_is_found_by_its_name(bench: Bench) -> None:
    with bench.house.look() as work:
        name = work.session.get_one(Organisation, COUNTY).name

    over = looked(bench, CITY, "contacts", contacts(line(f" {name[:2]} {name[2:]}")))

    assert counts(over) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([line(COUNTY, duty="主任")], [("C2", "岗位")], id="duty"),
        pytest.param([line(COUNTY, email="x")], [("E2", "电子邮箱")], id="email"),
        pytest.param([line(COUNTY, mobile="1")], [("F2", "手机")], id="mobile"),
        pytest.param(
            [line(COUNTY, code=f"{CITY}.officer")], [("G2", "人员代码")], id="code-of-another-office"
        ),
        pytest.param([line(COUNTY), line(COUNTY)], [("D3", "姓名")], id="line-twice"),
        pytest.param(
            [line(COUNTY), line(COUNTY, duty="财务", email="b@people.example")],
            [("D3", "姓名")],
            id="two-of-one-name",
        ),
        pytest.param(
            [line(COUNTY, email="a@people.example"), line(COUNTY, "李某", email="A@people.example")],
            [("E3", "电子邮箱")],
            id="one-address-for-two",
        ),
        pytest.param(
            [line(COUNTY, mobile="13800000000"), line(CITY, "李某", mobile="13800000000")],
            [("F3", "手机")],
            id="one-mobile-for-two",
        ),
        pytest.param(
            [line(COUNTY, email=f"{COUNTY}.officer@people.example")],
            [("E2", "电子邮箱")],
            id="somebodys-address",
        ),
    ],
)
def test_wrong_line_is_named_by_its_cell_and_nothing_is_written(
    bench: Bench, lines: list[list[Any]], expected: list[tuple[str, str]]
) -> None:
    before = len(rows(bench, Person))

    over = looked(bench, PROVINCE, "contacts", contacts(*lines))
    with pytest.raises(RuleBroken):
        done(bench, PROVINCE, "contacts", contacts(*lines))

    assert cells(over) == expected
    assert len(rows(bench, Person)) == before


def test_two_of_one_name_are_told_apart_by_their_codes(bench: Bench) -> None:
    content = contacts(
        line(COUNTY, email="a@people.example", code="wang-a"),
        line(COUNTY, email="b@people.example", code="wang-b"),
    )

    done(bench, COUNTY, "contacts", content)

    assert row_of(bench, Person, f"{COUNTY}.wang-b").email == "b@people.example"
    assert counts(looked(bench, COUNTY, "contacts", content)) == (0, 0, 2, 0)


def test_two_thousand_contacts_are_looked_over_and_written_in_bounded_time(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    content = contacts(*(line(COUNTY, f"人{number}") for number in range(2_000)))

    begun = time.perf_counter()
    over = looked(bench, CITY, "contacts", content)
    seen = time.perf_counter()
    done(bench, CITY, "contacts", content)

    assert counts(over) == (2_000, 0, 0, 0)
    assert seen - begun < 10
    assert time.perf_counter() - seen < 40
