"""Pairing: Shenzhen's roster, the proposal, and the list that two offices confirm (S11, S12; K05, K06, K26, A24)."""

from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.agreement import Agreement
from models.application import Application
from models.opening import Batch
from models.organisation import Institution, Organisation
from models.pairing import Pair, PairingList, RosterEntry
from models.prepared import Prepared
from models.rules.agreement import due_parties
from models.rules.breach import RuleBroken, hard
from models.rules.pairing import (
    Match,
    Sender,
    SenderStatus,
    confirmation_breaches,
    confirmed_on,
    match_breaches,
)
from tasks import record, steps
from tasks.acts import act
from tasks.agreement import sign_by
from tasks.chores import Chore
from tasks.letters import day_fact, tell
from tasks.opening import require_dates
from tasks.parties import name_of, required_organisation, scope_of_pair
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.review import open_pairing
from tasks.work import Work


class ProposedPair(BaseModel):
    """One pair of a proposal, with the reason for it."""

    sender: str
    application: str
    reason: str


@act("pairing.close_roster", by=("sender_bureau",), clauses=("K05",))
def close_roster(work: Work, batch: int) -> int:
    """Shenzhen's roster for a batch is complete; returns how many senders stand on it. Raises BadInput for none."""
    found = require_dates(work, batch)
    senders = list(work.session.execute(select(RosterEntry).where(col(RosterEntry.batch) == batch)).scalars())
    if not senders:
        raise BadInput("pairing.roster_empty", field="batch", batch=found.label)
    if not steps.is_open(work, "S11", str(batch)):
        raise AlreadyDone("pairing.roster_closed", batch=found.label)

    record.note(work, "batch", str(batch), act="pairing.close_roster", batch=batch, senders=len(senders))
    steps.settle_step(work, "S11", str(batch))
    open_pairing(work, found)
    return len(senders)


@act("pairing.withdraw_sender", by=("sender_bureau",), clauses=("K05",))
def withdraw_sender(work: Work, batch: int, *, sender: str, reason: str) -> RosterEntry:
    """Takes a sender that is not paired off the roster."""
    entry = work.session.get(RosterEntry, f"{batch}:{sender}")
    if entry is None:
        raise NotFound(
            "act.no_object", kind=work.programme.label("table", "roster_entry"), subject=f"{batch}:{sender}"
        )
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")

    return record.move(work, entry, "withdrawn", act="pairing.withdraw_sender", reason=reason)


@act("pairing.propose_pairs", by=("province_civil",), clauses=("K06", "K26"))
def propose_pairs(work: Work, batch: int, *, pairs: list[ProposedPair]) -> PairingList:
    """Proposes the pairs of a batch; an earlier proposal that nobody has confirmed is replaced.

    A list that one office has confirmed stands, unless an institution in it has withdrawn: then a new round begins.
    Raises RuleBroken for a sender off the roster, an application not approved, or anybody paired twice (K05, K06).
    """
    found = require_dates(work, batch)
    if found.state != "pairing":
        raise AlreadyDone("pairing.not_now", batch=found.label)
    if not pairs:
        raise BadInput("pairing.no_pairs", field="pairs")
    approved = {one.key: one for one in approved_of(work, batch)}
    roster = {entry.sender: sender_of(entry) for entry in roster_of(work, batch)}
    breaches = match_breaches([Match(one.sender, one.application) for one in pairs], roster, approved)
    if breaches:
        raise RuleBroken(breaches)

    earlier = current_list(work, batch)
    if earlier is not None and earlier.state != "proposed" and not _fallen(work, earlier):
        raise AlreadyDone("pairing.confirmed_already", batch=found.label)

    listed = _list_for(work, batch, earlier)
    for one in sorted(pairs, key=lambda one: (approved[one.application].city, one.application)):
        add_pair(work, listed, approved[one.application], one)
    return listed


def _list_for(work: Work, batch: int, earlier: PairingList | None) -> PairingList:
    """The list that takes a new proposal: the one nobody has confirmed, emptied, or the next round's."""
    if earlier is not None:
        for pair in proposed_pairs(work, earlier):
            record.move(work, pair, "dropped", act="pairing.propose_pairs")
        if earlier.state == "proposed":
            return earlier
        record.move(work, earlier, "dropped", act="pairing.propose_pairs")
        steps.cancel_step(work, "S12", earlier.key)
    number = earlier.round + 1 if earlier is not None else 1
    listed = PairingList(key=f"{batch}:{number}", batch=batch, round=number)
    record.create(work, listed, act="pairing.propose_pairs", round=number)
    open_pairing(work, work.batch(batch), number)
    return listed


def _fallen(work: Work, listed: PairingList) -> list[str]:
    """The pairs of a proposal in which the sender or the recipient has withdrawn since."""
    return [
        pair.key
        for pair in proposed_pairs(work, listed)
        if work.session.get_one(Application, pair.application).state != "approved"
        or work.session.get_one(RosterEntry, f"{pair.batch}:{pair.sender}").state != "available"
    ]


def add_pair(
    work: Work,
    listed: PairingList,
    application: Application,
    proposed: ProposedPair,
    act_name: str = "pairing.propose_pairs",
) -> Pair:
    """Puts a pair on a list that nobody has confirmed yet."""
    pair = Pair(
        key=next_pair_key(work, application.batch, application.city),
        batch=application.batch,
        list_key=listed.key,
        sender=proposed.sender,
        recipient=application.uscc,
        application=application.key,
        nominator=application.nominator,
        city=application.city,
        reason=proposed.reason,
        at=work.now,
    )
    return record.create(
        work,
        pair,
        act=act_name,
        sender=pair.sender,
        recipient=pair.recipient,
        reason=pair.reason,
    )


def next_pair_key(work: Work, batch: int, city: str) -> str:
    """The key of a city's next pair in a batch: `P1-430100-01`, counted over all there ever were."""
    taken = int(_EVER.scalar(work.session, {"batch": batch, "city": city}))
    return f"P{batch}-{city}-{taken + 1:02d}"


_EVER = Prepared(
    select(func.count())
    .select_from(Pair)
    .where(col(Pair.batch) == bindparam("batch"), col(Pair.city) == bindparam("city"))
)


@act("pairing.confirm_list", by=("province_civil", "sender_bureau"), clauses=("K26", "K27"))
def confirm_list(work: Work, batch: int, *, confirmed_on: date) -> PairingList:
    """One of the two offices confirms the list; the second confirmation makes it final (K26) and starts K27.

    Then every pair is confirmed, its agreement waits for its parties, and whoever was approved without a sender
    stands on the waiting list (A24).
    """
    found = require_dates(work, batch)
    listed = current_list(work, batch)
    if listed is None:
        raise NotFound("pairing.no_list", field="batch", batch=found.label)
    office = work.session.get_one(Organisation, work.actor.organisation)
    standing = _confirmations(listed)
    breaches = confirmation_breaches(
        office.kind,
        confirmed_on,
        standing,
        proposed_on=_proposed_on(work, listed),
        today=work.today,
        rules=work.rules(batch),
    )
    fallen = _fallen(work, listed)
    if fallen:
        breaches = (*breaches, hard("pairing.fallen", "K26", "batch", pairs=fallen))
    if breaches:
        raise RuleBroken(breaches)

    if office.kind == "province_civil":
        listed.province_confirmed_on = confirmed_on
    else:
        listed.shenzhen_confirmed_on = confirmed_on
    record.move(
        work,
        listed,
        "final" if standing else "half_confirmed",
        act="pairing.confirm_list",
        by=office.kind,
        confirmed_on=confirmed_on,
    )
    if listed.state == "final":
        _make_final(work, found, listed)
    return listed


def _make_final(work: Work, batch: Batch, listed: PairingList) -> None:
    day = confirmed_on(_confirmations(listed), work.rules(batch.number)) or work.today
    listed.confirmed_on = day
    pairs = proposed_pairs(work, listed)
    for pair in pairs:
        confirm_pair(work, pair, day)
        application = work.session.get_one(Application, pair.application)
        record.move(work, application, "paired", act="pairing.confirm_list", pair=pair.key)
        entry = work.session.get_one(RosterEntry, f"{batch.number}:{pair.sender}")
        record.move(work, entry, "paired", act="pairing.confirm_list", pair=pair.key)
    left = {"waiting_list": "waiting", "lapse": "lapsed"}[work.rules(batch.number).text("pairing.unpaired")]
    for application in approved_of(work, batch.number):
        record.move(work, application, left, act="pairing.confirm_list", clause="A24")
    # A later round pairs somebody from the waiting list (A24): the batch is past its pairing and stays where it is.
    if batch.state == "pairing":
        batch.list_confirmed_on = day
        record.move(work, batch, "signing", act="pairing.confirm_list", confirmed_on=day)
    steps.settle_step(work, "S12", listed.key)

    facts = list_facts(work, batch.number, day, pairs)
    told = {
        office
        for pair in pairs
        for office in (pair.sender, pair.recipient, pair.nominator, f"{pair.city}-mz")
    }
    tell(work, "pairing_list", to=told, subject=listed.key, batch=batch.number, facts=facts)


def confirm_pair(work: Work, pair: Pair, day: date) -> Agreement:
    """Confirms one pair: its agreement stands open, each of its three or four parties owes a signature (K27, A9)."""
    pair.confirmed_on = day
    record.move(work, pair, "confirmed", act="pairing.confirm_list", confirmed_on=day)
    rules = work.rules(pair.batch)
    scope = scope_of_pair(work, pair)
    institution = work.session.get(Institution, pair.recipient)
    parties = due_parties(
        rules,
        nominated_by_city=scope.county is None,
        is_city_level=institution is not None and institution.level == "city",
    )
    due = sign_by(work, pair.batch, day)
    agreement = Agreement(pair=pair.key, batch=pair.batch, parties=[str(one) for one in parties], due_on=due)
    record.create(
        work, agreement, act="pairing.confirm_list", parties=agreement.parties, due_on=due, clause="K27"
    )
    for party in parties:
        organisation = required_organisation(work, str(party), scope)
        steps.open_step(
            work,
            "S13",
            f"{pair.key}:{organisation}",
            scope=scope.owned_by(organisation),
            anchors={"list_confirmed": day},
        )
    return agreement


def list_facts(work: Work, batch: int, day: date, pairs: list[Pair]) -> dict[str, Any]:
    """What the letter about a confirmed list says."""
    days = work.rules(batch).number("agreement.signing_workdays")
    return {
        "batch": batch,
        "confirmed_on": day,
        "sign_by": day_fact(work, sign_by(work, batch, day)),
        "working_days": days,
        "pairs": [
            {
                "pair": pair.key,
                "city": work.divisions.by_code(pair.city).name,
                "sender": name_of(work, pair.sender),
                "recipient": name_of(work, pair.recipient),
                "nominator": name_of(work, pair.nominator),
                "parties": len(work.session.get_one(Agreement, pair.key).parties),
            }
            for pair in pairs
        ],
    }


def chores(work: Work) -> list[Chore]:  # noqa: ARG001  (every stage answers; pairing waits for people only)
    """Nothing: pairing is people's work from the roster to the list."""
    return []


def _confirmations(listed: PairingList) -> dict[str, date]:
    given = {"province_civil": listed.province_confirmed_on, "sender_bureau": listed.shenzhen_confirmed_on}
    return {party: day for party, day in given.items() if day is not None}


def _proposed_on(work: Work, listed: PairingList) -> date:
    days = [pair.at.date() for pair in proposed_pairs(work, listed)]
    return min(days, default=work.today)


def current_list(work: Work, batch: int) -> PairingList | None:
    """The list of a batch's latest round; None before the first proposal."""
    wanted = (
        select(PairingList).where(col(PairingList.batch) == batch).order_by(col(PairingList.round).desc())
    )
    found: PairingList | None = work.session.execute(wanted).scalars().first()
    return found


def proposed_pairs(work: Work, listed: PairingList) -> list[Pair]:
    """The pairs of a list that wait for its confirmation."""
    wanted = select(Pair).where(col(Pair.list_key) == listed.key, col(Pair.state) == "proposed")
    return list(work.session.execute(wanted.order_by(col(Pair.key))).scalars())


def approved_of(work: Work, batch: int) -> list[Application]:
    """The approved applications of a batch that wait for a pair, by rank."""
    wanted = select(Application).where(col(Application.batch) == batch, col(Application.state) == "approved")
    return list(
        work.session.execute(wanted.order_by(col(Application.province_rank), col(Application.key))).scalars()
    )


def roster_of(work: Work, batch: int) -> list[RosterEntry]:
    """Everybody on a batch's roster, whatever became of them."""
    wanted = select(RosterEntry).where(col(RosterEntry.batch) == batch).order_by(col(RosterEntry.key))
    return list(work.session.execute(wanted).scalars())


def sender_of(entry: RosterEntry) -> Sender:
    """A sender of the roster as the rules see it."""
    return Sender(entry.sender, SenderStatus(entry.state), frozenset(entry.strengths.split()))
