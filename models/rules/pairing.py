"""One sender, one recipient: who may be paired, who confirms, who waits, and a first proposal (K05, K06, K26, A24)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.rules.breach import Breach, RuleValues, hard


class SenderStatus(StrEnum):
    """Where a sender stands on the roster."""

    AVAILABLE = "available"
    PAIRED = "paired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Sender:
    """An institution on the sending bureau's roster, with what it is strong in."""

    uscc: str
    status: SenderStatus = SenderStatus.AVAILABLE
    strengths: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Recipient:
    """An approved institution with its rank in the review and what it needs."""

    application: str
    rank: int
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """A sender beside a recipient (by application)."""

    sender: str
    application: str


def match_breaches(
    listed: Sequence[Match],
    roster: Mapping[str, Sender],
    approved: Collection[str],
    standing: Iterable[Match] = (),
) -> tuple[Breach, ...]:
    """K05, K06 over a whole list: senders available on the roster, recipients approved, each of both only once.

    ``standing`` are the active pairs of the batch that the list adds to.
    """
    found: list[Breach] = []
    before = tuple(standing)
    for one in listed:
        sender = roster.get(one.sender)
        if sender is None:
            found.append(hard("rules.pairing.not_on_roster", "K05", sender=one.sender))
        elif sender.status is SenderStatus.WITHDRAWN:
            found.append(hard("rules.pairing.withdrawn", "K05", sender=one.sender))
        if one.application not in approved:
            found.append(hard("rules.pairing.not_approved", "K25", application=one.application))
    senders = Counter(one.sender for one in (*before, *listed))
    recipients = Counter(one.application for one in (*before, *listed))
    found += (
        hard("rules.pairing.sender_twice", "K06", sender=one) for one in sorted(senders) if senders[one] > 1
    )
    found += (
        hard("rules.pairing.recipient_twice", "K06", application=one)
        for one in sorted(recipients)
        if recipients[one] > 1
    )
    return tuple(found)


def offer_breaches(application: str, waiting: Sequence[str]) -> tuple[Breach, ...]:
    """A24: a sender that has become free is offered to the first of the waiting list, which is in order of rank."""
    if application not in waiting:
        return (hard("rules.pairing.not_waiting", "K26", "application", application=application),)
    if application != waiting[0]:
        first = waiting[0]
        return (hard("rules.pairing.not_next", "K26", "application", application=application, first=first),)
    return ()


def confirmation_breaches(
    party: str, on: date, standing: Mapping[str, date], *, proposed_on: date, today: date, rules: RuleValues
) -> tuple[Breach, ...]:
    """K26: each of the two parties confirms once, after the list was proposed and not in the future."""
    due = tuple(rules.value("pairing.confirmers"))
    found: list[Breach] = []
    if party not in due:
        found.append(hard("rules.pairing.may_not_confirm", "K26", party=party, due=due))
    if party in standing:
        found.append(hard("rules.pairing.confirmed_twice", "K26", party=party, on=standing[party]))
    if on < proposed_on:
        found.append(hard("rules.pairing.confirmed_early", "K26", found=on, proposed=proposed_on))
    if on > today:
        found.append(hard("rules.pairing.confirmed_future", "K26", found=on, today=today))
    return tuple(found)


def confirmed_on(confirmations: Mapping[str, date], rules: RuleValues) -> date | None:
    """Return the day of the last confirmation, from which K27 counts (A10); None until both are there."""
    due = tuple(rules.value("pairing.confirmers"))
    if not due or any(party not in confirmations for party in due):
        return None
    return max(confirmations[party] for party in due)
