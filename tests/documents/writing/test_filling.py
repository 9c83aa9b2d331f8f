"""Filling: names become values and nothing else, rows are repeated, equal values give equal bytes."""

import hashlib
import io
import subprocess
import sys

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.writing.filling import Values, fill, plain
from documents.writing.layout import Layout, layout_of, layouts
from documents.writing.packing import packed
from tests.documents.writing.papers import filled, rows_of, sample_values, squeezed, words_of_docx

NOTICE = layout_of("payment_notice")


def template(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    made = io.BytesIO()
    document.save(made)
    return packed(made.getvalue())


def texts_of(content: bytes) -> list[str]:
    return [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]


def values(**texts: str) -> Values:
    return Values(texts, {})


def test_names_become_values_with_blanks_around_them_or_not() -> None:
    made = fill(template("{{收款方}}收到{{ 金额 }}（{{金额}}）"), NOTICE, values(payee="甲", amount="1元"))

    assert texts_of(made) == ["甲收到1元（1元）"]


def test_a_name_that_word_has_cut_takes_the_look_of_its_beginning() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for size, text in ((10, "共{"), (20, "{金"), (30, "额}}整"), (12, "。")):
        paragraph.add_run(text).font.size = Pt(size)

    made = fill(saved(document), NOTICE, values(amount="3万元"))

    runs = docx.Document(io.BytesIO(made)).paragraphs[0].runs
    assert [(one.text, one.font.size) for one in runs] == [
        ("共3万元", Pt(10)),
        ("", Pt(20)),
        ("整", Pt(30)),
        ("。", Pt(12)),
    ]


def test_lines_and_tabs_of_a_value_are_lines_and_tabs() -> None:
    made = fill(template("甲{{金额}}乙"), NOTICE, values(amount="一\n二\t三"))

    paragraph = docx.Document(io.BytesIO(made)).paragraphs[0]
    kinds = [one.tag for one in paragraph.runs[0]._r.iter(qn("w:t"), qn("w:br"), qn("w:tab"))]
    assert paragraph.text == "甲一\n二\t三乙"
    assert kinds == [qn(f"w:{name}") for name in ("t", "br", "t", "tab", "t")]


@pytest.mark.parametrize("count", [0, 1, 42])
def test_a_row_is_repeated_for_every_item(count: int) -> None:
    made = filled("pairing_list", sample_values(layout_of("pairing_list"), count))

    assert [row[0] for row in rows_of(made, 1)] == [
        "序号",
        *(f"结对序号{number}" for number in range(1, count + 1)),
    ]


def test_a_row_may_name_what_is_no_list_too() -> None:
    document = docx.Document()
    document.add_table(rows=1, cols=2).rows[0].cells[0].text = "{{批次}}{{明细.金额}}"
    given_values = Values({"batch": "第一批"}, {"lines": [{"amount": "1"}, {"amount": "2"}]})

    made = fill(saved(document), NOTICE, given_values)

    assert [row[0] for row in rows_of(made, 0)] == ["第一批1", "第一批2"]


HOSTILE = (
    "{{金额}}",
    "{{明细.金额}}",
    "{{二维码}}",
    '#panic("x") $x^2$ *b* _i_ `c` <l> @r [y] {z} \\u{41} // x /* y */ = h - li + en / t',
    '"quoted" \\" \\\\ \\n #read("/etc/hosts") #import "x"',
    '=HYPERLINK("http://x.example","y") +1 -1 @SUM(1)',
    "<w:t>&amp;&lt;]]><!-- -->",
    "'; DROP TABLE step; --",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_text_whatever_it_says(text: str) -> None:
    given_values = Values(
        {"payee": text, "amount": "别的"}, {"lines": [{"pair": text, "amount": "行内"}, {"pair": "乙"}]}
    )

    made = filled("payment_notice", given_values)

    assert texts_of(made)[3] == f"{text}："
    assert rows_of(made, 0)[1][0] == text


def test_what_is_no_sign_or_turns_the_writing_is_left_out() -> None:
    made = fill(
        template("{{金额}}"), NOTICE, values(amount="a\x00b\x1bc\u202ed\u2066e\ufefff\ud800g\u200bh\x85i")
    )

    assert texts_of(made) == ["abcdefghi"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_every_text_is_written_as_it_is(text: str) -> None:
    made = fill(template("{{金额}}"), NOTICE, values(amount=text))

    assert texts_of(made) == [plain(text)]


@pytest.mark.parametrize("code", layouts())
def test_everything_that_is_given_is_said(code: str) -> None:
    layout: Layout = layout_of(code)

    said = words_of_docx(filled(code))

    rows = {
        cell for items in sample_values(layout).lists.values() for item in items for cell in item.values()
    }
    unsaid = sorted(one for one in rows if squeezed(one) not in said)
    assert (unsaid, "{{" in said, "}}" in said) == ([], False, False)


_MAKE = """
import hashlib
from documents.writing.pdf import make_pdf
from tests.documents.writing.papers import filled
for code in ("application_form", "agreement"):
    content = filled(code)
    print(hashlib.sha256(content).hexdigest(), hashlib.sha256(make_pdf(content)).hexdigest())
"""


def test_equal_values_give_equal_bytes_in_every_process() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", _MAKE],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1]
    assert hashlib.sha256(filled("application_form")).hexdigest() == runs[0].split()[0]
