"""Appendix 1 of an application or empty, appendix 2, and the cover sheet of the parcel (K23, K24)."""

import io
from collections.abc import Mapping
from typing import Any

import segno

from documents.version_code import format_code
from documents.writing.filling import Values
from models.application import Application, Submission
from models.messages import say
from models.rules.access import WITHOUT_ID, WITHOUT_PHONE
from models.rules.form_values import is_blank
from tasks.attaching import viewer_of
from tasks.dossier import approved_on, sent_form
from tasks.form_privacy import NUMBERS, SEALED, reveal_form
from tasks.papers.words import day, iso_day
from tasks.parties import name_of
from tasks.queries.first_form import form_title
from tasks.queries.form_versions import shown_value
from tasks.queries.summary_table import footnote, summary_table
from tasks.refusal import NotFound
from tasks.scan_versions import version_code
from tasks.work import Work

_SIGNED = {"commitment": "commitment_signed_on", "opinion": "opinion_signed_on"}
"""The days beside the signatures that a form keeps; F28's is that of the decision."""
REACHED_BY = ("lead_mobile", "lead_email", "contact_mobile", "contact_email")
_PRINTED_ROWS = 3
"""The printed table has so many rows, also where a city sends fewer (K22)."""


def form_values(work: Work, subject: str) -> Values:
    """Appendix 1 of an application as it was sent, with its version code; as it stands while it is a draft.

    Resident numbers are whole for the applicant, whose paper it is, and masked for everybody else. Raises NotFound.
    """
    found = work.session.get(Application, subject)
    if found is None:
        raise NotFound("papers.no_subject", field="subject", document="application_form", subject=subject)
    is_applicant = work.actor.organisation == found.uscc
    form = found.form if is_applicant else sent_form(work, found)
    shown = reveal_form(form, found.key) if is_applicant else _seen(form, viewer_of(work).role)
    code = format_code(version_code(work, found))
    return Values(
        {
            **_texts(work, shown),
            "decision": day(approved_on(work, found)),
            "title": form_title(work, found.batch),
            "code": code,
        },
        {"budget": _budget(shown)},
        qr_picture(code),
    )


def _seen(form: Mapping[str, Any], role: str) -> dict[str, Any]:
    """What a role may see of a form: masked numbers or none, and for reviewers nobody's telephone or address."""
    hidden = {
        SEALED,
        *(NUMBERS if role in WITHOUT_ID else ()),
        *(REACHED_BY if role in WITHOUT_PHONE else ()),
    }
    return {key: value for key, value in form.items() if key not in hidden}


def empty_form_values(work: Work, subject: str) -> Values:
    """The empty appendix 1 of a batch."""
    number = int(subject) if subject.isascii() and subject.isdigit() else 0
    by_hand = dict.fromkeys((*_SIGNED, "decision"), day(None))
    return Values({"title": form_title(work, number), **by_hand}, {"budget": [{}, {}, {}]})


def qr_picture(text: str) -> bytes:
    """A QR code as PNG: the same bytes for the same text."""
    body = io.BytesIO()
    segno.make(text, error="m", micro=False).save(body, kind="png", scale=4, border=1)
    return body.getvalue()


def _texts(work: Work, form: Mapping[str, Any]) -> dict[str, str]:
    texts = {}
    for one in work.programme.form:
        value = form.get(one.key)
        if one.type == "signature":
            texts[one.key] = iso_day(form.get(_SIGNED.get(one.key, "")))
        elif one.type == "date":
            texts[one.key] = iso_day(value) if not is_blank(value) else ""
        elif one.key in NUMBERS or one.type not in ("table", "account"):
            texts[one.key] = "" if is_blank(value) else shown_value(work, one, value)
    return {**texts, "opinion_text": str(form.get("opinion_text") or "")}


def _budget(form: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = form.get("budget")
    if not isinstance(rows, list | tuple):
        return []
    return [
        {"item": str(one.get("item", "")), "wan": str(one.get("wan", ""))}
        for one in rows
        if isinstance(one, Mapping)
    ]


def summary_values(work: Work, subject: str) -> Values:
    """Appendix 2 of a city's list; raises NotFound while there is none."""
    batch, city = _submission(work, subject, "summary_table")
    table = summary_table(work, batch, city)
    rows = [{key: str(value) for key, value in row.items()} for row in table.rows]
    rows += [{"number": str(number)} for number in range(len(rows) + 1, _PRINTED_ROWS + 1)]
    return Values(
        {
            "title": table.title,
            **table.header,
            "filled_on": iso_day(table.header.get("filled_on")),
            "footnote": footnote(table),
        },
        {"rows": rows},
    )


def cover_values(work: Work, subject: str) -> Values:
    """What lies in a city's parcel: so many copies of each form and of the summary table (K24)."""
    batch, city = _submission(work, subject, "cover_sheet")
    table, rules = summary_table(work, batch, city), work.rules(batch)
    submission = work.session.get_one(Submission, f"{batch}:{city}")
    copies, summaries = rules.number("application.copies"), rules.number("application.summaries")
    opened = work.batch(batch)
    office = next(one for one in work.programme.contacts if one.party == "province_civil")
    rows = []
    for number, (key, _version) in enumerate(table.applications, start=1):
        found = work.session.get_one(Application, key)
        name = say("papers.application", institution=name_of(work, found.uscc))
        code = format_code(version_code(work, found))
        rows.append({"number": str(number), "institution": name, "version": code, "copies": str(copies)})
    rows.append(
        {
            "number": str(len(rows) + 1),
            "institution": say("papers.summary"),
            "version": table.digest[:8],
            "copies": str(summaries),
        }
    )
    return Values(
        {
            "programme": work.programme.title,
            "batch": opened.label,
            "city": table.header["city"],
            "sender": name_of(work, f"{city}-mz"),
            "receiver": office.office,
            "address": office.address,
            "phone": office.phone,
            "post_by": day(opened.post_by),
            "copies": str(copies),
            "summaries": str(summaries),
            "count": str(len(table.applications)),
            "total": str(copies * len(table.applications) + summaries),
            "courier": submission.courier,
            "tracking": submission.tracking,
            "receipt": submission.receipt_number or "",
        },
        {"rows": rows},
    )


def _submission(work: Work, subject: str, document: str) -> tuple[int, str]:
    batch, _, city = subject.partition(":")
    if work.session.get(Submission, subject) is None or not batch.isdigit():
        raise NotFound("papers.no_subject", field="subject", document=document, subject=subject)
    return int(batch), city
