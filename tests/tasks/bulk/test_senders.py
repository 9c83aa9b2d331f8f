"""Shenzhen's roster from a sheet: new, changed, the same; all or nothing; accounts of money are left alone."""

from pathlib import Path
from typing import Any

import pytest

from models.event import Event
from models.organisation import Institution, Organisation, Person
from models.pairing import RosterEntry
from models.rules.breach import RuleBroken
from models.stored_file import Attachment
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.documents.rosters import SENDER_HEADS, sender_line, sheet
from tests.factory import PROVINCE, SHENZHEN, Bench, add_institution, make_bench, sample_uscc, set_batch
from tests.tasks.bulk.importing import cells, counts, done, looked
from tests.tasks.filing import with_folder
from tests.tasks.scenes import row_of, rows


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Bench:
    made = with_folder(make_bench(database_url), tmp_path / "home")
    with made.work() as work:
        set_batch(work)
    return made


def roster(*lines: list[Any]) -> bytes:
    return sheet(SENDER_HEADS, *lines)


def test_new_senders_come_on_the_roster_with_the_file_as_evidence(bench: Bench) -> None:
    content = roster(sender_line(1), sender_line(2))

    over = looked(bench, SHENZHEN, "senders", content, 1)
    key = done(bench, SHENZHEN, "senders", content, 1).result.key

    code = sample_uscc(1, "440305")
    assert counts(over) == (2, 0, 0, 0)
    assert (row_of(bench, RosterEntry, f"1:{code}").state, row_of(bench, Organisation, code).kind) == (
        "available",
        "sender",
    )
    assert row_of(bench, Person, f"{code}.officer").mobile == "13800000001"
    assert row_of(bench, Institution, code).bank_account["number"] == "6200000000000001"
    (event,) = [one for one in rows(bench, Event) if one.act == "bulk.import_senders"]
    (attached,) = rows(bench, Attachment)
    assert (event.subject, event.facts["added"]) == (key, 2)
    assert (attached.subject, attached.sha256) == (key, event.facts["sha256"])


def test_same_file_twice_changes_nothing_the_second_time(bench: Bench) -> None:
    content = roster(sender_line(1))
    done(bench, SHENZHEN, "senders", content, 1)
    before = len(rows(bench, Event))

    assert counts(looked(bench, SHENZHEN, "senders", content, 1)) == (0, 0, 1, 0)
    with pytest.raises(AlreadyDone):
        done(bench, SHENZHEN, "senders", content, 1)

    assert len(rows(bench, Event)) == before


def test_one_wrong_line_keeps_the_whole_file_out(bench: Bench) -> None:
    content = roster(sender_line(1), sender_line(2, uscc="52440305MJT000101X"))

    over = looked(bench, SHENZHEN, "senders", content, 1)
    with pytest.raises(RuleBroken) as refused:
        done(bench, SHENZHEN, "senders", content, 1)

    assert cells(over) == [("B3", "统一社会信用代码")]
    assert "第3行" in str(refused.value)
    assert rows(bench, RosterEntry) == []


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        pytest.param({"email": "not an address"}, ("E2", "联系人邮箱"), id="K05-email"),
        pytest.param({"mobile": "12345"}, ("F2", "联系人手机"), id="K03-mobile"),
        pytest.param({"account": "别的户名"}, ("G2", "收款户名"), id="K41-account-name"),
        pytest.param({"bank": ""}, ("H2", "开户行"), id="K41-bank"),
    ],
)
def test_value_that_a_rule_refuses_is_named_by_its_cell(
    bench: Bench, changes: dict[str, str], cell: tuple[str, str]
) -> None:
    over = looked(bench, SHENZHEN, "senders", roster(sender_line(1, **changes)), 1)

    assert (cells(over), counts(over)) == ([cell], (0, 0, 0, 1))


def test_all_that_is_wrong_in_a_line_is_named_at_once(bench: Bench) -> None:
    changes = {
        "uscc": "52440305MJT000101X",
        "contact": "",
        "email": "not an address",
        "mobile": "12345",
        "bank": "",
    }

    over = looked(bench, SHENZHEN, "senders", roster(sender_line(1, **changes)), 1)

    assert sorted(cell for cell, _label in cells(over)) == ["B2", "D2", "E2", "F2", "H2"]


def test_same_code_and_same_address_in_two_lines_are_named_with_both_cells(bench: Bench) -> None:
    first = sender_line(1)
    content = roster(first, sender_line(2, uscc=first[1]), sender_line(3, email=first[4]))

    over = looked(bench, SHENZHEN, "senders", content, 1)

    assert cells(over) == [("B3", "统一社会信用代码"), ("E4", "联系人邮箱")]
    assert "B2格和B3格" in over.plan.faults[0].text


def test_contact_and_strengths_that_differ_are_changed(bench: Bench) -> None:
    done(bench, SHENZHEN, "senders", roster(sender_line(1)), 1)
    code = sample_uscc(1, "440305")
    content = roster(sender_line(1, email="new@people.example", strengths="督导培养"))

    over = looked(bench, SHENZHEN, "senders", content, 1)
    done(bench, SHENZHEN, "senders", content, 1)

    assert [(one.label, one.new) for one in over.plan.lines[0].changes] == [
        ("联系人邮箱", "new@people.example"),
        ("服务专长", "督导培养"),
    ]
    assert row_of(bench, Person, f"{code}.officer").email == "new@people.example"
    assert row_of(bench, RosterEntry, f"1:{code}").strengths == "督导培养"


def test_account_that_is_registered_is_never_replaced(bench: Bench) -> None:
    done(bench, SHENZHEN, "senders", roster(sender_line(1)), 1)

    over = looked(bench, SHENZHEN, "senders", roster(sender_line(1, number_of_account="620099")), 1)

    assert cells(over) == [("I2", "银行账号")]


def test_account_is_taken_where_none_was_told(bench: Bench) -> None:
    blank = {"account": "", "bank": "", "number_of_account": ""}
    done(bench, SHENZHEN, "senders", roster(sender_line(1, **blank)), 1)

    over = looked(bench, SHENZHEN, "senders", roster(sender_line(1)), 1)
    done(bench, SHENZHEN, "senders", roster(sender_line(1)), 1)

    assert [one.new for one in over.plan.lines[0].changes] == ["…0001"]
    assert row_of(bench, Institution, sample_uscc(1, "440305")).bank_account["bank"] == "样例银行"


def test_code_of_a_recipient_is_no_sender(bench: Bench) -> None:
    with bench.work() as work:
        add_institution(work, sample_uscc(1, "440305"), division="430121")

    over = looked(bench, SHENZHEN, "senders", roster(sender_line(1)), 1)

    assert cells(over) == [("B2", "统一社会信用代码")]


def test_what_has_changed_since_it_was_looked_over_is_not_written(bench: Bench) -> None:
    content = roster(sender_line(1))

    with pytest.raises(BadInput) as refused:
        done(bench, SHENZHEN, "senders", content, 1, seen="another")

    assert refused.value.code == "bulk.stale"
    assert rows(bench, RosterEntry) == []


def test_only_shenzhen_imports_senders(bench: Bench) -> None:
    with pytest.raises(NotEntitled):
        done(bench, PROVINCE, "senders", roster(sender_line(1)), 1)
