"""Receipts confirmed by a link that works once: the signatory needs no account where the pack allows it (K41)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.account import Account, Link
from models.disbursement import Voucher
from models.event import Event
from tasks import links
from tasks.acts import act_of, perform_within, read_form
from tasks.disbursement import voucher_of
from tasks.identities import identities
from tasks.parties import current_office, name_of
from tasks.queries.actor_names import actor_names, named_actor
from tasks.refusal import AlreadyDone, NotEntitled
from tasks.work import Actor, House, Work

CONFIRM = "disbursement.confirm_receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a link asks to be confirmed: who paid whom how much, under which number, on which day."""

    payer: str
    payee: str
    number: str
    leg: str
    year: int
    fen: int
    paid_on: date
    today: date


def receipt_of(work: Work, token: str) -> Receipt:
    """What the link asks for, without using it.

    Raises NotEntitled for one that works no more or whose person may not act for the payee any more, AlreadyDone where
    the receipt is confirmed, with who did so and when.
    """
    found = voucher_of(work, links.link_made(work, token, links.RECEIPT).subject)
    _require_waiting(work, found)
    _actor_of(work, links.link_of(work, token, links.RECEIPT))
    return Receipt(
        payer=name_of(work, found.payer),
        payee=name_of(work, found.payee),
        number=found.number,
        leg=found.leg,
        year=found.year,
        fen=found.fen,
        paid_on=found.paid_on,
        today=work.today,
    )


def confirm_by_link(house: House, token: str, *, received_on: date) -> Voucher:
    """Confirms the receipt in the name of whom the link was made for, and uses the link up in the same transaction.

    What the act refuses leaves the link as it was. Raises what `receipt_of` raises.
    """
    with house.transaction() as work:
        _require_waiting(work, voucher_of(work, links.link_made(work, token, links.RECEIPT).subject))
        work.actor = _actor_of(work, links.link_of(work, token, links.RECEIPT))
        used = links.take_link(work, token, links.RECEIPT)
        chosen = act_of(CONFIRM)
        form = read_form(chosen, {"voucher": used.subject, "received_on": received_on})
        done = perform_within(work, chosen, form)
        if not isinstance(done, Voucher):
            raise NotEntitled("account.link_over")
        return done


def _actor_of(work: Work, link: Link) -> Actor:
    """Whom the link speaks for today: the person, for the payee, as themself or as the deputy who got the letter.

    Raises NotEntitled for somebody who has left the office meanwhile, or whose account was closed.
    """
    organisation = current_office(work, link.organisation)
    if link.person is None:
        return Actor(organisation, organisation)
    account = work.session.get(Account, link.person)
    mine = [one for one in identities(work, link.person) if one.organisation == organisation]
    if not mine or (account is not None and not account.active):
        raise NotEntitled("receipt.left", office=name_of(work, organisation))
    return Actor(link.person, organisation, mine[0].in_place_of)


def _require_waiting(work: Work, voucher: Voucher) -> None:
    if voucher.state == "received":
        raise AlreadyDone("receipt.confirmed", number=voucher.number, **_confirmation(work, voucher))
    if voucher.state != "paid":
        raise AlreadyDone("receipt.not_waiting", number=voucher.number)


def _confirmation(work: Work, voucher: Voucher) -> dict[str, Any]:
    """Who confirmed a receipt, at which instant, and the day on which the money came."""
    wanted = select(Event).where(
        col(Event.subject_type) == "voucher", col(Event.subject) == voucher.key, col(Event.act) == CONFIRM
    )
    event = work.session.execute(wanted).scalar_one()
    payee = current_office(work, voucher.payee)
    names = {payee: name_of(work, payee), **actor_names(work, [event.actor])}
    return {
        "who": named_actor(event.actor, names),
        "at": event.at,
        "received_on": str(event.facts["received_on"]),
    }
