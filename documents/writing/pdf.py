"""PDF by Typst: without date, without network, with fonts that are looked for before anything is set."""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

from documents.writing.looks import font_words
from documents.writing.setting import typst_source
from models.messages import say

PACKAGE = "fonts-noto-cjk"


class NoFont(Exception):
    """No font with Chinese signs is installed: a PDF would show empty boxes. Its text says what to install."""

    def __init__(self) -> None:
        super().__init__(say("documents.no_font", families=font_words()["serif"][:2], package=PACKAGE))


@dataclass(frozen=True, slots=True)
class Families:
    """What is installed of the families we can print with, the best first: with serifs and without."""

    serif: tuple[str, ...]
    sans: tuple[str, ...]


@cache
def _known(folder: str) -> tuple[typst.Fonts, Families]:
    fonts = typst.Fonts(include_system_fonts=not folder, font_paths=[folder] if folder else [])
    installed = set(fonts.families())
    words = font_words()
    found = {name: tuple(one for one in words[name] if one in installed) for name in ("serif", "sans")}
    return fonts, Families(found["serif"], found["sans"])


def require_fonts(folder: Path | None = None) -> Families:
    """The families there are, of `folder` alone where it is given; raises NoFont where none knows Chinese."""
    found = _known(str(folder or ""))[1]
    if not found.serif:
        raise NoFont
    return found


def make_pdf(content: bytes, folder: Path | None = None) -> bytes:
    """The PDF of a filled .docx that has been checked. Equal documents give equal bytes. Raises NoFont."""
    families = require_fonts(folder)
    source = typst_source(content, serif=families.serif, sans=families.sans)
    # The root is the folder that a source may read from: an empty one of its own.
    with tempfile.TemporaryDirectory(prefix="qianshou-pdf-") as empty:
        compiler = typst.Compiler(
            root=empty, font_paths=_known(str(folder or ""))[0], ignore_system_fonts=True
        )
        made = compiler.compile(source, format="pdf")
    if not isinstance(made, bytes):
        raise TypeError(type(made))
    return made
