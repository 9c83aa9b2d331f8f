"""PDF by Typst: without date, without network, with fonts that are looked for before anything is set."""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import typst

from documents.writing.setting import typst_source
from models.messages import say

FAMILIES = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "SimSun",
    "FangSong",
)
"""What we can set Chinese with, the best first."""
PACKAGE = "fonts-noto-cjk"


class NoFont(Exception):
    """No font with Chinese signs is installed: a PDF would show empty boxes. Its text says what to install."""

    def __init__(self) -> None:
        super().__init__(say("documents.no_font", families=FAMILIES[:2], package=PACKAGE))


@cache
def _known(folder: str) -> tuple[typst.Fonts, tuple[str, ...]]:
    fonts = typst.Fonts(include_system_fonts=not folder, font_paths=[folder] if folder else [])
    installed = set(fonts.families())
    return fonts, tuple(one for one in FAMILIES if one in installed)


def chinese_fonts(folder: Path | None = None) -> tuple[str, ...]:
    """The families that are installed here, the best first; of `folder` alone where it is given."""
    return _known(str(folder or ""))[1]


def require_fonts(folder: Path | None = None) -> Sequence[str]:
    """The families there are; raises NoFont where there is none."""
    found = chinese_fonts(folder)
    if not found:
        raise NoFont
    return found


def make_pdf(content: bytes, folder: Path | None = None) -> bytes:
    """The PDF of a filled .docx that has been checked. Equal documents give equal bytes. Raises NoFont."""
    families = tuple(require_fonts(folder))
    source = typst_source(content, fonts=families)
    # The root is the folder that a source may read from: an empty one of its own.
    with tempfile.TemporaryDirectory(prefix="qianshou-pdf-") as empty:
        compiler = typst.Compiler(
            root=empty, font_paths=_known(str(folder or ""))[0], ignore_system_fonts=True
        )
        made = compiler.compile(source, format="pdf")
    if not isinstance(made, bytes):
        raise TypeError(type(made))
    return made
