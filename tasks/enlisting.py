"""Senders come on Shenzhen's roster of a batch: registered one by one, later told more exactly (S11, K05)."""

from collections.abc import Mapping
from typing import Any

from models.opening import Batch
from models.organisation import Institution, Organisation
from models.pairing import RosterEntry
from models.rules.breach import Breach, RuleBroken
from models.rules.contact import email_breaches, mobile_breaches
from models.rules.uscc import division_of, normal, uscc_breaches
from tasks import record
from tasks.acts import act
from tasks.opening import require_dates
from tasks.refusal import AlreadyDone, BadInput
from tasks.registration import add_contact, add_institution
from tasks.work import Work

TAKES_SENDERS = ("announced", "open", "reviewing", "pairing", "signing", "running")
"""States of a batch in which senders may still come on its roster."""


@act("pairing.register_sender", by=("sender_bureau",), clauses=("K05",))
def register_sender(
    work: Work,
    batch: int,
    *,
    uscc: str,
    name: str,
    contact_name: str,
    contact_email: str,
    bank_account: dict[str, Any],
    contact_mobile: str = "",
    strengths: str = "",
) -> RosterEntry:
    """Puts a sender on a batch's roster; one that is registered already is taken as it is (K05)."""
    found = roster_batch(work, batch)
    code = normal(uscc)
    breaches = sender_breaches(code, contact_email, contact_mobile)
    if breaches:
        raise RuleBroken(breaches)
    if work.session.get(RosterEntry, f"{found.number}:{code}") is not None:
        raise AlreadyDone("act.registered", subject=code)
    known = work.session.get(Organisation, code)
    if known is not None and known.kind != "sender":
        raise BadInput("pairing.no_sender", field="uscc", uscc=code, name=known.name)

    if known is None:
        organisation = add_institution(
            work, code, name=name, kind="sender", division=division_of(code), city=None
        )
        add_contact(work, organisation, name=contact_name, email=contact_email, mobile=contact_mobile)
        work.session.add(
            Institution(
                uscc=code,
                type="social_work",
                level="city",
                registration_division=division_of(code),
                bank_account=bank_account,
            )
        )
    entry = RosterEntry(key=f"{batch}:{code}", batch=batch, sender=code, strengths=strengths)
    return record.create(work, entry, act="pairing.register_sender", name=name, strengths=strengths)


def roster_batch(work: Work, batch: int) -> Batch:
    """The batch, while senders may come on its roster; raises AlreadyDone, BadInput, NotFound."""
    found = require_dates(work, batch)
    if found.state not in TAKES_SENDERS:
        raise AlreadyDone("pairing.roster_closed", batch=found.label)
    return found


def sender_breaches(code: str, email: str, mobile: str) -> tuple[Breach, ...]:
    """Why a sender could not be registered by its code, or its contact not be reached (F04, K05)."""
    return (
        *uscc_breaches(code),
        *email_breaches(email, "K05"),
        *(mobile_breaches(mobile, "K03") if mobile else ()),
    )


def describe_sender(
    work: Work, entry: RosterEntry, *, strengths: str = "", account: Mapping[str, str] | None = None
) -> RosterEntry:
    """Other strengths of a sender on the roster, and its account where none was told yet; what is left out stays.

    An account that is registered is never replaced here: money goes there. Raises BadInput for that.
    """
    changed = []
    if strengths and strengths != entry.strengths:
        entry.strengths = strengths
        changed.append("strengths")
    if account:
        institution = work.session.get_one(Institution, entry.sender)
        if institution.bank_account and institution.bank_account != dict(account):
            raise BadInput("bulk.fault.other_account", field="bank_account")
        institution.bank_account = dict(account)
        changed.append("bank_account")
    record.note(
        work, "roster_entry", entry.key, act="pairing.describe_sender", batch=entry.batch, fields=changed
    )
    work.session.flush()
    return entry
