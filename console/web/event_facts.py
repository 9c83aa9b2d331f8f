"""The facts of an event as people read them: labelled, states and money in words, nested facts in lines."""

from collections.abc import Iterator, Mapping
from typing import Any

from console.web.rendering import written_yuan
from console.web.wording import Unworded, page_words, words_of
from documents.writing.layout import layout_of
from models.messages import say
from models.programme.pack import Programme, UnknownInPack
from tasks.papers.issuing import PAPERS
from tasks.record import STATE_WORDS

_MONEY = ("fen", "lines", "received", "unspent")
_MOST = 40
"""So many parts of a list or a table of an event are shown; the export has them all."""


def shown_facts(programme: Programme, table: str, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and text of every fact of an event about an object of a table."""
    return [(_label(name), _text(programme, table, name, value)) for name, value in facts.items()]


def _label(name: str) -> str:
    labels: Mapping[str, str] = page_words("facts")
    if name in labels:
        return labels[name]
    try:
        return words_of("", name).label
    except Unworded:
        return name


def _text(programme: Programme, table: str, name: str, value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return say("web.nothing")
    if isinstance(value, bool):
        return say("web.yes" if value else "web.no")
    if name in ("from", "to") and table in STATE_WORDS:
        return _word(programme, STATE_WORDS[table], str(value))
    if name == "paper" and value in PAPERS:
        return layout_of(PAPERS[value].layout).title
    if name == "purpose":
        return str(page_words("file_purposes").get(str(value), value))
    if isinstance(value, int) and name in _MONEY:
        return say("web.yuan", yuan=written_yuan(value))
    if isinstance(value, Mapping):
        return say("web.parts", parts=[*_parts(programme, table, name, value)][:_MOST])
    if isinstance(value, list):
        return say("web.parts", parts=[_text(programme, table, name, one) for one in value[:_MOST]])
    return _known_word(programme, name, value)


def _parts(programme: Programme, table: str, name: str, value: Mapping[str, Any]) -> Iterator[str]:
    """The entries of a table of facts, their keys in the pack's words where these name something of it."""
    group = page_words("fact_keys").get(name, "")
    indicators = {one.code: one.label for one in programme.indicators}
    for key, one in value.items():
        label = _word(programme, group, str(key)) if group else indicators.get(str(key)) or _label(str(key))
        text = _text(programme, table, "fen" if name in _MONEY else str(key), one)
        yield f"{label} {text}"


def _known_word(programme: Programme, name: str, value: Any) -> str:
    for group in page_words("fact_words").get(name, ()):
        word = _word(programme, group, str(value))
        if word != str(value):
            return word
    return str(value)


def _word(programme: Programme, group: str, code: str) -> str:
    try:
        return programme.label(group, code)
    except UnknownInPack:
        return code
