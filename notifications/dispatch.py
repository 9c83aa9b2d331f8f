"""The dispatcher: takes due letters from the outbox and hands them over, several sessions at once."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from datetime import timedelta

from sqlmodel import Session

from models.clock import Clock
from notifications import outbox
from notifications.catalogue import letter_kind
from notifications.layout import Frame, LaidOut, LayoutFailed, lay_out
from notifications.mailer import Delivery, Fate
from notifications.marks import Marks, Transactions
from notifications.outbox import ClaimedLetter
from notifications.report import DispatchReport
from notifications.settings import post_settings
from notifications.shelf import SETTLED, LinesOf, shelve_letters
from notifications.transport import MailSession, ShelfTransport, SmtpTransport, Transport

# So many letters are claimed at a time; a dispatcher that dies keeps at most these waiting for its lease.
GROUP = 64
SHELF_GROUP = 256

# The server will not have us at all, so the other sessions need not try.
CLOSED_TO_US = (530, 534, 535)


async def dispatch(
    transactions: Transactions,
    clock: Clock,
    transport: Transport,
    *,
    owner: str,
    until_empty: bool,
    limit: int | None,
    frame: Frame,
    lines_of: LinesOf,
    lease: timedelta | None = None,
) -> DispatchReport:
    """Sends what is due: one group of letters, or with `until_empty` everything, at most `limit`.

    `transactions` opens one writing transaction per call. `owner` names this dispatcher and no other that lives.
    `lines_of` gives a digest's lines as they are now; a digest without lines is dropped. Safe to run at any time and
    several times at once. Letters that a dead dispatcher left are queued again or put in doubt first.
    """
    if isinstance(transport, ShelfTransport):
        return fill_shelf(
            transactions, clock, transport, owner=owner, until_empty=until_empty, limit=limit, frame=frame,
            lines_of=lines_of,
        )  # fmt: skip
    marks = Marks(transactions, clock.now, owner, lease or post_settings().lease, SETTLED)
    run = _Run(marks, clock, transport, owner, frame, lines_of, lease or post_settings().lease)
    run.left = limit if limit is not None else None
    run.single_group = not until_empty
    try:
        await marks.in_transaction(run.recover)
        return await run.deliver()
    finally:
        marks.close()


def fill_shelf(
    transactions: Transactions,
    clock: Clock,
    transport: ShelfTransport,
    *,
    owner: str,
    until_empty: bool,
    limit: int | None,
    frame: Frame,
    lines_of: LinesOf,
) -> DispatchReport:
    """`dispatch` for the shelf, which nobody has to wait for: letters go there inside the house's own transaction."""
    total = DispatchReport()
    left = limit
    while left is None or left > 0:
        size = SHELF_GROUP if left is None else min(left, SHELF_GROUP)
        with transactions() as session:
            done = shelve_letters(
                session, clock.now(), transport.store, owner=owner, limit=size, frame=frame, lines_of=lines_of
            )
        total += done
        taken = done.sent + done.refused + done.dropped
        left = None if left is None else left - taken
        if taken < size or not until_empty:
            break
    return total


class _Run:
    """One run of the post over SMTP."""

    def __init__(
        self,
        marks: Marks,
        clock: Clock,
        transport: SmtpTransport,
        owner: str,
        frame: Frame,
        lines_of: LinesOf,
        lease: timedelta,
    ) -> None:
        self.marks = marks
        self.clock = clock
        self.transport = transport
        self.owner = owner
        self.frame = frame
        self.lines_of = lines_of
        self.lease = lease
        self.left: int | None = None
        self.single_group = False
        self.found_doubts = 0
        self._letters: deque[ClaimedLetter] = deque()
        self._claiming = asyncio.Lock()
        self._drained = False
        self._counts: Counter[Fate | str] = Counter()
        self._last_refusal: str | None = None
        self._stopped: str | None = None

    def recover(self, session: Session) -> None:
        """What a dead dispatcher left: untried letters are queued again, the others come into doubt."""
        now = self.clock.now()
        outbox.release_expired(session, now)
        self.found_doubts = len(outbox.find_in_doubt(session, now))

    async def deliver(self) -> DispatchReport:
        """Runs the sessions until nothing is left or nothing goes any more."""
        sessions = [asyncio.create_task(self._work()) for _ in range(self.transport.sessions)]
        try:
            await asyncio.gather(*sessions)
        finally:
            for session in sessions:
                session.cancel()
            await asyncio.gather(*sessions, return_exceptions=True)
            self.marks.next.released.extend((letter.id, None) for letter in self._letters)
            await self.marks.settle()
        stopped = self._stopped or (self._last_refusal if self._letters else None)
        return DispatchReport(
            sent=self._counts[Fate.SENT],
            deferred=self._counts[Fate.DEFERRED],
            refused=self._counts[Fate.REFUSED],
            dropped=self._counts["dropped"],
            in_doubt=self.found_doubts + self.marks.doubts,
            stopped=stopped,
        )

    async def _work(self) -> None:
        session = self.transport.session()
        carried = 0
        try:
            while (letter := await self._take()) is not None:
                if self.transport.throttle.connection_is_full(carried):
                    await session.close()
                    carried = 0
                if not await self._carry(session, letter):
                    return
                carried += 1
        finally:
            self.marks.start()
            await session.close()

    async def _take(self) -> ClaimedLetter | None:
        """The next letter, claiming a group when there is none; None when there is nothing more to do."""
        async with self._claiming:
            if not self._letters and not self._drained and self._stopped is None:
                size = GROUP if self.left is None else min(GROUP, self.left)
                now = self.clock.now()
                claimed = await self.marks.in_transaction(
                    lambda session: outbox.claim(session, self.owner, size, now, self.lease)
                )
                self._letters.extend(claimed)
                self.left = None if self.left is None else self.left - len(claimed)
                self._drained = self.single_group or len(claimed) < size or self.left == 0
        return self._letters.popleft() if self._letters and self._stopped is None else None

    async def _carry(self, session: MailSession, letter: ClaimedLetter) -> bool:
        """Takes one letter to its fate; False when this session is to end."""
        try:
            mail = await self._laid_out(letter)
        except BaseException:
            # It has not been near a server yet, so it goes back with the others.
            self._letters.appendleft(letter)
            raise
        if mail is None:
            return True
        now = self.clock.now()
        wait = self.transport.throttle.wait(letter.address, now)
        if wait > timedelta():
            self.marks.next.released.append((letter.id, now + wait))
            return True
        delivery = await session.send(mail, lambda: self.marks.handing(letter.id))
        if delivery is None:
            return True
        if delivery.fate is Fate.STOP:
            self._letters.appendleft(letter)
            self._last_refusal = delivery.reply
            if delivery.code in CLOSED_TO_US:
                self._stopped = delivery.reply
            return False
        self._note(letter, delivery)
        return True

    async def _laid_out(self, letter: ClaimedLetter) -> LaidOut | None:
        lines = None
        if letter_kind(letter.kind).gathers:
            lines = await self.marks.beside(lambda: self.lines_of(letter))
            if not lines:
                self.marks.next.dropped.append(letter.id)
                self._counts["dropped"] += 1
                return None
        try:
            return lay_out(letter, self.frame, self.clock.now(), lines or ())
        except LayoutFailed as failure:
            self._note(letter, Delivery(Fate.REFUSED, None, str(failure)))
            return None

    def _note(self, letter: ClaimedLetter, delivery: Delivery) -> None:
        self._counts[delivery.fate] += 1
        group = self.marks.next
        match delivery.fate:
            case Fate.SENT:
                group.sent.append((letter.id, delivery.reply))
            case Fate.DEFERRED:
                group.deferred.append((letter.id, letter.attempts, delivery.reply))
            case Fate.REFUSED:
                group.refused.append((letter.id, delivery.reply))
            case Fate.UNKNOWN:
                group.doubtful.append(letter.id)
