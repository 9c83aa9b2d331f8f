"""Which template a document is made from: the office's own in the data folder, checked, else the one we ship."""

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from documents.writing.blank import blank_template
from documents.writing.checking import template_faults
from documents.writing.layout import layout_of, layouts
from models.messages import say
from models.rules.upload import DOCX, MAX_BYTES

FOLDER = "templates"
"""Where an office's own templates lie, in the data folder, each under its document's name."""
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been found sound; `is_own` where the office has put its own in the folder."""

    content: bytes
    sha256: str
    is_own: bool


class TemplateFaulty(Exception):
    """An office's own template cannot be used; `sentences` say everything that is wrong with it, and where."""

    def __init__(self, name: str, sentences: tuple[str, ...]) -> None:
        self.name, self.sentences = name, sentences
        super().__init__(say("documents.template.faulty", name=name, faults="".join(sentences)))


def template_of(code: str, folder: Path | None) -> Template:
    """The template of a document. Raises TemplateFaulty: none is made from ours where theirs lies."""
    own = folder / f"{code}{DOCX}" if folder is not None else None
    if own is None or not own.is_file():
        return shipped_template(code)
    content = _read(own)
    faults = _faults(code, content)
    if faults:
        raise TemplateFaulty(own.name, faults)
    return Template(content, hashlib.sha256(content).hexdigest(), is_own=True)


@cache
def shipped_template(code: str) -> Template:
    """The template that we ship; raises KeyError for a document there is none of."""
    content = blank_template(layout_of(code))
    return Template(content, hashlib.sha256(content).hexdigest(), is_own=False)


def faulty_templates(folder: Path | None) -> dict[str, tuple[str, ...]]:
    """What is wrong with the templates in a folder, by the file's name; also with what is no document's name."""
    if folder is None or not folder.is_dir():
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.suffix != DOCX or path.stem not in layouts():
            names = [f"{code}{DOCX}" for code in layouts()]
            found[path.name] = (say("documents.template.no_document", known=names),)
        elif faults := _faults(path.stem, _read(path)):
            found[path.name] = faults
    return found


def own_templates(folder: Path | None) -> tuple[str, ...]:
    """The documents for which an office has laid a template of its own into the folder."""
    return tuple(code for code in layouts() if folder is not None and (folder / f"{code}{DOCX}").is_file())


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


@lru_cache(_KEPT)
def _faults(code: str, content: bytes) -> tuple[str, ...]:
    return template_faults(content, layout_of(code))
