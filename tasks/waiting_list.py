"""The waiting list: a sender that has become free is offered to whoever waits first, and two offices confirm (A24)."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.opening import Batch
from models.pairing import Pair, PairingList, RosterEntry
from models.rules.breach import RuleBroken
from models.rules.pairing import Match, Sender, SenderStatus, match_breaches, offer_breaches
from models.step import Step
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.letters import due_fact, tell
from tasks.pairing import ProposedPair, add_pair, current_list, proposed_pairs
from tasks.parties import Scope, name_of, required_organisation
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

OFFER, WITHDRAW = "pairing.offer_waiting", "pairing.withdraw_offer"
ACTIVE = ("proposed", "confirmed", "effective")


@act(OFFER, by=("province_civil",), clauses=("K05", "K06", "K26"))
def offer_waiting(work: Work, batch: int, *, application: str, sender: str, reason: str) -> Pair:
    """Offers the first of the waiting list a sender that is free: a pair on a further list, which two offices confirm.

    Confirmed, it is a pair like the others: its parties sign within K27's days, and its years begin with its own.
    Raises RuleBroken for another than the first in rank, a sender off the roster or paired (K05, K06), BadInput while
    the batch's first list is not final or after the batch is closed, AlreadyDone when one office has confirmed.
    """
    found = work.batch(batch)
    if found.state not in ("signing", "running"):
        raise BadInput("pairing.no_offers", field="batch", batch=found.label)
    require_reason(reason)
    earlier = current_list(work, batch)
    if earlier is not None and earlier.state == "half_confirmed":
        raise AlreadyDone("pairing.offer_confirmed", batch=found.label)
    waiting = {one.key: one for one in waiting_list(work, batch)}
    match = Match(sender, application)
    breaches = offer_breaches(application, list(waiting))
    breaches += match_breaches(
        [match], _roster(work, batch), waiting or {application}, _standing(work, batch)
    )
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    listed, step = _list_of_offers(work, found, earlier)
    chosen = waiting[application]
    record.move(work, chosen, "approved", act=OFFER, sender=sender, reason=reason, clause="A24")
    proposed = ProposedPair(sender=sender, application=application, reason=reason)
    pair = add_pair(work, listed, chosen, proposed, OFFER)

    facts = {
        "batch": batch,
        "pair": pair.key,
        "sender": name_of(work, sender),
        "recipient": name_of(work, pair.recipient),
        "offered_on": work.today,
        "confirm_by": due_fact(step),
        "reason": reason,
    }
    tell(work, "waiting_offered", to=_told(work, pair), subject=pair.key, batch=batch, facts=facts)
    return pair


@act(WITHDRAW, by=("province_civil",), clauses=("K26",))
def withdraw_offer(work: Work, batch: int, *, reason: str) -> PairingList:
    """Takes back what has been offered and is not final: whoever still wants to waits again in the old rank.

    Raises AlreadyDone where nothing is offered.
    """
    found = work.batch(batch)
    require_reason(reason)
    listed = current_list(work, batch)
    open_states = ("proposed", "half_confirmed")
    if found.state not in ("signing", "running") or listed is None or listed.state not in open_states:
        raise AlreadyDone("pairing.no_offer", batch=found.label)

    for pair in proposed_pairs(work, listed):
        record.move(work, pair, "dropped", act=WITHDRAW, reason=reason)
        application = work.session.get_one(Application, pair.application)
        if application.state == "approved":
            record.move(work, application, "waiting", act=WITHDRAW, reason=reason)
    record.move(work, listed, "dropped", act=WITHDRAW, reason=reason)
    steps.cancel_step(work, "S12", listed.key)
    return listed


@act("pairing.restore_sender", by=("sender_bureau",), clauses=("K05",))
def restore_sender(work: Work, batch: int, *, sender: str, reason: str) -> RosterEntry:
    """Puts a sender whose pair has ended back on the roster, free to be offered to whoever waits (K05, A24)."""
    entry = work.session.get(RosterEntry, f"{batch}:{sender}")
    if entry is None:
        kind = work.programme.label("table", "roster_entry")
        raise NotFound("act.no_object", kind=kind, subject=f"{batch}:{sender}")
    require_reason(reason)

    return record.move(work, entry, "available", act="pairing.restore_sender", reason=reason)


def waiting_list(work: Work, batch: int) -> list[Application]:
    """Who was approved and has no sender, in the order of the review's ranks (A24)."""
    wanted = select(Application).where(col(Application.batch) == batch, col(Application.state) == "waiting")
    found = work.session.execute(wanted).scalars()
    return sorted(found, key=lambda one: (one.province_rank is None, one.province_rank or 0, one.key))


def _list_of_offers(work: Work, batch: Batch, earlier: PairingList | None) -> tuple[PairingList, Step | None]:
    """The list that takes an offer: the one that nobody has confirmed, or the next round with its step (S12)."""
    if earlier is not None and earlier.state == "proposed":
        return earlier, steps.find_open_step(work, "S12", earlier.key)
    number = earlier.round + 1 if earlier is not None else 1
    listed = PairingList(key=f"{batch.number}:{number}", batch=batch.number, round=number)
    record.create(work, listed, act=OFFER, round=number)
    scope = Scope(batch=batch.number)
    return listed, steps.open_step(work, "S12", listed.key, scope=scope, anchors={"offered": work.today})


def _roster(work: Work, batch: int) -> Mapping[str, Sender]:
    rows = work.session.execute(select(RosterEntry).where(col(RosterEntry.batch) == batch)).scalars()
    return {row.sender: Sender(row.sender, SenderStatus(row.state)) for row in rows}


def _standing(work: Work, batch: int) -> list[Match]:
    wanted = select(Pair).where(col(Pair.batch) == batch, col(Pair.state).in_(ACTIVE))
    return [Match(row.sender, row.application) for row in work.session.execute(wanted).scalars()]


def _told(work: Work, pair: Pair) -> list[str]:
    bureau = required_organisation(work, "sender_bureau", Scope(batch=pair.batch))
    return [bureau, pair.sender, pair.recipient, pair.nominator, f"{pair.city}-mz"]
