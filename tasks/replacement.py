"""Replacing or ending a pair in mid-term: history stays, what was owed later ends, a new pair begins (A15, A25)."""

from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from models.agreement import Agreement
from models.application import Application
from models.fieldwork import Trainee
from models.pairing import Pair, PairingList, RosterEntry
from models.rules.breach import RuleBroken, hard
from models.rules.pairing import Match, Sender, SenderStatus, match_breaches
from models.step import Step
from tasks import record, steps
from tasks.acts import act
from tasks.agreement import agreement_of, pair_of, start_running
from tasks.dossier import require_reason
from tasks.funding import is_owed
from tasks.letters import day_fact, tell
from tasks.pairing import confirm_pair, next_pair_key
from tasks.parties import name_of
from tasks.refusal import AlreadyDone, BadInput
from tasks.work import Work


@act("agreement.replace_pair", by=("province_civil",), clauses=("K06", "K27"))
def replace_pair(
    work: Work,
    pair: str,
    *,
    reason: str,
    document: str,
    new_sender: str | None = None,
    new_application: str | None = None,
) -> Pair:
    """Puts another sender or recipient in a pair's place: a new pair whose parties sign within K27's days (A25).

    The old pair, its signatures, payments and days stay as they are; its open steps end. Raises RuleBroken for a
    sender off the roster or paired, an application not approved or waiting; BadInput without reason or document.
    """
    old = pair_of(work, pair)
    if old.state not in ("confirmed", "effective"):
        state = work.programme.label("pair_state", old.state)
        raise AlreadyDone("agreement.pair_over", pair=pair, state=state)
    if work.rules(old.batch).text("agreement.replacement") != "amendment_new_pair":
        raise RuleBroken([hard("agreement.no_replacement", "K28", "pair", pair=pair)])
    require_reason(reason)
    if not document.strip() or (new_sender is None) == (new_application is None):
        raise BadInput("agreement.replacement_incomplete", field="new_sender")
    sender = new_sender or old.sender
    application = work.session.get(Application, new_application or old.application)
    breaches = _breaches(work, old, sender, application, new_application)
    if breaches or application is None:
        raise RuleBroken(breaches)

    _end_old(work, old, "replaced", reason, document)
    new = _begin_new(work, old, sender, application, reason)
    _move_places(work, old, new, application, new_sender, new_application)
    agreement = confirm_pair(work, new, work.today)
    tell(
        work,
        "pair_replaced",
        to=[old.sender, old.recipient, new.sender, new.recipient, new.nominator, f"{new.city}-mz"],
        subject=new.key,
        batch=new.batch,
        facts=_facts(work, old, new, agreement, reason),
    )
    return new


def _breaches(
    work: Work, old: Pair, sender: str, application: Application | None, new_application: str | None
) -> tuple[Any, ...]:
    rows = work.session.execute(select(RosterEntry).where(col(RosterEntry.batch) == old.batch)).scalars()
    roster = {row.sender: Sender(row.sender, SenderStatus(row.state)) for row in rows}
    fits = application is not None and (
        new_application is None
        or (application.batch == old.batch and application.state in ("approved", "waiting"))
    )
    wanted = select(Pair).where(
        col(Pair.batch) == old.batch,
        col(Pair.state).in_(("proposed", "confirmed", "effective")),
        col(Pair.key) != old.key,
    )
    standing = [Match(row.sender, row.application) for row in work.session.execute(wanted).scalars()]
    key = application.key if application is not None else str(new_application)
    return match_breaches([Match(sender, key)], roster, [key] if fits else [], standing)


def _end_old(work: Work, old: Pair, target: str, reason: str, document: str) -> None:
    name = "agreement.replace_pair" if target == "replaced" else "agreement.terminate"
    old.ended_on = work.today
    record.move(work, old, target, act=name, reason=reason, document=document, clause="A25")
    agreement = agreement_of(work, old.key)
    agreement.ended_on = work.today
    record.move(work, agreement, "superseded" if target == "replaced" else "ended", act=name)
    _end_steps(work, old, target)
    # Whoever was being trained is free for the pair that follows (K30: nobody in two pairs).
    work.session.connection().execute(
        update(Trainee)
        .where(col(Trainee.pair) == old.key, col(Trainee.left_on).is_(None))
        .values(left_on=work.today, left_reason=reason)
    )


def _end_steps(work: Work, old: Pair, target: str) -> None:
    """Ends what a pair owed, but for money on its way; one ended early keeps what its last year is owed (A15)."""
    kept = ("S15", "S16", "S17") if target == "ended" and old.effective_on is not None else ("S17",)
    wanted = select(Step).where(
        col(Step.pair) == old.key, col(Step.state) == "open", col(Step.kind).not_in(kept)
    )
    for step in work.session.execute(wanted.order_by(col(Step.key))).scalars().all():
        steps.cancel_step(work, step.kind, step.subject)
    # A city's leg A is done when no pair is left that it is owed to; a pair that follows opens it again.
    staying = select(Pair).where(
        col(Pair.batch) == old.batch, col(Pair.city) == old.city, col(Pair.state) == "effective"
    )
    pairs = work.session.execute(staying).scalars().all()
    for step in steps.open_steps(work, "S14", batch=old.batch, subject_like=f"{old.batch}:%:{old.city}"):
        year = int(step.subject.split(":")[1])
        if not any(is_owed(work, pair, "A", year) for pair in pairs):
            steps.cancel_step(work, "S14", step.subject)


def _begin_new(work: Work, old: Pair, sender: str, application: Application, reason: str) -> Pair:
    earlier = work.session.get_one(PairingList, old.list_key)
    pair = Pair(
        key=next_pair_key(work, old.batch, application.city),
        batch=old.batch,
        list_key=earlier.key,
        sender=sender,
        recipient=application.uscc,
        application=application.key,
        nominator=application.nominator,
        city=application.city,
        reason=reason,
        predecessor=old.key,
        at=work.now,
    )
    return record.create(work, pair, act="agreement.replace_pair", predecessor=old.key, sender=sender)


def _move_places(
    work: Work,
    old: Pair,
    new: Pair,
    application: Application,
    new_sender: str | None,
    new_application: str | None,
) -> None:
    if new_sender is not None:
        for sender, target in ((old.sender, "withdrawn"), (new.sender, "paired")):
            entry = work.session.get_one(RosterEntry, f"{old.batch}:{sender}")
            record.move(work, entry, target, act="agreement.replace_pair", pair=new.key)
    if new_application is not None:
        record.move(work, application, "paired", act="agreement.replace_pair", pair=new.key)


def _facts(work: Work, old: Pair, new: Pair, agreement: Agreement, reason: str) -> dict[str, Any]:
    return {
        "batch": new.batch,
        "old_pair": old.key,
        "old_sender": name_of(work, old.sender),
        "old_recipient": name_of(work, old.recipient),
        "new_pair": new.key,
        "new_sender": name_of(work, new.sender),
        "new_recipient": name_of(work, new.recipient),
        "replaced_on": work.today,
        "sign_by": day_fact(work, agreement.due_on),
        "reason": reason,
    }


@act("agreement.terminate", by=("province_civil",), clauses=("K28",))
def terminate_pair(work: Work, pair: str, *, reason: str, document: str) -> Pair:
    """Ends a pair early: later work years are not owed any more (A15); what was paid is settled by the agreement."""
    found = pair_of(work, pair)
    require_reason(reason)
    if not document.strip():
        raise BadInput("agreement.replacement_incomplete", field="document")

    was = found.state
    _end_old(work, found, "ended", reason, document)
    entry = work.session.get(RosterEntry, f"{found.batch}:{found.sender}")
    if entry is not None:
        record.move(work, entry, "withdrawn", act="agreement.terminate", pair=pair)
    start_running(work, work.batch(found.batch), act_name="agreement.terminate")
    facts = {
        "batch": found.batch,
        "pair": pair,
        "sender": name_of(work, found.sender),
        "recipient": name_of(work, found.recipient),
        "amended_on": work.today,
        "reason": reason,
        "changes": [
            {
                "item": work.programme.label("table", "pair"),
                "was": work.programme.label("pair_state", was),
                "now": work.programme.label("pair_state", "ended"),
            }
        ],
    }
    told = [found.sender, found.recipient, found.nominator, f"{found.city}-mz"]
    tell(work, "agreement_amended", to=told, subject=f"{pair}:end", batch=found.batch, facts=facts)
    return found
