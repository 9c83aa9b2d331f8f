"""The code on a scan is found on pictures and PDFs, slanted or small; what has none, or is made to harm, has none."""

import io
import time

import pytest
from PIL import Image

from documents.reading.scan_code import code_on
from documents.version_code import VersionCode, format_code
from tasks.papers.application import qr_picture
from tests.models.rules.corpus import PDF, jpeg, png

CODE = VersionCode("1-52430121MJJ000018T-1", 2, "0123abcd")


def page(*, slanted: float = 0, scale: int = 1) -> Image.Image:
    """A page with the code in its corner, as a scanner sees it."""
    code = Image.open(io.BytesIO(qr_picture(format_code(CODE)))).convert("RGB")
    paper = Image.new("RGB", (1240, 1754), "white")
    paper.paste(code.resize((code.width, code.height)), (1000, 80))
    paper = paper.resize((paper.width * scale, paper.height * scale))
    return paper.rotate(slanted, expand=True, fillcolor="white")


def saved(picture: Image.Image, kind: str) -> bytes:
    body = io.BytesIO()
    picture.save(body, kind)
    return body.getvalue()


@pytest.mark.parametrize(
    ("kind", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("PDF", "application/pdf")]
)
@pytest.mark.parametrize("slanted", [0, 2, 180])
def test_the_code_is_found(kind: str, media: str, slanted: float) -> None:
    assert code_on(saved(page(slanted=slanted), kind), media) == CODE


def test_it_is_found_behind_other_pages() -> None:
    blank = Image.new("RGB", (1240, 1754), "white")
    body = io.BytesIO()
    blank.save(body, "PDF", save_all=True, append_images=[blank, page(), blank, blank, blank])

    assert code_on(body.getvalue(), "application/pdf") == CODE


NONE = {
    "a blank page": (saved(Image.new("RGB", (600, 800), "white"), "PNG"), "image/png"),
    "no PDF behind its header": (PDF, "application/pdf"),
    "no pixels behind a header": (png(), "image/png"),
    "no pixels behind another": (jpeg(), "image/jpeg"),
    "a header of 60000 by 60000": (png(60_000, 60_000), "image/png"),
    "another kind": (b"hello", "text/plain"),
}


@pytest.mark.parametrize(("content", "media"), NONE.values(), ids=NONE)
def test_what_has_no_code_has_none_soon(content: bytes, media: str) -> None:
    began = time.perf_counter()

    assert code_on(content, media) is None
    assert time.perf_counter() - began < 10
