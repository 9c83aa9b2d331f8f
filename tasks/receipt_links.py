"""Receipts confirmed by a link that works once: the signatory needs no account where the pack allows it (K41)."""

from dataclasses import dataclass
from datetime import date

from models.disbursement import Voucher
from tasks import links
from tasks.acts import act_of, perform_within, read_form
from tasks.disbursement import voucher_of
from tasks.parties import current_office, name_of
from tasks.refusal import AlreadyDone, NotEntitled
from tasks.work import Actor, House, Work

PURPOSE = "receipt"
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


def make_receipt_link(work: Work, voucher: str, *, person: str | None = None) -> str:
    """Makes the link by which a payee confirms a voucher that was paid; returns its token, which is kept nowhere.

    `person` is the signatory whom it is sent to, the payee's office where nobody is named. Raises AlreadyDone for a
    voucher that does not wait for its receipt, NotEntitled where the pack does not allow links.
    """
    found = voucher_of(work, voucher)
    _require_waiting(found)
    organisation = current_office(work, found.payee)
    return links.make_link(work, PURPOSE, found.key, organisation=organisation, person=person)


def receipt_of(work: Work, token: str) -> Receipt:
    """What the link asks for, without using it; raises NotEntitled for one that works no more, AlreadyDone."""
    link = links.link_of(work, token, PURPOSE)
    found = voucher_of(work, link.subject)
    _require_waiting(found)
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

    What the act refuses leaves the link as it was. Raises NotEntitled for a link that works no more.
    """
    with house.transaction() as work:
        link = links.link_of(work, token, PURPOSE)
        work.actor = Actor(link.person or link.organisation, link.organisation)
        used = links.take_link(work, token, PURPOSE)
        chosen = act_of(CONFIRM)
        form = read_form(chosen, {"voucher": used.subject, "received_on": received_on})
        done = perform_within(work, chosen, form)
        if not isinstance(done, Voucher):
            raise NotEntitled("account.link_over")
        return done


def _require_waiting(voucher: Voucher) -> None:
    if voucher.state != "paid":
        raise AlreadyDone("receipt.not_waiting", number=voucher.number)
