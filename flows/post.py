"""Post as a run: hands the letters due now to the mail server and says what became of them (DESIGN section 6)."""

import asyncio
from typing import Any

from prefect import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.artifacts import SHOWN, leave_table, moment
from flows.engine import label_task, lent_flow, lent_task, tag_run, words_of
from flows.lent import current
from flows.told import letters_by_state, letters_waiting
from flows.words import flow_title, word
from models.messages import say
from notifications.bounce_box import BoxUnreachable
from notifications.catalogue import letter_kind
from notifications.report import DispatchReport
from notifications.settings import post_settings
from tasks.intake.fetching import Taken, take_mails
from tasks.intake.taking_up import mails_to_take_up, take_up_mails
from tasks.post import post_letters
from tasks.work import House


@lent_flow("post")
async def post() -> State[Any]:
    """Sends what may leave now; safe at any time and several times at once, for each letter is claimed first."""
    house = current().house
    await tag_run(flow_title("post"))
    if post_settings().mailbox is not None or _mails_wait(house):
        # What cannot be taken in now is taken in by the next run: the letters do not wait for it.
        await take_in(return_state=True)
    state = await send_letters(owner=f"post:{flow_run.get_id()}", return_state=True)
    await _leave_tables(house)
    if not state.is_completed():
        return Failed(message=await words_of(state))
    return Completed(message=state.message)


@lent_task("send")
async def send_letters(owner: str) -> State[Any]:
    """One round of the dispatcher; without a mail server the letters stay queued and the task says so."""
    label_task(flow_title("post"))
    loan = current()
    report = await post_letters(loan.house, loan.transport, owner=owner)
    counts = counts_of(report)
    if report.archive_fault:
        counts = say("flows.archive_fault", counts=counts, reason=report.archive_fault)
    if report.stopped:
        return Failed(message=say("flows.post_stopped", reason=report.stopped, counts=counts))
    return Completed(message=counts)


@lent_task("take")
async def take_in() -> State[Any]:
    """Registers what offices have written to the programme's mailbox, and takes up what waited there for its time.

    Answers leave with the letters after it.
    """
    label_task(flow_title("post"))
    box, house = post_settings().mailbox, current().house
    up = await asyncio.to_thread(take_up_mails, house)
    try:
        taken = await asyncio.to_thread(take_mails, house, box) if box is not None else Taken()
    except BoxUnreachable as down:
        return Failed(message=say("intake.unreachable", reason=str(down)))
    return Completed(message=say("intake.taken", new=taken.new, known=taken.known, bad=taken.bad, up=up))


def _mails_wait(house: House) -> bool:
    with house.look() as work:
        return bool(mails_to_take_up(work))


def counts_of(report: DispatchReport) -> str:
    """A round's letters by what became of them."""
    return say(
        "flows.posted",
        sent=report.sent,
        deferred=report.deferred,
        refused=report.refused,
        dropped=report.dropped,
        in_doubt=report.in_doubt,
    )


async def _leave_tables(house: House) -> None:
    now = moment(house)
    sent = [
        {
            word("artifact", "letter"): letter_kind(kind).label,
            word("artifact", "letter_state"): word("letter_state", state),
            word("artifact", "count"): count,
        }
        for kind, state, count in letters_by_state(house)
    ]
    waiting = [
        {
            word("artifact", "letter"): letter_kind(one.kind).label,
            word("artifact", "recipient"): one.recipient,
            word("artifact", "letter_state"): word("letter_state", one.state),
            word("artifact", "detail"): one.reply,
            word("artifact", "key"): one.key,
        }
        for one in letters_waiting(house, SHOWN)
    ]
    await asyncio.gather(
        leave_table("post", "sent", sent, say("flows.table.sent", now=now)),
        leave_table("post", "waiting", waiting, say("flows.table.waiting", now=now)),
    )
