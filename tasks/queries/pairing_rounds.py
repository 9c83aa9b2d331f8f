"""The rounds of pairing of a batch: each list with its pairs and its two confirmations, and who waits (K26, A24)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.agreement import Agreement
from models.application import Application
from models.organisation import Organisation
from models.pairing import Pair, PairingList
from models.review import Decision
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.scope import applications_seen, pairs_seen
from tasks.queries.step_rows import workdays_left
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class ListedPair:
    """One pair of a list; `parties` and `sign_by` once it is confirmed."""

    key: str
    application: str
    city_name: str
    sender: str
    sender_name: str
    recipient_name: str
    nominator_name: str
    state: str
    reason: str
    parties: int
    sign_by: date | None


@dataclass(frozen=True, slots=True)
class Round:
    """One list: its state and confirmations, those of its pairs that the viewer may see, its step if open."""

    key: str
    number: int
    state: str
    province_confirmed_on: date | None
    shenzhen_confirmed_on: date | None
    confirmed_on: date | None
    pairs: tuple[ListedPair, ...]
    step: str
    due_on: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One application that waits for a sender, or is approved and not paired yet."""

    application: str
    institution: str
    city_name: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class PairingPage:
    """A batch's pairing; rounds the latest first. `version` changes with everything a proposal depends on."""

    rounds: tuple[Round, ...]
    approved: tuple[Waiting, ...]
    waiting: tuple[Waiting, ...]
    decided_on: date | None
    roster_closed: bool
    version: str

    @property
    def current(self) -> Round | None:
        """The latest round that was not dropped."""
        return next((one for one in self.rounds if one.state != "dropped"), None)


def pairing_page(work: Work, viewer: Viewer, batch: int) -> PairingPage:
    """The pairing of a batch as far as the viewer sees its pairs and applications."""
    decision = work.session.get(Decision, batch)
    lists = select(PairingList).where(col(PairingList.batch) == batch).order_by(col(PairingList.round).desc())
    pairs = _pairs(work, viewer, batch)
    steps = _open_steps(work, batch)
    found = list(work.session.execute(lists).scalars())
    roster = work.session.connection().execute(
        select(col(Step.state)).where(col(Step.kind) == "S11", col(Step.subject) == str(batch))
    )
    return PairingPage(
        rounds=tuple(_round(work, one, pairs.get(one.key, []), steps.get(one.key)) for one in found),
        approved=_applications(work, viewer, batch, "approved"),
        waiting=_applications(work, viewer, batch, "waiting"),
        decided_on=decision.decided_on if decision else None,
        roster_closed="settled" in set(roster.scalars()),
        version=version(work, batch),
    )


def version(work: Work, batch: int) -> str:
    """A text that is another one as soon as the batch's lists or pairs have changed."""
    lists = select(col(PairingList.key), col(PairingList.state)).where(col(PairingList.batch) == batch)
    states = work.session.connection().execute(lists.order_by(col(PairingList.key))).all()
    # A pair is never taken away: what is dropped still counts, so that every proposal makes one more.
    count = select(func.count()).where(col(Pair.batch) == batch)
    many = work.session.connection().execute(count).scalar_one()
    return f"{[tuple(one) for one in states]}{many}"


def _round(work: Work, one: PairingList, pairs: list[ListedPair], step: Step | None) -> Round:
    shown = [pair for pair in pairs if pair.state != "dropped"] if one.state != "dropped" else pairs
    return Round(
        one.key,
        one.round,
        one.state,
        one.province_confirmed_on,
        one.shenzhen_confirmed_on,
        one.confirmed_on,
        tuple(shown),
        step.key if step else "",
        step.due_on if step else None,
        workdays_left(work, step.due_on) if step else None,
    )


def _pairs(work: Work, viewer: Viewer, batch: int) -> dict[str, list[ListedPair]]:
    sender, recipient, nominator = (aliased(Organisation) for _ in range(3))
    wanted: Any = (
        select(Pair, sender.name, recipient.name, nominator.name, Agreement)  # type: ignore[call-overload]
        .join(sender, col(sender.code) == col(Pair.sender))
        .join(recipient, col(recipient.code) == col(Pair.recipient))
        .join(nominator, col(nominator.code) == col(Pair.nominator))
        .outerjoin(Agreement, col(Agreement.pair) == col(Pair.key))
        .where(col(Pair.batch) == batch, pairs_seen(work, viewer))
        .order_by(col(Pair.key))
    )
    cities = {one.code: one.name for one in work.divisions.cities()}
    found: dict[str, list[ListedPair]] = {}
    for pair, sender_name, recipient_name, nominator_name, agreement in work.session.execute(wanted):
        found.setdefault(pair.list_key, []).append(
            ListedPair(
                pair.key,
                pair.application,
                cities[pair.city],
                pair.sender,
                sender_name,
                recipient_name,
                nominator_name,
                pair.state,
                pair.reason,
                len(agreement.parties) if agreement else 0,
                agreement.due_on if agreement else None,
            )
        )
    return found


def _open_steps(work: Work, batch: int) -> dict[str, Step]:
    wanted = select(Step).where(col(Step.kind) == "S12", col(Step.batch) == batch, col(Step.state) == "open")
    return {one.subject: one for one in work.session.execute(wanted).scalars()}


def _applications(work: Work, viewer: Viewer, batch: int, state: str) -> tuple[Waiting, ...]:
    wanted = (
        select(
            col(Application.key),
            col(Organisation.name),
            col(Application.city),
            col(Application.province_rank),
        )
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(
            col(Application.batch) == batch, col(Application.state) == state, applications_seen(work, viewer)
        )
        .order_by(
            col(Application.province_rank).is_(None), col(Application.province_rank), col(Application.key)
        )
    )
    cities = {one.code: one.name for one in work.divisions.cities()}
    rows = work.session.connection().execute(wanted)
    return tuple(Waiting(key, name, cities[city], rank) for key, name, city, rank in rows)
