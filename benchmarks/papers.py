"""Forms as offices send them: a hundred read and checked, and one beside what python-docx needs only to open it."""

import io
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date

import docx

from documents.reading.application_form import find_form
from documents.reading.opened import read_document
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.rules.form import FormContext, submission_breaches
from tests.documents.forms import form_file

FORMS, LIMIT_S = 100, 10.0
ROUNDS = 15


def run() -> Iterator[tuple[str, float, str]]:
    """Reads, finds and checks; the two ways to open a form take turns, so that a busy moment meets both."""
    programme, divisions = load_programme(), load_divisions()
    context = FormContext(
        date(2024, 3, 1), date(2024, 2, 1), 2, [one.code for one in divisions.cities()], "430100"
    )
    rules = programme.rules(date(2024, 2, 1))
    content = form_file()

    def check() -> None:
        found = find_form(read_document("form.docx", content), programme, divisions)
        if found is None:
            raise RuntimeError("the form was not found in itself")
        submission_breaches(found.values, context, rules)

    began = time.perf_counter()
    for _ in range(FORMS):
        check()
    seconds = time.perf_counter() - began
    read, opened = [], []
    for _ in range(ROUNDS):
        read.append(_timed(check))
        opened.append(_timed(lambda: docx.Document(io.BytesIO(content))))
    yield f"{FORMS} forms read and checked", seconds, "s"
    yield f"share of the {LIMIT_S:.0f} s it may take", seconds / LIMIT_S, "times"
    yield (
        "a form, beside python-docx opening it",
        statistics.median(read) / statistics.median(opened),
        "times",
    )


def _timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began
