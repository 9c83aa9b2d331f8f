"""Forms from files: a hundred filled ones read and checked, and one beside the time that only opening it takes."""

import io
import statistics
import time
from collections.abc import Callable
from datetime import date

import docx

from documents.reading.application_form import find_form
from documents.reading.document import read_document
from models.programme import Programme, load_programme
from models.rules.form import FormContext, submission_breaches

FORMS = 100
ROUNDS = 15
_HEADS = 2
"""A cell of the form's own table may go over so many columns."""


def run() -> list[tuple[str, float, str]]:
    """Makes the forms, reads and checks them all, and opens one again and again in both ways."""
    programme = load_programme()
    files = [form_file(programme, number) for number in range(FORMS)]
    began = time.perf_counter()
    for file in files:
        _checked(programme, file)
    whole = time.perf_counter() - began
    opened = _median(lambda: docx.Document(io.BytesIO(files[0])))
    read = _median(lambda: find_form(read_document("form.docx", files[0]), programme))
    return [
        (f"{FORMS} filled forms read and checked", whole, "s"),
        ("the same beside the 10 s that they may take", whole / 10, "x"),
        ("one form opened by python-docx", opened * 1000, "ms"),
        ("one form judged, read and its fields found", read * 1000, "ms"),
        ("reading beside only opening (at most 3)", read / opened, "x"),
    ]


def form_file(programme: Programme, number: int) -> bytes:
    """A form with every label of the pack, a value beside each, and texts as long as they may be."""
    document = docx.Document()
    document.add_paragraph(programme.form_title)
    table = document.add_table(0, 1 + _HEADS)
    for field in programme.form:
        cells = table.add_row().cells
        cells[0].text = field.label
        cells[1].merge(cells[_HEADS]).text = _VALUES.get(field.type, "{number}").format(
            number=number, text=programme.notice_text[:380].replace("\n", " ")
        )
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


_VALUES = {
    "text": "sample {number}",
    "long_text": "{text}",
    "date": "20150601",
    "mobile": "13900000{number:03d}",
    "email": "sample{number}@people.example",
    "resident_id": "11010519491231002X",
    "choice": "",
    "signature": "2022-03-01",
}


def _checked(programme: Programme, content: bytes) -> int:
    found = find_form(read_document("form.docx", content), programme)
    if found is None:
        raise RuntimeError("the form that was made is not found: correct form_file")
    form = {key: one.value for key, one in found.fields.items()}
    context = FormContext(date(2022, 3, 1), date(2022, 2, 25), 2, ("430100",), "430100")
    return len(submission_breaches(form, context, programme.rules(date(2022, 2, 25))))


def _median(once: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        once()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
