"""A proposal of pairs to talk about: the best there is, why each, and what every swap would cost (K06, K26, A24)."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.application import Application
from models.messages import say
from models.pairing import RosterEntry
from models.rules.pairing import Match, Recipient, Sender, SenderStatus
from models.rules.pairing_prices import PricedPair, mentioned, propose_priced, topics
from tasks.pairing import approved_of, roster_of
from tasks.parties import name_of
from tasks.refusal import BadInput
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class SwapRow:
    """Another sender for a pair, and by how much the least total rises with it."""

    sender: str
    sender_name: str
    difference: int


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposed pair; its cost is the number of needs that are not met. Swaps are the cheapest first."""

    sender: str
    sender_name: str
    application: str
    recipient_name: str
    city: str
    rank: int
    is_locked: bool
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    cost: int
    reason: str
    swaps: tuple[SwapRow, ...]


@dataclass(frozen=True, slots=True)
class PairingProposal:
    """The pairs by rank, the applications that wait for a sender, the total cost."""

    pairs: tuple[ProposalRow, ...]
    waiting: tuple[str, ...]
    total: int


def pairing_proposal(work: Work, batch: int, locked: Mapping[str, str] | None = None) -> PairingProposal:
    """The best pairing of a batch's approved applications and free senders; `locked` is application → sender.

    What an application needs is what its background and proposal (F29, F30) name of all that the roster is strong in.
    It binds nobody; the reasons are those that `pairing.propose_pairs` takes. The same facts give the same answer.
    Raises BadInput for a locked pair that is not possible.
    """
    work.batch(batch)
    applications = {one.key: one for one in approved_of(work, batch)}
    senders = [_sender(entry) for entry in roster_of(work, batch)]
    known = frozenset[str]().union(*(one.strengths for one in senders))
    recipients = [_recipient(one, known) for one in applications.values()]
    matches = [Match(sender, application) for application, sender in sorted((locked or {}).items())]
    _check(matches, applications, senders)
    found = propose_priced(senders, recipients, matches)
    return PairingProposal(
        tuple(_row(work, one, applications[one.application]) for one in found.pairs),
        found.waiting,
        found.total,
    )


def _sender(entry: RosterEntry) -> Sender:
    return Sender(entry.sender, SenderStatus(entry.state), topics(entry.strengths))


def _recipient(application: Application, known: frozenset[str]) -> Recipient:
    texts = [str(application.form.get(name) or "") for name in ("background", "proposal")]
    return Recipient(application.key, application.province_rank or 0, mentioned(texts, known))


def _check(matches: list[Match], applications: Mapping[str, Application], senders: list[Sender]) -> None:
    free = {one.uscc for one in senders if one.status is SenderStatus.AVAILABLE}
    for one in matches:
        if one.sender not in free or one.application not in applications:
            raise BadInput(
                "pairing.locked_taken", field="locked", sender=one.sender, application=one.application
            )
        free.remove(one.sender)


def _row(work: Work, pair: PricedPair, application: Application) -> ProposalRow:
    return ProposalRow(
        sender=pair.sender,
        sender_name=name_of(work, pair.sender),
        application=pair.application,
        recipient_name=name_of(work, application.uscc),
        city=work.divisions.by_code(application.city).name,
        rank=application.province_rank or 0,
        is_locked=pair.is_locked,
        met=pair.met,
        unmet=pair.unmet,
        cost=pair.cost,
        reason=_reason(pair),
        swaps=tuple(SwapRow(one.sender, name_of(work, one.sender), one.difference) for one in pair.swaps),
    )


def _reason(pair: PricedPair) -> str:
    """Why these two, in a sentence for the list."""
    if pair.is_locked:
        return say("pairing_proposal.locked")
    code = {(True, True): "partly", (True, False): "met", (False, True): "unmet", (False, False): "plain"}
    return say(f"pairing_proposal.{code[bool(pair.met), bool(pair.unmet)]}", met=pair.met, unmet=pair.unmet)
