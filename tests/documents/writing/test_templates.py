"""An office's own templates: used where they are sound, refused with every fault named where they are not."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from documents.writing.checking import template_faults
from documents.writing.layout import layout_of, layouts
from documents.writing.packing import packed
from documents.writing.templates import (
    TemplateFaulty,
    faulty_templates,
    own_templates,
    shipped_template,
    template_of,
)
from models.messages import say
from tests.documents.writing.papers import filled, words_of_docx

LAYOUT = layout_of("agreement")


def changed(change: Callable[[Any], object], code: str = "agreement") -> bytes:
    document = docx.Document(io.BytesIO(shipped_template(code).content))
    change(document)
    made = io.BytesIO()
    document.save(made)
    return packed(made.getvalue())


def unshown(place: str, thing: str) -> str:
    words = say(f"documents.template.thing.{thing}", tag=thing)
    return say("documents.template.unshown", place=place, thing=words)


@pytest.mark.parametrize("code", layouts())
def test_what_we_ship_is_sound(code: str) -> None:
    assert template_faults(shipped_template(code).content, layout_of(code)) == ()


def test_a_sound_template_of_an_office_is_used(tmp_path: Path) -> None:
    (tmp_path / "agreement.docx").write_bytes(
        changed(lambda one: one.add_paragraph("本局补充条款：{{批次}}"))
    )

    found = template_of("agreement", tmp_path)

    assert (found.is_own, own_templates(tmp_path), faulty_templates(tmp_path)) == (True, ("agreement",), {})
    assert "本局补充条款：批次之值" in words_of_docx(filled("agreement", template=found.content))
    assert not template_of("decision", tmp_path).is_own


def test_a_faulty_template_is_never_replaced_by_ours(tmp_path: Path) -> None:
    (tmp_path / "agreement.docx").write_bytes(changed(lambda one: one.add_paragraph("{{某某}}")))

    with pytest.raises(TemplateFaulty) as refused:
        template_of("agreement", tmp_path)

    assert [("某某" in one, "正文第" in one) for one in refused.value.sentences] == [(True, True)]


def test_what_is_no_documents_name_is_told(tmp_path: Path) -> None:
    for name in ("poster.docx", "agreement.doc", "~$agreement.docx", ".hidden"):
        (tmp_path / name).write_bytes(b"x")

    assert list(faulty_templates(tmp_path)) == ["agreement.doc", "poster.docx"]
    assert faulty_templates(tmp_path / "none") == {}


def _append(document: Any, markup: str) -> None:
    paragraph = document.add_paragraph("补充")
    paragraph.runs[0]._r.append(parse_xml(markup.replace("/>", f" {nsdecls('w')}/>", 1)))


def _wrap(document: Any, tag: str) -> None:
    paragraph = document.add_paragraph("补充")
    outer = OxmlElement(tag)
    run = paragraph.runs[0]._r
    run.addprevious(outer)
    outer.append(run)


def _style(document: Any, tag: str) -> None:
    run = document.add_paragraph("补充").runs[0]._r
    run.get_or_add_rPr().append(OxmlElement(tag))


def _floating(document: Any) -> None:
    markup = (
        f"<w:drawing {nsdecls('w')} xmlns:wp='http://schemas.openxmlformats.org/drawingml/2006/"
        "wordprocessingDrawing'><wp:anchor/></w:drawing>"
    )
    document.add_paragraph("补充").runs[0]._r.append(parse_xml(markup))


def _text_box(document: Any) -> None:
    markup = "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'/>"
    document.add_paragraph("补充").runs[0]._r.append(parse_xml(markup))


def _field(document: Any) -> None:
    mark = OxmlElement("w:instrText")
    mark.text = ' INCLUDETEXT "x" '
    document.add_paragraph("补充").runs[0]._r.append(mark)


LAST = "正文第14段"


@pytest.mark.parametrize(
    ("change", "thing"),
    [
        (lambda one: _append(one, "<w:object/>"), "object"),
        (lambda one: _append(one, "<w:pict/>"), "pict"),
        (lambda one: _append(one, "<w:commentReference/>"), "commentReference"),
        (lambda one: _append(one, "<w:footnoteReference/>"), "footnoteReference"),
        (lambda one: _append(one, "<w:sym/>"), "sym"),
        (lambda one: _wrap(one, "w:ins"), "ins"),
        (lambda one: _wrap(one, "w:del"), "del"),
        (lambda one: _wrap(one, "w:hyperlink"), "hyperlink"),
        (lambda one: _style(one, "w:vanish"), "vanish"),
        (lambda one: _style(one, "w:strike"), "strike"),
        (_floating, "anchor"),
        (_text_box, "AlternateContent"),
        (_field, "field"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_the_print_cannot_show_is_named_with_its_place(
    change: Callable[[Any], object], thing: str
) -> None:
    assert template_faults(changed(change), LAYOUT) == (unshown(LAST, thing),)


def test_numbers_that_a_style_gives_are_named() -> None:
    found = template_faults(changed(lambda one: one.add_paragraph("甲", style="List Number")), LAYOUT)

    assert found == (unshown(LAST, "numPr"),)


@pytest.mark.parametrize("text", ["{{批次}", "{批次}}", "{{批\n次}}", "{{}}", "\uff5b\uff5b批次\uff5d\uff5d"])
def test_a_name_that_is_not_whole_is_named(text: str) -> None:
    found = template_faults(changed(lambda one: one.add_paragraph(text)), LAYOUT)

    assert found == (say("documents.template.broken", place=LAST, found=text),)


def test_names_in_the_wrong_place_are_named() -> None:
    def change(document: Any) -> None:
        document.add_paragraph("{{指标.年度}}")
        document.sections[0].header.paragraphs[0].text = "{{付款.金额}}"
        document.tables[0].rows[1].cells[1].text = "{{指标.名称}}"

    assert template_faults(changed(change), LAYOUT) == (
        say("documents.template.two_lists", place="表1第2行", lists=["当事方", "指标"]),
        say("documents.template.outside_row", place=LAST, name="指标.年度"),
        say("documents.template.outside_row", place="页眉", name="付款.金额"),
    )


def test_what_the_document_cannot_do_without_is_asked_for() -> None:
    found = template_faults(
        changed(lambda one: one.tables[1]._tbl.getparent().remove(one.tables[1]._tbl)), LAYOUT
    )

    assert found == (say("documents.template.missing", name="指标.…"),)


def test_pages_that_differ_are_named() -> None:
    def change(document: Any) -> None:
        document.add_section()
        document.settings.odd_and_even_pages_header_footer = True
        document.sections[0].different_first_page_header_footer = True

    found = template_faults(changed(change), LAYOUT)

    assert set(found) == {
        say("documents.template.sections"),
        say("documents.template.odd_pages"),
        unshown("正文第14段", "titlePg"),
    }


def test_a_picture_stands_alone() -> None:
    def change(document: Any) -> None:
        document.add_paragraph("前{{二维码}}")

    found = template_faults(changed(change, "application_form"), layout_of("application_form"))

    assert found == (say("documents.template.picture_alone", place="正文第4段", name="二维码"),)


def test_a_content_control_may_hold_words_and_no_rows() -> None:
    def around(tag: str) -> Callable[[Any], None]:
        def change(document: Any) -> None:
            held = next(document.element.body.iter(qn(tag)))
            control, inner = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
            held.addprevious(control)
            control.append(inner)
            inner.append(held)

        return change

    assert template_faults(changed(around("w:p")), LAYOUT) == ()
    assert template_faults(changed(around("w:tc")), LAYOUT)[0] == unshown("表1第1行", "sdt")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_docx_passes_no_parser(content: bytes) -> None:
    assert len(template_faults(content, LAYOUT)) == 1


def test_a_docx_that_lacks_its_parts_is_damaged() -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(shipped_template("agreement").content)) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for one in given.infolist():
            if one.filename != "word/styles.xml":
                package.writestr(one, given.read(one.filename))

    assert template_faults(made.getvalue(), LAYOUT) == (say("documents.template.damaged"),)


def test_macros_and_what_is_fetched_from_elsewhere_are_refused() -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(shipped_template("agreement").content)) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for one in given.infolist():
            package.writestr(one, given.read(one.filename))
        package.writestr("word/vbaProject.bin", b"x")

    assert template_faults(made.getvalue(), LAYOUT) == (say("upload.office_macros"),)
