"""The print: the same words as the file for editing, page by page, and a clear word where a font is missing."""

import io
from collections import Counter
from pathlib import Path

import docx
import pypdfium2
import pytest
import zxingcpp
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from documents.version_code import format_code, parse_code
from documents.writing.filling import Values, fill
from documents.writing.layout import layout_of, layouts
from documents.writing.pdf import NoFont, make_pdf, require_fonts
from tests.documents.writing.papers import (
    CODE,
    filled,
    pages_of,
    printed,
    sample_values,
    squeezed,
    with_texts,
    words_of_docx,
)
from tests.documents.writing.test_filling import HOSTILE, NOTICE, saved


@pytest.mark.parametrize("code", layouts())
def test_the_print_says_exactly_what_the_file_says(code: str) -> None:
    content = filled(code)
    footer = squeezed(docx.Document(io.BytesIO(content)).sections[0].footer.paragraphs[0].text)

    pages = pages_of(make_pdf(content))

    # Footers come on every page with its number; a table's heading only where the table goes on.
    numbers = Counter("".join(f"{footer}{number}" for number in range(1, len(pages) + 1)))
    expected = Counter(words_of_docx(content)) - Counter(footer) + numbers
    assert Counter("".join(pages)) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_value_is_markup(text: str) -> None:
    layout = layout_of("payment_notice")
    given = with_texts(sample_values(layout), {"payee": text})

    said = "".join(printed("payment_notice", given))

    assert squeezed(text) in said


def test_a_heading_comes_again_where_its_table_goes_on() -> None:
    pages = printed("pairing_list", sample_values(layout_of("pairing_list"), 42))

    assert len(pages) > 1
    assert ["序号结对编号援派机构（深圳）" in page for page in pages] == [True] * len(pages)


def test_rows_are_whole_and_in_order_on_every_page() -> None:
    pages = printed("pairing_list", sample_values(layout_of("pairing_list"), 42))

    places = [next(n for n, page in enumerate(pages) if f"结对编号{row}结" in page) for row in range(1, 43)]
    assert places == sorted(places)
    assert all(f"结对推选单位{row}" in pages[page] for row, page in enumerate(places, start=1))


def test_a_full_plan_stays_within_its_form() -> None:
    plan = "".join(f"第{number}项，到村开展培训督导。" for number in range(1, 70))
    given = with_texts(sample_values(layout_of("application_form")), {"proposal": plan})

    said = "".join(printed("application_form", given))

    assert squeezed(plan)[-200:] in said


def test_the_code_can_be_searched_and_read_by_a_machine() -> None:
    given = with_texts(sample_values(layout_of("application_form")), {"code": CODE})
    content = make_pdf(filled("application_form", given))

    picture = pypdfium2.PdfDocument(content)[0].render(scale=3).to_pil()
    found = parse_code(zxingcpp.read_barcodes(picture)[0].text)
    searched = [parse_code(page) for page in pages_of(content)]

    assert found is not None
    assert format_code(found) == CODE
    # A page number stands behind the code, with a blank between that the reader of this test has squeezed out.
    assert [one is None or format_code(one) == CODE for one in searched] == [True] * len(searched)


def test_long_codes_break_within_their_cell_and_are_copied_whole() -> None:
    given = sample_values(layout_of("summary_table"))
    mail = "averylongnameofsomebody@aratherlongofficename.example.example"
    lists = {key: [{**rows[0], "email": mail}] for key, rows in given.lists.items()}

    said = "".join(printed("summary_table", Values(given.texts, lists)))

    assert mail in said


def test_looks_of_an_offices_own_template_are_kept() -> None:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.header.paragraphs[0].text = "某某文件"
    red = document.add_paragraph().add_run("{{收款方}}")
    red.font.color.rgb, red.font.underline, red.font.size = RGBColor(255, 0, 0), True, Pt(30)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    last = document.add_paragraph("第二页，共")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), " NUMPAGES ")
    field.append(OxmlElement("w:r"))
    last._p.append(field)

    made = make_pdf(fill(saved(document), NOTICE, Values({"payee": "红头"}, {})))

    assert pages_of(made) == ["某某文件红头", "某某文件第二页，共2"]
    colors = pypdfium2.PdfDocument(made)[0].render(scale=1).to_pil().convert("RGB").getcolors(1 << 20) or []
    assert (255, 0, 0) in {color for _, color in colors}


def test_the_answer_that_a_field_had_in_word_is_not_printed() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("第")
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("answer", "99"), ("end", "")):
        run = paragraph.add_run("99" if kind == "answer" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            mark = OxmlElement("w:instrText")
            mark.text = text
            run._r.append(mark)
    paragraph.add_run("页")

    made = make_pdf(fill(saved(document), NOTICE, Values({}, {})))

    assert pages_of(made) == ["第1页"]


def test_without_a_font_nothing_is_printed_and_the_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoFont) as refused:
        make_pdf(filled("payment_notice"), tmp_path)

    assert "fonts-noto-cjk" in str(refused.value)
    assert require_fonts().serif
