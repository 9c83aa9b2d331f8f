"""Files in the browser: chosen with a form, kept with its act or not at all, downloaded by whom they concern."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.agreement import Signature
from models.evaluation import ClosingAccount, Honour
from models.review import Decision
from models.rules.upload import MAX_BYTES
from tests.console.web.visiting import Guest, Page, Visiting, read_page, visiting
from tests.factory import PROVINCE, PROVINCE_RURAL
from tests.tasks.applying import county_code, emailed_bench, opened_bench, recommended
from tests.tasks.filing import OTHER, PDF, recorded, with_folder
from tests.tasks.scenes import (
    CITY,
    CITY_CASE,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_CASE,
    OTHER_COUNTY,
    SENDERS,
    draft,
    key_of,
    reviewing_bench,
    rows,
    score_all,
    signing_bench,
)
from tests.tasks.working import pay, working_bench
from tests.tasks.yearend import closing_bench, honouring_bench

PATH = f"/agreement/{COUNTY_PAIR}"
SIGN = "/act/agreement.sign"
SHA256 = hashlib.sha256(PDF).hexdigest()
SEAL = [("seal_file", "盖章页.pdf", PDF)]


@pytest.fixture
def visits(sqlite_url: str, tmp_path: Path) -> Visiting:
    bench = with_folder(signing_bench(sqlite_url), tmp_path / "home")
    draft(bench, COUNTY_PAIR)
    return visiting(bench)


@pytest.fixture
def recipient(visits: Visiting) -> Guest:
    return visits.as_(f"{COUNTY_CASE}.officer")


def kept(visits: Visiting) -> list[Path]:
    home = visits.bench.house.home
    assert home is not None
    return [one for one in home.rglob("*") if one.is_file()]


def addresses(page: Page) -> list[str]:
    return [path for _, path in page.links if path.startswith("/file/")]


def test_form_with_a_file_is_sent_in_parts(recipient: Guest) -> None:
    body = recipient.get(PATH).text

    assert body.count('enctype="multipart/form-data"') == 1
    assert 'type="file" name="file.seal_file"' in body


def test_file_alone_stands_for_its_field_and_is_attached_once(visits: Visiting, recipient: Guest) -> None:
    form = recipient.page(PATH).form(SIGN)

    answers = [recipient.send(form, SEAL, signatory="样例签署人") for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    assert [one.seal_file for one in rows(visits.bench, Signature)] == ["盖章页.pdf"]
    assert recorded(visits.bench) == ([("agreement", COUNTY_PAIR, "seal_file", "盖章页.pdf")], 1)
    assert len(kept(visits)) == 1
    page = recipient.page(PATH)
    assert all(words in page.text for words in ("附件", "盖章页.pdf", SHA256[:12], "1 KB"))


def test_text_beside_a_file_is_the_fields_value(visits: Visiting, recipient: Guest) -> None:
    form = recipient.page(PATH).form(SIGN)

    recipient.send(form, SEAL, signatory="样例签署人", seal_file="档案室一号")

    assert [one.seal_file for one in rows(visits.bench, Signature)] == ["档案室一号"]
    assert len(recorded(visits.bench)[0]) == 1


def test_refused_act_keeps_what_was_typed_and_asks_for_the_file_again(
    visits: Visiting, recipient: Guest
) -> None:
    form = recipient.page(PATH).form(SIGN)

    answer = recipient.send(form, SEAL, signatory="样例签署人", signed_on="2022-05-01")

    page = read_page(answer)
    again = page.form(SIGN).filled()
    assert (answer.status_code, "请重新选择文件：盖章页.pdf" in page.text) == (409, True)
    assert (again["signatory"], again["seal_file"]) == ("样例签署人", "")
    assert (recorded(visits.bench), rows(visits.bench, Signature)) == (([], 0), [])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("盖章页.exe", b"MZ", "不是可以上传的类型"),
        ("盖章页.pdf", b"MZ" * 50, "与扩展名 .pdf 不符"),
        ("盖章页.pdf", b"", "文件是空的"),
        ("盖章页.pdf", PDF + b"0" * MAX_BYTES, "超过 10 MB"),
        ("盖章\u202efdp.exe.pdf", PDF, "改变文字方向"),
    ],
)
def test_faulty_file_is_refused_at_its_field(
    visits: Visiting, recipient: Guest, name: str, content: bytes, says: str
) -> None:
    form = recipient.page(PATH).form(SIGN)

    answer = recipient.send(form, [("seal_file", name, content)], signatory="样例签署人", seal_file="盖章页")

    page = read_page(answer)
    assert (answer.status_code, says in page.text, 'id="seal_file-error"' in answer.text) == (400, True, True)
    assert page.form(SIGN).filled()["signatory"] == "样例签署人"
    assert (recorded(visits.bench), rows(visits.bench, Signature), kept(visits)) == (([], 0), [], [])


def test_name_of_a_faulty_file_does_not_stand_in_the_field(recipient: Guest) -> None:
    form = recipient.page(PATH).form(SIGN)

    answer = recipient.send(form, [("seal_file", "a.exe", b"MZ")], signatory="样例签署人")

    assert read_page(answer).form(SIGN).filled()["seal_file"] == ""


def test_too_long_a_form_is_a_page(visits: Visiting, recipient: Guest) -> None:
    form = recipient.page(PATH).form(SIGN)

    answer = recipient.send(form, [("seal_file", f"{one}.pdf", PDF + b"0" * 7_000_000) for one in "ab"])

    assert (answer.status_code, "超过 12 MB" in read_page(answer).text) == (413, True)
    assert kept(visits) == []


def test_too_many_files_are_refused(recipient: Guest) -> None:
    form = recipient.page(PATH).form(SIGN)

    few = recipient.send(form, [("seal_file", f"{one}.pdf", PDF) for one in range(10)], csrf="no")
    many = recipient.send(form, [("seal_file", f"{one}.pdf", PDF) for one in range(11)])

    assert (few.status_code, many.status_code) == (403, 400)


def test_full_disk_is_a_page_and_nothing_is_done(visits: Visiting, recipient: Guest) -> None:
    home = visits.bench.house.home
    assert home is not None
    (home / "files").write_text("in the way")
    form = recipient.page(PATH).form(SIGN)

    answer = recipient.send(form, SEAL, signatory="样例签署人")

    assert (answer.status_code, "文件没有保存成" in read_page(answer).text) == (503, True)
    assert rows(visits.bench, Signature) == []


def test_download_is_an_attachment_for_whom_it_concerns(visits: Visiting, recipient: Guest) -> None:
    recipient.send(recipient.page(PATH).form(SIGN), SEAL, signatory="样例签署人")
    path = addresses(recipient.page(PATH))[0]

    answer = recipient.get(path)
    others = {
        office: visits.as_(f"{office}.officer").get(path).status_code
        for office in (PROVINCE, PROVINCE_RURAL, CITY, COUNTY, SENDERS[0], OTHER_COUNTY, SENDERS[1])
    }

    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E7%9B%96")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {office for office, status in others.items() if status == 404} == {OTHER_COUNTY, SENDERS[1]}
    assert set(others.values()) == {200, 404}


def test_foreign_file_looks_like_one_that_is_not_there(visits: Visiting, recipient: Guest) -> None:
    recipient.send(recipient.page(PATH).form(SIGN), SEAL, signatory="样例签署人")
    foreign = visits.as_(f"{OTHER_COUNTY}.officer")

    answers = [foreign.get(f"/file/{SHA256}/{number}") for number in ("1", "2", "x", "9" * 30, "１")]
    by_another_hash = recipient.get(f"/file/{'0' * 64}/1")

    assert {one.status_code for one in (*answers, by_another_hash)} == {404}
    assert len({read_page(one).text for one in answers}) == 1
    assert visits.stranger().get(f"/file/{SHA256}/1").status_code == 303


def test_lost_file_is_said(visits: Visiting, recipient: Guest) -> None:
    recipient.send(recipient.page(PATH).form(SIGN), SEAL, signatory="样例签署人")
    kept(visits)[0].unlink()

    answer = recipient.get(addresses(recipient.page(PATH))[0])

    assert (answer.status_code, "qianshou check" in read_page(answer).text) == (404, True)


def test_more_is_added_later_by_who_may(visits: Visiting) -> None:
    county, shenzhen = visits.as_(f"{COUNTY}.officer"), visits.as_("440300-mz.officer")
    page = county.page(county.page(PATH).link("添加附件"))
    form = page.form("/act/files.attach")

    empty = county.send(form, purpose="document")
    assert 'id="file-error"' in empty.text
    done = county.send(form, [("file", "补充.pdf", OTHER)], purpose="document", note="补盖骑缝章")

    assert ("协议" in page.text, empty.status_code, done.status_code) == (True, 400, 303)
    assert done.headers["location"] == PATH
    assert recorded(visits.bench) == ([("agreement", COUNTY_PAIR, "document", "补充.pdf")], 1)
    assert "补盖骑缝章" in shenzhen.page(PATH).text
    assert "添加附件" not in [label for label, _ in shenzhen.page(PATH).links]


def test_nothing_of_others_is_told_by_the_form_of_adding(visits: Visiting) -> None:
    foreign = visits.as_(f"{OTHER_COUNTY}.officer")
    given = {"subject_type": "agreement", "subject": COUNTY_PAIR}

    shown = foreign.get("/act/files.attach", **given, fixed="subject_type,subject")
    posted = foreign.post("/act/files.attach", **given, purpose="document", seen="0")

    assert (shown.status_code, posted.status_code) == (404, 404)


def test_scans_come_with_a_citys_list(sqlite_url: str, tmp_path: Path) -> None:
    bench = with_folder(opened_bench(sqlite_url), tmp_path / "home")
    keys = [recommended(bench, county_code(number)) for number in (1, 2)]
    visits, path = visiting(bench), "/submission/1:430100"
    city = visits.as_(f"{CITY}.officer")
    places: dict[str, Any] = {f"ranking.{key}": str(place) for place, key in enumerate(keys, 1)}
    city.send(city.page(path).form("/act/application.rank_city"), **places)
    scans = [("scan", "一.pdf", PDF), ("scan", "二.pdf", OTHER)]

    unsealed = city.send(city.page(path).form("/act/application.email_submission"), scans)
    again = read_page(unsealed)
    sealed = city.send(again.form("/act/application.email_submission"), scans, sealed="1")

    applicant = visits.as_(f"{county_code(1)}.officer")
    assert (unsealed.status_code, "一.pdf" in again.text, sealed.status_code) == (409, True, 303)
    assert recorded(bench)[0] == [("submission", "1:430100", "scan", f"{one}.pdf") for one in "一二"]
    assert "盖章扫描件" in city.page(path).text
    assert applicant.get(addresses(city.page(path))[0]).status_code == 404


def test_minutes_come_with_the_decision_and_are_the_provinces(sqlite_url: str, tmp_path: Path) -> None:
    made, _people = reviewing_bench(sqlite_url, (None, None, None, None, "430300"))
    bench = with_folder(made, tmp_path / "home")
    score_all(
        bench,
        [f"reviewer-{number:02d}.reviewer" for number in range(1, 5)],
        {COUNTY_CASE: 90, OTHER_CASE: 80, CITY_CASE: 70},
    )
    visits = visiting(bench)
    province, path = visits.as_(f"{PROVINCE}.officer"), "/review/decision/1"
    chosen = {
        f"result.{key_of(CITY_CASE)}": "rejected",
        f"reason.{key_of(CITY_CASE)}": "方案不可行（示例）",
        f"result.{key_of(OTHER_CASE)}": "waiting",
    }
    files = [("minutes", "纪要.pdf", PDF), ("document", "湘民函〔2022〕1号.pdf", OTHER)]

    refused = province.send(province.page(path).form(path), files, **chosen)
    done = province.send(province.page(path).form(path), files, minutes="纪要", **chosen)

    assert ("请重新选择文件" in read_page(refused).text, done.status_code) == (True, 303)
    assert [one.document for one in rows(bench, Decision)] == ["湘民函〔2022〕1号.pdf"]
    assert {one[2] for one in recorded(bench)[0]} == {"minutes", "document"}
    seen = {
        office: "纪要.pdf" in visits.as_(f"{office}.officer").page("/batch/1").text
        for office in (PROVINCE, PROVINCE_RURAL, CITY, COUNTY_CASE)
    }
    assert seen == {PROVINCE: True, PROVINCE_RURAL: True, CITY: False, COUNTY_CASE: False}


def test_reversal_brings_its_document(sqlite_url: str, tmp_path: Path) -> None:
    bench = with_folder(working_bench(sqlite_url), tmp_path / "home")
    voucher = pay(bench, "C", COUNTY_PAIR)
    visits = visiting(bench)
    officer = visits.as_(f"{COUNTY}.officer")
    path = f"/voucher/{voucher.key}"

    answer = officer.fill(
        officer.page(path).link("冲销付款"), files=[("document", "冲销.pdf", PDF)], reason="账号错误"
    )

    assert answer.status_code == 303, read_page(answer).text
    assert recorded(bench)[0] == [("voucher", voucher.key, "document", "冲销.pdf")]
    assert "冲销.pdf" in visits.as_(f"{COUNTY_CASE}.officer").page(path).text


def test_archive_comes_with_the_close(sqlite_url: str, tmp_path: Path) -> None:
    bench = with_folder(closing_bench(sqlite_url), tmp_path / "home")
    visits = visiting(bench)
    province = visits.as_(f"{PROVINCE}.officer")

    answer = province.fill(
        "/closing/1", action="/act/evaluation.close_batch", files=[("archive", "移交清单.pdf", PDF)]
    )

    assert answer.status_code == 303, read_page(answer).text
    assert [one.archive for one in rows(bench, ClosingAccount)] == ["移交清单.pdf"]
    assert "移交清单.pdf" in province.page("/closing/1").text
    assert "移交清单.pdf" not in visits.as_(f"{CITY}.officer").page("/batch/1").text


def test_honour_brings_its_document_to_who_recorded_it(sqlite_url: str, tmp_path: Path) -> None:
    bench = with_folder(honouring_bench(sqlite_url), tmp_path / "home")
    visits = visiting(bench)
    county = visits.as_(f"{COUNTY}.officer")
    fields = {"kind": "person", "subject": "张三", "level": "county", "title": "优秀人物张三"}

    answer = county.fill(
        county.page("/honours", year=2022).link("登记表彰、宣传与典型"),
        files=[("document", "表彰决定.pdf", PDF)],
        **fields,
    )

    assert answer.status_code == 303, read_page(answer).text
    honour = rows(bench, Honour)[0]
    page = county.page(f"/honours/{honour.key}")
    more = county.fill(page.link("添加附件"), files=[("file", "照片.pdf", OTHER)], purpose="other")
    assert ("表彰决定.pdf" in page.text, more.status_code) == (True, 303)
    foreign = visits.as_(f"{OTHER_COUNTY}.officer").get(addresses(page)[0])
    assert foreign.status_code == 404


def test_events_name_file_and_purpose(visits: Visiting, recipient: Guest) -> None:
    recipient.send(recipient.page(PATH).form(SIGN), SEAL, signatory="样例签署人")

    page = visits.as_(f"{PROVINCE}.officer").page(f"/audit/agreement:{COUNTY_PAIR}")

    assert all(words in page.text for words in ("添加附件", "盖章页.pdf", SHA256))


def test_pages_ask_no_more_the_more_files_there_are(sqlite_url: str, tmp_path: Path) -> None:
    bench, keys = emailed_bench(sqlite_url, county_code(1))
    with bench.work() as work:
        for number in range(300):
            row = {"sha": f"{number:064d}", "key": keys[0], "at": "2022-04-01T00:00:00.000000Z"}
            work.session.connection().execute(
                text("INSERT INTO stored_file VALUES (:sha, 'application/pdf', 10, 'x', :at)"), row
            )
            work.session.connection().execute(
                text(
                    "INSERT INTO attachment (subject_type, subject, purpose, sha256, name, note, code, by, at)"
                    " VALUES ('application', :key, 'other', :sha, 'a.pdf', '', '', :by, :at)"
                ),
                {**row, "by": f"{PROVINCE}.officer"},
            )

    page = visiting(bench).as_(f"{PROVINCE}.officer").page(f"/application/{keys[0]}")

    assert len(addresses(page)) == 300
