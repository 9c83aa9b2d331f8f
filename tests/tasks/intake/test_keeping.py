"""What was read in a paper comes back from its mail as it was read, and nobody reads it there."""

import pytest
from cryptography.exceptions import InvalidTag

from documents.reading.application_form import FoundForm, find_form
from documents.reading.document import read_document
from documents.reading.summary_table import FoundSummary, find_summary
from tasks.form_reading import sentences
from tasks.intake.keeping import opened_paper, sealed_paper
from tasks.paper_form import form_from_file
from tasks.summary_comparison import compare_summary_with_forms
from tests.documents.forms import FILLED, form_file
from tests.documents.paper import summary_docx
from tests.factory import Bench, programme
from tests.tasks.applying import opened_bench

ROW = "收2022-0001:abc"


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return opened_bench(sqlite_url)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="sound"),
        pytest.param({"funds_fiscal_wan": "24000元", "founded_on": "某年"}, id="not convertible"),
        pytest.param({"lead_id_number": "430121"}, id="a wrong number"),
        pytest.param({"city": "别处", "budget": []}, id="unknown city, no budget"),
    ],
)
def test_a_form_comes_back_as_it_was_read(bench: Bench, changes: dict[str, object]) -> None:
    form = find_form(read_document("a.docx", form_file({**FILLED, **changes})), programme())
    assert form is not None

    again = opened_paper(sealed_paper(form, ROW), ROW, programme())

    assert isinstance(again, FoundForm)
    with bench.work() as work:
        assert form_from_file(work, again, 1) == form_from_file(work, form, 1)
        assert sentences(work, again.problems) == sentences(work, form.problems)


def test_a_form_without_some_labels_comes_back(bench: Bench) -> None:
    rows = [["所在市州", "长沙市", "推选单位", "长沙县民政局"], ["申报机构", "样例"], ["社会信用代码", "x"]]
    rows += [["通讯地址", "样例路"], ["项目背景", "x"], ["项目方案", "y"], ["曾获何种奖励", "无"]]
    rows += [["上年度年检结果", "合格", "考核等级", "3A"], ["项目负责人", "姓名", "手机"], ["", "甲", "1"]]
    rows += [["项目联系人", "姓名", "手机"], ["", "乙", "2"], ["资金保障", "财政资金", "1"]]
    form = find_form(read_document("a.docx", form_file(rows=rows)), programme())
    assert form is not None
    assert form.missing_labels

    again = opened_paper(sealed_paper(form, ROW), ROW, programme())

    assert isinstance(again, FoundForm)
    assert [one.text for one in again.problems] == [one.text for one in form.problems]


def test_a_summary_comes_back_as_it_was_read(bench: Bench) -> None:
    summary = find_summary(read_document("a.docx", summary_docx()), programme())
    assert summary is not None

    again = opened_paper(sealed_paper(summary, ROW), ROW, programme())

    assert isinstance(again, FoundSummary)
    form = {
        "institution_name": "宁乡市示例儿童福利院",
        "trainees": 4,
        "contact_name": "别人",
        "city": "430100",
    }
    with bench.work() as work:
        found = [one.text for one in compare_summary_with_forms(work, summary, [form])]
        assert [one.text for one in compare_summary_with_forms(work, again, [form])] == found
    assert [one.text for one in again.problems] == [one.text for one in summary.problems]
    assert again.header.keys() == summary.header.keys()


def test_nobody_reads_it_in_the_mail_or_opens_it_for_another() -> None:
    form = find_form(read_document("a.docx", form_file()), programme())
    assert form is not None

    sealed = sealed_paper(form, ROW)

    assert FILLED["lead_id_number"] not in sealed
    assert FILLED["lead_name"] not in sealed
    with pytest.raises(InvalidTag):
        opened_paper(sealed, "收2022-0002:abc", programme())
