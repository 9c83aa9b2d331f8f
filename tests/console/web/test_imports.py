"""Many lines from a sheet in the browser: looked over, written once, faults as a file; nobody sees another's file."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from documents.rosters import kinds
from models.event import Event
from models.organisation import Person
from models.pairing import RosterEntry
from models.stored_file import Attachment
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.documents.rosters import CONTACT_HEADS, SENDER_HEADS, saved, sender_line, sheet
from tests.factory import PROVINCE, SHENZHEN, make_bench, set_batch
from tests.tasks.filing import with_folder
from tests.tasks.scenes import CITY, COUNTY, OTHER_COUNTY, rows

LINE = [1, COUNTY, "经办人", "王某", "wang@people.example", "13800000000", ""]


@pytest.fixture
def visits(sqlite_url: str, tmp_path: Path) -> Visiting:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
    return visiting(with_folder(bench, tmp_path / "home"))


def officer(visits: Visiting, office: str = CITY) -> Guest:
    return visits.as_(f"{office}.officer")


def look(guest: Guest, content: bytes, kind: str = "contacts", name: str = "名单.xlsx", **fields: Any) -> Any:
    """Chooses a file as a browser does."""
    files = [("file.sheet", (name, content))]
    return guest.client.post(f"/import/{kind}", data={"csrf": guest.csrf, **fields}, files=files)


def confirm(guest: Guest, answer: Any) -> Any:
    """Sends the page's own form of confirmation."""
    page = read_page(answer)
    return guest.send(page.form(next(one.action for one in page.forms if one.action.endswith("/write"))))


def test_sheet_is_looked_over_and_written_once(visits: Visiting) -> None:
    guest = officer(visits)

    shown = look(guest, sheet(CONTACT_HEADS, LINE))
    before = len(rows(visits.bench, Person))
    first, again = confirm(guest, shown), confirm(guest, shown)

    assert "将要写入的内容" in shown.text
    assert before + 1 == len(rows(visits.bench, Person))
    assert [(one.status_code, one.headers["location"]) for one in (first, again)] == [(303, "/import")] * 2
    page = guest.page("/import").text
    assert "名单.xlsx" in page
    (attached,) = rows(visits.bench, Attachment)
    assert guest.get(f"/file/{attached.sha256}/{attached.id}").content == sheet_of(visits, attached.sha256)


def sheet_of(visits: Visiting, sha256: str) -> bytes:
    home = visits.bench.house.home
    assert home is not None
    return (home / "files" / sha256[:2] / sha256).read_bytes()


def test_faults_are_shown_by_cell_and_handed_out_as_a_sheet_without_formulas(visits: Visiting) -> None:
    guest = officer(visits)
    wrong = [2, OTHER_COUNTY, "=1+1", "-2+3+cmd|' /C calc'!A0", "wang", "1", ""]

    shown = look(guest, sheet(CONTACT_HEADS, LINE, wrong))
    page = read_page(shown)
    handed = guest.send(page.form("/import/contacts/faults"))

    book = load_workbook(io.BytesIO(handed.content))
    found = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]
    assert not any(one.action.endswith("/write") for one in page.forms)
    assert [row[0] for row in found] == [f"工作表“名册”{column}3 格" for column in "BCEF"]
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    assert rows(visits.bench, Attachment) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("名单.xlsx", sheet(("事项", "说明"), ["一", "二"]), "没有联系人名单的栏目", id="labels"),
        pytest.param("名单.pdf", b"%PDF-1.7\n%%EOF\n", "不是 .xlsx", id="pdf"),
        pytest.param("名单.xlsx", b"PK\x03\x04nothing", "", id="damaged"),
    ],
)
def test_file_that_is_no_such_sheet_is_refused(
    visits: Visiting, name: str, content: bytes, words: str
) -> None:
    answer = look(officer(visits), content, name=name)

    assert (answer.status_code, words in read_page(answer).text) == (400, True)


def test_without_a_file_it_is_said_so(visits: Visiting) -> None:
    guest = officer(visits)

    answer = guest.post("/import/contacts", once=None)

    assert answer.status_code == 400


def test_what_changed_meanwhile_is_shown_again_and_not_written(visits: Visiting) -> None:
    guest = officer(visits)
    shown = look(guest, sheet(CONTACT_HEADS, LINE))
    visits.bench.act("organisation.add_person", COUNTY, code="wang", name="王某", email="w@people.example")
    before = len(rows(visits.bench, Event))

    answer = confirm(guest, shown)

    assert (answer.status_code, "预览之后登记情况有变化" in read_page(answer).text) == (400, True)
    assert len(rows(visits.bench, Event)) == before


def test_file_of_somebody_else_is_not_to_be_had_by_its_hash(visits: Visiting) -> None:
    shown = look(officer(visits), sheet(CONTACT_HEADS, LINE))
    other = officer(visits, "430300-mz")
    form = read_page(shown).form("/import/contacts/write").filled()

    answer = other.post("/import/contacts/write", **{**form, "csrf": other.csrf})

    assert (answer.status_code, "王某" in answer.text) == (400, False)
    assert rows(visits.bench, Attachment) == []


def test_senders_are_imported_to_a_batch(visits: Visiting) -> None:
    guest = officer(visits, SHENZHEN)

    answer = confirm(guest, look(guest, sheet(SENDER_HEADS, sender_line(1)), "senders", batch="1"))

    assert answer.status_code == 303
    assert [one.batch for one in rows(visits.bench, RosterEntry)] == [1]


@pytest.mark.parametrize(
    ("office", "allowed"),
    [
        (PROVINCE, {"contacts", "users"}),
        (CITY, {"contacts"}),
        (SHENZHEN, {"senders", "contacts"}),
        ("430100-xz", {"contacts"}),
    ],
)
def test_kinds_are_for_whom_their_act_is(visits: Visiting, office: str, allowed: set[str]) -> None:
    guest = officer(visits, office)

    empty = {kind: guest.get(f"/import/{kind}/empty").status_code for kind in kinds()}
    posted = {kind: look(guest, b"x", kind).status_code for kind in kinds()}

    assert {kind for kind, status in empty.items() if status == 200} == allowed
    assert {kind for kind, status in posted.items() if status == 400} == allowed
    assert {status for kind, status in posted.items() if kind not in allowed} <= {403}
    assert guest.get("/import/nothing/empty").status_code == 404


@pytest.mark.parametrize(
    ("office", "kind"), [(SHENZHEN, "senders"), (PROVINCE, "contacts"), (PROVINCE, "users")]
)
def test_empty_sheet_is_one_that_is_read_once_its_example_is_gone(
    visits: Visiting, office: str, kind: str
) -> None:
    guest = officer(visits, office)
    content = guest.get(f"/import/{kind}/empty").content
    book = load_workbook(io.BytesIO(content))
    lists = [one.formula1 for one in book["填写"].data_validations.dataValidation]
    line = {
        "senders": sender_line(1),
        "contacts": LINE,
        "users": [1, COUNTY, person(visits, f"{COUNTY}.officer").name, "", "", "开通"],
    }[kind]
    for column, value in enumerate(line, start=1):
        book["填写"].cell(2, column, value)

    left_in = look(guest, content, kind, batch="1")
    filled = look(guest, saved(book), kind, batch="1")

    assert "这一行是样例" in left_in.text
    assert re.search(r"新增 <b>1</b>", filled.text), read_page(filled).text
    assert len(lists) == {"senders": 0, "contacts": 2, "users": 2}[kind]


def person(visits: Visiting, code: str) -> Person:
    return next(one for one in rows(visits.bench, Person) if one.code == code)
