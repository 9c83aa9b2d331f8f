"""What was read in a form or a summary, kept sealed with its mail until it is filed: nobody reads the file again."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from documents.reading.application_form import Found, FoundForm, Problem
from documents.reading.summary_table import FoundSummary, SummaryRow
from documents.reading.table import Place
from models.privacy import open_text, seal_text
from models.programme import Programme
from tasks.paper_form import stored_value

Paper = FoundForm | FoundSummary


def sealed_paper(paper: Paper, bound_to: str) -> str:
    """A paper as its mail may keep it: encrypted as a whole, for resident numbers stand in it."""
    plain = _form(paper) if isinstance(paper, FoundForm) else _summary(paper)
    return seal_text(json.dumps(plain, ensure_ascii=False, separators=(",", ":")), f"{bound_to}:read")


def opened_paper(sealed: str, bound_to: str, programme: Programme) -> Paper:
    """The paper as it was read; its days and sums are as forms are stored. Raises InvalidTag for another mail's."""
    kept = json.loads(open_text(sealed, f"{bound_to}:read"))
    return _form_again(kept, programme) if "fields" in kept else _summary_again(kept)


def _form(form: FoundForm) -> dict[str, Any]:
    return {
        "fields": _fields(form.fields),
        "missing": [one.key for one in form.missing_labels],
        "doubles": [asdict(one) for one in form.doubles],
        "conversions": [asdict(one) for one in form.conversions],
    }


def _form_again(kept: Mapping[str, Any], programme: Programme) -> FoundForm:
    return FoundForm(
        _fields_again(kept["fields"]),
        tuple(one for one in programme.form if one.key in kept["missing"]),
        _problems_again(kept["doubles"]),
        _problems_again(kept["conversions"]),
    )


def _summary(summary: FoundSummary) -> dict[str, Any]:
    return {
        "header": _fields(summary.header),
        "rows": [
            {"number": one.number, "fields": _fields(one.fields), "place": asdict(one.place)}
            for one in summary.rows
        ],
        "problems": [asdict(one) for one in summary.problems],
    }


def _summary_again(kept: Mapping[str, Any]) -> FoundSummary:
    rows = (
        SummaryRow(one["number"], _fields_again(one["fields"]), Place(**one["place"])) for one in kept["rows"]
    )
    return FoundSummary(_fields_again(kept["header"]), tuple(rows), _problems_again(kept["problems"]))


def _fields(fields: Mapping[str, Found]) -> dict[str, Any]:
    return {key: [one.raw, stored_value(one.value), asdict(one.place)] for key, one in fields.items()}


def _fields_again(kept: Mapping[str, Any]) -> dict[str, Found]:
    return {key: Found(key, raw, value, Place(**place)) for key, (raw, value, place) in kept.items()}


def _problems_again(kept: list[dict[str, Any]]) -> tuple[Problem, ...]:
    return tuple(
        Problem(**{**one, "place": Place(**one["place"]) if one["place"] is not None else None})
        for one in kept
    )
