"""Documents made from the record: read in one transaction, set outside of any, noted with their hash in another."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from documents.writing.filling import Values, fill
from documents.writing.layout import layout_of
from documents.writing.pdf import NoFont, make_pdf
from documents.writing.templates import FOLDER, TemplateFaulty, template_of
from models.messages import say
from tasks import record
from tasks.attaching import sees_attachments, viewer_of
from tasks.papers.agreement import agreement_values
from tasks.papers.application import cover_values, empty_form_values, form_values, summary_values
from tasks.papers.choosing import decision_values, pairing_values
from tasks.papers.serving import certificate_values, payment_values
from tasks.refusal import AlreadyDone, BadInput, NotFound, Refusal
from tasks.work import Actor, House, Work

ISSUED = "documents.issue"
"""The act by which the audit trail knows that a document was made."""
FORMATS: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
EVERYBODYS = "application_form_empty"
"""The empty form is nobody's in particular: whoever is signed in may have it, and nothing is noted of it."""


class NotSet(Refusal):
    """A document could not be set: no font with Chinese signs, or a faulty template; the sentence says what to do."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document: its layout, the table of what it is about, where its values come from.

    `roles` are those who may have it where reading what it is about is not enough: it shows all pairs of a batch.
    """

    layout: str
    subject_type: str
    values: Callable[[Work, str], Values]
    roles: tuple[str, ...] = ()


_SEE_ALL_PAIRS = ("province_civil", "province_rural", "sender_bureau")
PAPERS: Mapping[str, Paper] = {
    "application_form": Paper("application_form", "application", form_values),
    EVERYBODYS: Paper("application_form", "batch", empty_form_values),
    "summary_table": Paper("summary_table", "submission", summary_values),
    "cover_sheet": Paper("cover_sheet", "submission", cover_values),
    "decision": Paper("decision", "decision", decision_values),
    "pairing_list": Paper("pairing_list", "batch", pairing_values, _SEE_ALL_PAIRS),
    "agreement": Paper("agreement", "agreement", agreement_values),
    "payment_notice": Paper("payment_notice", "voucher", payment_values),
    "certificate": Paper("certificate", "evaluation", certificate_values),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that was made: the name it is handed out under, its bytes and their hash, its template's hash."""

    name: str
    content: bytes
    sha256: str
    media_type: str
    template: str


def issue_document(house: House, actor: Actor, document: str, subject: str, form: str) -> Issued:
    """Makes a document for somebody who may read what it is about, and notes its hash in the audit trail.

    Equal records give equal bytes, so making it again notes the same hash; nothing is kept, since appendix 1 has the
    applicant's numbers in full for the applicant alone. Raises NotFound for what is not there or not theirs, BadInput,
    AlreadyDone where the record has changed meanwhile, NotSet without a Chinese font.
    """
    paper = _paper(document, form)
    with house.look(actor) as work:
        values = _values(work, paper, document, subject)
    issued = made(house.home, document, subject, form, values)
    if document == EVERYBODYS:
        return issued
    with house.transaction(actor) as work:
        if _values(work, paper, document, subject) != values:
            raise AlreadyDone("papers.changed")
        record.note(
            work,
            paper.subject_type,
            subject,
            act=ISSUED,
            paper=document,
            format=form,
            sha256=issued.sha256,
            template=issued.template,
        )
    return issued


def made(home: Path | None, document: str, subject: str, form: str, values: Values) -> Issued:
    """The document of these values; a pure function of them, of the template and of the fonts installed."""
    layout = layout_of(PAPERS[document].layout)
    try:
        template = template_of(layout.code, home / FOLDER if home is not None else None)
        content = fill(template.content, layout, values)
        if form == "pdf":
            content = make_pdf(content)
    except (NoFont, TemplateFaulty) as missing:
        raise NotSet("documents.unreadable", text=str(missing)) from missing
    name = say("papers.file", title=layout.title, subject=subject.replace(":", "-"), format=form)
    return Issued(name, content, hashlib.sha256(content).hexdigest(), FORMATS[form], template.sha256)


def _paper(document: str, form: str) -> Paper:
    if document not in PAPERS:
        raise BadInput("papers.unknown", field="document", found=document, known=tuple(PAPERS))
    if form not in FORMATS:
        raise BadInput("papers.format", field="format", found=form)
    return PAPERS[document]


def _values(work: Work, paper: Paper, document: str, subject: str) -> Values:
    if document == EVERYBODYS:
        return paper.values(work, subject)
    viewer = viewer_of(work)
    is_shut = bool(paper.roles) and viewer.role not in paper.roles
    if is_shut or not sees_attachments(work, viewer, paper.subject_type, subject):
        raise NotFound(
            "papers.no_subject", field="subject", document=layout_of(paper.layout).title, subject=subject
        )
    return paper.values(work, subject)
