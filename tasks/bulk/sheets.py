"""Sheets of many lines as somebody hands them in: read, looked over, and made into the form of their act."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from documents.reading.hidden import hidden_parts
from documents.reading.roster_sheet import HEAD_ROWS, MAX_LINES, FoundRoster, kind_of_sheet, read_roster
from documents.reading.table import Document, Unreadable
from documents.reading.workbook import read_workbook
from documents.rosters import Kind, kinds
from models.privacy import signing_key
from models.rules.upload import XLSX, ending_of, plain_name, upload_fault
from tasks.acts import act_of, require_party
from tasks.bulk.contacts import ContactRow, plan_contacts
from tasks.bulk.plan import Plan, begin, rows_of
from tasks.bulk.senders import SenderRow, plan_senders
from tasks.bulk.users import UserRow, plan_users
from tasks.refusal import BadInput
from tasks.work import Actor, Work

ACTS: Mapping[str, str] = {name: f"bulk.import_{name}" for name in ("senders", "contacts", "users")}
"""Kind of sheet → the act that takes it."""
_ROWS: Mapping[str, type[BaseModel]] = {"senders": SenderRow, "contacts": ContactRow, "users": UserRow}


@dataclass(frozen=True, slots=True)
class LookedOver:
    """A sheet and what it would do."""

    found: FoundRoster
    plan: Plan


def roster_kind(name: str, content: bytes) -> Kind | None:
    """Which kind of sheet a file is; None for other files, those that cannot be opened among them."""
    try:
        return kind_of_sheet(_opened(name, content))
    except Unreadable:
        return None


def read_sheet(kind: str, name: str, content: bytes) -> FoundRoster:
    """The lines of a file that somebody handed in as this kind. Raises BadInput with what to do about the file."""
    try:
        return read_roster(_opened(name, content), kinds()[kind], hidden_parts(content))
    except Unreadable as refused:
        raise BadInput("documents.unreadable", field="sheet", text=refused.text) from refused


def _opened(name: str, content: bytes) -> Document:
    plain = plain_name(name)
    fault = upload_fault(plain, content)
    if fault is not None:
        raise Unreadable(f"upload.{fault.code}", fault.facts)
    if ending_of(plain) != XLSX:
        raise Unreadable("bulk.not_xlsx", {"name": plain})
    return read_workbook(plain, content, most_rows=MAX_LINES + HEAD_ROWS)


def look_over(work: Work, found: FoundRoster, batch: int | None = None) -> LookedOver:
    """What a sheet would do, as of now; writes nothing. Raises what the act raises for the sheet as a whole."""
    require_party(work, act_of(ACTS[found.kind.name]))
    if found.missing:
        return LookedOver(found, begin(found.kind, found.faults).plan)
    match found.kind.name:
        case "senders":
            if batch is None:
                raise BadInput("bulk.no_batch", field="batch")
            plan = plan_senders(work, batch, found.lines, found.faults)
        case "contacts":
            plan = plan_contacts(work, found.lines, found.faults)
        case _:
            plan = plan_users(work, found.lines, found.faults)
    plan.faults.sort(key=lambda one: (one.place.sheet, one.place.row, one.place.cell))
    return LookedOver(found, plan)


def form_of(looked: LookedOver, batch: int | None = None) -> dict[str, object]:
    """The form of the act that does what was looked over."""
    name = looked.found.kind.name
    given: dict[str, object] = {
        "rows": rows_of(looked.found.lines, _ROWS[name]),
        "seen": looked.plan.token,
    }
    return {**given, "batch": batch} if name == "senders" else given


def mark_of(actor: Actor, kind: str, sha256: str) -> str:
    """What proves that this person has handed in this file: a hash alone would open the files of others."""
    told = f"bulk|{kind}|{sha256}|{actor.person}|{actor.organisation}"
    return hmac.new(signing_key(), told.encode(), hashlib.sha256).hexdigest()


def is_marked(mark: str, actor: Actor, kind: str, sha256: str) -> bool:
    """Whether a mark is the one made for them."""
    return hmac.compare_digest(mark.encode(), mark_of(actor, kind, sha256).encode())
