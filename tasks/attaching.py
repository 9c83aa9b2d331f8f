"""Files attached to what they are about: with an act in its transaction, or added later; who may see and add them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from sqlalchemy import bindparam, text
from sqlmodel import SQLModel

from models.agreement import Agreement
from models.application import Application, Submission
from models.columns import Instant
from models.disbursement import Voucher
from models.evaluation import ClosingAccount, Evaluation
from models.intake import ReceivedMail
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair
from models.prepared import Prepared
from models.review import Decision
from models.rules.access import Right, Viewer, Whereabouts, has_right, may
from tasks import record
from tasks.acts import act
from tasks.queries.honour_rows import sees_honour
from tasks.queries.whereabouts import EVERYWHERE, whereabouts
from tasks.refusal import BadInput, NotEntitled, NotFound
from tasks.work import SentFile, Work

ADDED = "files.attach"
ANY = "file"
"""The purpose of what comes with the act of adding, which names the purpose itself."""

PURPOSES = (
    "document",
    "form",
    "summary",
    "seal_file",
    "scan",
    "mailing",
    "minutes",
    "archive",
    "slip",
    "sheet",
    "other",
)


@dataclass(frozen=True, slots=True)
class Filing:
    """What the files sent with an act are attached to, in terms of its parameters and result; for which purposes."""

    subject_type: str
    subject: str
    purposes: tuple[str, ...]


FILINGS: Mapping[str, Filing] = {
    "agreement.sign": Filing("agreement", "{pair}", ("seal_file",)),
    "agreement.replace_pair": Filing("pair", "{pair}", ("document",)),
    "agreement.terminate": Filing("pair", "{pair}", ("document",)),
    "application.email_submission": Filing("submission", "{batch}:{city}", ("scan",)),
    "application.grant_override": Filing("application", "{application}", ("document",)),
    "application.post_originals": Filing("submission", "{batch}:{city}", ("mailing",)),
    "disbursement.reverse_payment": Filing("voucher", "{voucher}", ("document",)),
    "bulk.import_contacts": Filing("bulk_import", "{result.key}", ("sheet",)),
    "bulk.import_senders": Filing("bulk_import", "{result.key}", ("sheet",)),
    "bulk.import_users": Filing("bulk_import", "{result.key}", ("sheet",)),
    "evaluation.close_batch": Filing("closing_account", "{batch}", ("archive",)),
    "evaluation.record_honour": Filing("honour", "{result.key}", ("document",)),
    "opening.announce_batch": Filing("batch", "{batch}", ("document",)),
    "organisation.merge": Filing("organisation", "{organisation}", ("document",)),
    "organisation.rename": Filing("organisation", "{organisation}", ("document",)),
    "review.decide": Filing("decision", "{batch}", ("document", "minutes")),
    ADDED: Filing("", "", (ANY,)),
}
"""Act → where its files go. An act that is not here takes none."""

_TABLES: Mapping[str, tuple[type[SQLModel], str]] = {
    "agreement": (Agreement, "agreement"),
    "application": (Application, "application"),
    "batch": (Batch, "batch"),
    "closing_account": (ClosingAccount, "evaluation"),
    "decision": (Decision, "review"),
    "evaluation": (Evaluation, "evaluation"),
    "organisation": (Organisation, "organisation"),
    "pair": (Pair, "pairing"),
    "received_mail": (ReceivedMail, "received_mail"),
    "submission": (Submission, "recommendation"),
    "voucher": (Voucher, "leg"),
}
"""What can have attachments beside honours, by its table → the kind whose rights hold for them (section 15)."""
_BY_NUMBER = ("batch", "closing_account", "decision")
"""Of no city or institution: minutes and the archive are for who reads all reviews and evaluations."""
_ADDING = (Right.WRITE, Right.SUBMIT, Right.APPROVE, Right.PAY)


@act(
    ADDED,
    by=(
        "province_civil",
        "province_rural",
        "sender_bureau",
        "city_civil",
        "city_rural",
        "county_civil",
        "county_rural",
        "sender",
        "recipient",
    ),
    clauses=(),
)
def attach_files(work: Work, subject_type: str, *, subject: str, purpose: str, note: str = "") -> int:
    """Adds the files that were sent along to an object; returns how many were new. The same file twice is one.

    By whoever may write, submit, approve or pay that kind of object. Raises NotFound for an object that is not there
    or not theirs, BadInput without a file.
    """
    viewer = viewer_of(work)
    if not sees_attachments(work, viewer, subject_type, subject):
        raise NotFound("files.no_place", field="subject")
    if not may_attach(work, viewer, subject_type, subject):
        raise NotEntitled("files.no_place", field="subject")
    if purpose not in PURPOSES:
        raise BadInput("files.bad_purpose", field="purpose", found=purpose)
    if not work.sent:
        raise BadInput("files.not_chosen", field=ANY)

    return sum(
        attach_file(work, subject_type, subject, replace(one, purpose=purpose), note) for one in work.sent
    )


def attach_sent(work: Work, name: str, form: BaseModel, result: object) -> None:
    """Attaches the files that came with an act which has just been performed, in its transaction.

    Raises BadInput for a file that this act does not take: nothing is left behind then.
    """
    if not work.sent or name == ADDED:
        return
    filing = FILINGS.get(name)
    if filing is None or any(one.purpose not in filing.purposes for one in work.sent):
        raise BadInput("files.no_place", field=ANY)
    given = {field: getattr(form, field) for field in type(form).model_fields}
    subject = filing.subject.format(result=result, **given)
    for one in work.sent:
        attach_file(work, filing.subject_type, subject, one, "")


def sees_attachments(work: Work, viewer: Viewer, subject_type: str, subject: str) -> bool:
    """Whether a viewer may read what is attached to an object."""
    if subject_type == "honour":
        return sees_honour(work, viewer, subject)
    if subject_type == "bulk_import":
        # Such a sheet holds people's addresses and accounts: it is the office's that has handed it in.
        return subject.partition("/")[0] == viewer.organisation
    found = _place(work, subject_type, subject)
    return found is not None and may(viewer, Right.READ, *found)


def may_attach(work: Work, viewer: Viewer, subject_type: str, subject: str) -> bool:
    """Whether a viewer may attach something to an object."""
    if subject_type == "honour":
        return has_right(viewer.role, Right.WRITE, "honour") and sees_honour(work, viewer, subject)
    found = _place(work, subject_type, subject)
    return found is not None and any(may(viewer, right, *found) for right in _ADDING)


def viewer_of(work: Work) -> Viewer:
    """Who acts, as the table of rights knows them."""
    actor = work.actor
    office = work.session.get_one(Organisation, actor.organisation)
    return Viewer(actor.person, office.code, office.kind, office.division, office.city, actor.in_place_of)


def _place(work: Work, subject_type: str, subject: str) -> tuple[str, Whereabouts] | None:
    """The kind of an object and where it stands; None for what is not there under exactly this key."""
    table, kind = _TABLES.get(subject_type, (None, ""))
    if table is None:
        return None
    if subject_type in _BY_NUMBER:
        there = _number(subject) is not None and work.session.get(table, _number(subject)) is not None
        return (kind, EVERYWHERE) if there else None
    if work.session.get(table, subject) is None:
        return None
    kind = f"leg_{subject[:1].lower()}" if kind == "leg" else kind
    where = whereabouts(work, kind, subject)
    if where is not None and subject_type == "submission":
        # The scan of a city's list names all of its applicants: it is the offices' to read.
        where = replace(where, institutions=frozenset())
    return (kind, where) if where is not None else None


def _number(text: str) -> int | None:
    """A batch's number in exactly one spelling, which is part of an attachment's key."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONG and text[0] != "0" else None


_LONG = 5


def attach_file(work: Work, subject_type: str, subject: str, sent: SentFile, note: str) -> bool:
    """Records a file and its attachment with an event; False where it was attached for that purpose already."""
    stored = {"sha256": sent.sha256, "media_type": sent.media_type, "size": sent.size}
    both = {"by": str(work.actor), "at": work.now}
    _STORE.rows(work.session, {**stored, **both})
    row = {"subject_type": subject_type, "subject": subject, "purpose": sent.purpose, "sha256": sent.sha256}
    if (
        _ATTACH.first(work.session, {**row, **both, "name": sent.name, "note": note, "code": sent.code})
        is None
    ):
        return False
    facts: dict[str, Any] = {
        "purpose": sent.purpose,
        "name": sent.name,
        "sha256": sent.sha256,
        "note": note or None,
        "code": sent.code or None,
    }
    record.note(work, subject_type, subject, act=ADDED, **facts)
    return True


_STORE = Prepared(
    text(
        "INSERT INTO stored_file (sha256, media_type, size, by, at) VALUES (:sha256, :media_type, :size, :by, :at)"
        " ON CONFLICT DO NOTHING RETURNING sha256"
    ).bindparams(bindparam("at", type_=Instant()))
)
_ATTACH = Prepared(
    text(
        "INSERT INTO attachment (subject_type, subject, purpose, sha256, name, note, code, by, at)"
        " VALUES (:subject_type, :subject, :purpose, :sha256, :name, :note, :code, :by, :at)"
        " ON CONFLICT DO NOTHING RETURNING id"
    ).bindparams(bindparam("at", type_=Instant()))
)
