"""Accounts from a sheet: opened by a letter with a link, closed, nobody sees a password."""

from typing import Any

import pytest

from models.account import Account
from models.mail import Letter
from models.organisation import Person
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, NotEntitled
from tests.documents.rosters import USER_HEADS, sheet
from tests.factory import PROVINCE, Bench, make_bench
from tests.tasks.bulk.importing import cells, counts, done, looked
from tests.tasks.scenes import CITY, COUNTY, row_of, rows


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return make_bench(sqlite_url)


def name_of(bench: Bench, person: str = f"{COUNTY}.officer") -> str:
    name: str = row_of(bench, Person, person).name
    return name


def line(name: str, office: str = COUNTY, **changes: Any) -> list[Any]:
    plain: dict[str, Any] = {"number": 1, "office": office, "name": name, "email": "", "code": ""}
    return list({**plain, "action": "开通", **changes}.values())


def users(*lines: list[Any]) -> bytes:
    return sheet(USER_HEADS, *lines)


def test_account_is_opened_by_letter(bench: Bench) -> None:
    content = users(line(name_of(bench)))

    over = looked(bench, PROVINCE, "users", content)
    done(bench, PROVINCE, "users", content)

    account = row_of(bench, Account, f"{COUNTY}.officer")
    letters = [one for one in rows(bench, Letter) if one.kind == "account_invited"]
    assert counts(over) == (1, 0, 0, 0)
    assert (account.active, account.must_change) == (True, True)
    assert [one.person_code for one in letters] == [f"{COUNTY}.officer"]


def test_same_file_twice_writes_no_second_letter(bench: Bench) -> None:
    content = users(line(name_of(bench)))
    done(bench, PROVINCE, "users", content)

    assert counts(looked(bench, PROVINCE, "users", content)) == (0, 0, 1, 0)
    with pytest.raises(AlreadyDone):
        done(bench, PROVINCE, "users", content)


def test_account_is_closed(bench: Bench) -> None:
    done(bench, PROVINCE, "users", users(line(name_of(bench))))

    done(bench, PROVINCE, "users", users(line(name_of(bench), action="停用")))

    assert row_of(bench, Account, f"{COUNTY}.officer").active is False


def test_wrong_lines_are_named_by_their_cells(bench: Bench) -> None:
    name = name_of(bench)
    with bench.work() as work:
        work.session.get_one(Person, f"{COUNTY}.finance").email = ""
    content = users(
        line(name),
        line(name),
        line("无此人"),
        line(name, office="无此单位"),
        line(name_of(bench, f"{COUNTY}.finance")),
        line(name_of(bench, f"{CITY}.officer"), office=CITY, email="other@people.example"),
        line(name_of(bench, f"{CITY}.leader"), office=CITY, action="打开"),
    )

    over = looked(bench, PROVINCE, "users", content)
    with pytest.raises(RuleBroken):
        done(bench, PROVINCE, "users", content)

    assert cells(over) == [
        ("C3", "姓名"),
        ("C4", "姓名"),
        ("B5", "单位"),
        ("D6", "电子邮箱"),
        ("D7", "电子邮箱"),
        ("F8", "账号办理"),
    ]
    assert rows(bench, Account) == []


def test_only_the_province_and_the_operator_import_users(bench: Bench) -> None:
    with pytest.raises(NotEntitled):
        done(bench, CITY, "users", users(line(name_of(bench))))
