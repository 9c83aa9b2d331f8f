"""The dispatcher: takes due letters from the outbox and hands them over, several sessions at once."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from models.clock import Clock
from notifications.archive import ArchiveUnreachable
from notifications.attempts import Tried, domain_of
from notifications.catalogue import letter_kind
from notifications.layout import Frame, LaidOut, LayoutFailed, lay_out
from notifications.mailer import Delivery, Fate
from notifications.marks import Marks, Transactions
from notifications.outbox import ClaimedLetter
from notifications.outbox_claim import claim, release_expired
from notifications.outbox_marks import WEIGHTY, find_in_doubt, mark_looked_up, weighty_in_doubt
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
    draining: asyncio.Event | None = None,
) -> DispatchReport:
    """Sends what is due: one group of letters, or with `until_empty` everything, at most `limit`.

    Once `draining` is set, as when the task is cancelled, no other letter is begun: what is being handed over is
    finished, what was claimed is given back. That takes no longer than the replies for one letter, less than a lease.

    `transactions` opens one writing transaction per call. `owner` names this dispatcher and no other that lives.
    `lines_of` gives a digest's lines as they are now; a digest without lines is dropped. Safe to run at any time and
    several times at once. Letters that a dead dispatcher left are queued again or put in doubt first.
    """
    if isinstance(transport, ShelfTransport):
        return fill_shelf(
            transactions, clock, transport, owner=owner, until_empty=until_empty, limit=limit, frame=frame,
            lines_of=lines_of,
        )  # fmt: skip
    held_for = lease or post_settings().lease
    marks = Marks(transactions, clock.now, owner, held_for, SETTLED)
    run = _Run(marks, clock, transport, owner, frame, lines_of, held_for, draining or asyncio.Event())
    run.left = limit
    run.single_group = not until_empty
    try:
        marks.in_transaction(run.recover)
        await run.ask_archive()
        report = await run.deliver()
        await run.ask_archive()
        return replace(report, archive_fault=run.archive_fault)
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
        draining: asyncio.Event,
    ) -> None:
        self.marks = marks
        self.clock = clock
        self.transport = transport
        self.owner = owner
        self.frame = frame
        self.lines_of = lines_of
        self.lease = lease
        self.draining = draining
        self.left: int | None = None
        self.single_group = False
        self.found_doubts = 0
        self.archive_fault: str | None = None
        self._letters: deque[ClaimedLetter] = deque()
        self._claiming = asyncio.Lock()
        self._in_hand = 0
        self._moved = asyncio.Event()
        self._drained = False
        self._counts: Counter[Fate | str] = Counter()
        marks.in_hand = lambda: self._in_hand
        self._last_refusal: str | None = None
        self._stopped: str | None = None

    def recover(self, session: Session) -> None:
        """What a dead dispatcher left: untried letters are queued again, the others come into doubt."""
        now = self.clock.now()
        release_expired(session, now)
        self.found_doubts = len(find_in_doubt(session, now))

    async def ask_archive(self) -> None:
        """Looks up in the archive what is in doubt; without an answer everything stays as it is."""
        archive = self.transport.archive
        if archive is None:
            return
        doubted = self.marks.in_transaction(weighty_in_doubt)
        if not doubted:
            return
        try:
            places = await asyncio.to_thread(archive.look_up, doubted)
        except ArchiveUnreachable as fault:
            self.archive_fault = str(fault)
            return
        found = {doubted[message_id]: place for message_id, place in places.items()}
        now = self.clock.now()
        self.marks.in_transaction(lambda session: mark_looked_up(session, found, archive.host, now))

    async def deliver(self) -> DispatchReport:
        """Runs the sessions until nothing is left or nothing goes any more."""
        sessions = [asyncio.create_task(self._work()) for _ in range(self.transport.sessions)]
        everything = asyncio.gather(*sessions)
        try:
            # Shielded: who cancels this run must not cut a letter off between its text and the server's word.
            await asyncio.shield(everything)
        finally:
            self.draining.set()
            self._moved.set()
            await asyncio.gather(*sessions, return_exceptions=True)
            self.marks.next.released.extend(letter.id for letter in self._letters)
            self.marks.settle()
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
        try:
            while (letter := await self._take()) is not None:
                try:
                    if not await self._carry(session, letter):
                        return
                finally:
                    self._in_hand -= 1
                    self._moved.set()
        finally:
            await session.close()

    async def _take(self) -> ClaimedLetter | None:
        """The next letter, claiming a group when there is none; None when there is nothing more to do.

        A person's next letter can be claimed only when the one before it has met its fate, so an empty claim is the
        end only when no session has a letter in hand.
        """
        async with self._claiming:
            while not self._letters and not self._drained and not self._ends:
                self._moved.clear()
                await self._claim_group()
                if not self._letters and self._in_hand == 0 and not self._moved.is_set():
                    self._drained = True
                elif not self._letters and not self._drained:
                    await self._moved.wait()
            if not self._letters or self._ends:
                return None
            self._in_hand += 1
            return self._letters.popleft()

    @property
    def _ends(self) -> bool:
        return self._stopped is not None or self.draining.is_set() or self.marks.failed

    async def _claim_group(self) -> None:
        size = GROUP if self.left is None else min(GROUP, self.left)
        now = self.clock.now()
        # In turn with the marks: what was noted before is written before, so that what waited for it can be claimed.
        claimed = await self.marks.in_turn(
            lambda session: claim(session, self.owner, size, now, self.lease, self.transport.pace)
        )
        self._letters.extend(claimed)
        self.left = None if self.left is None else self.left - len(claimed)
        self._drained = self.single_group or self.left == 0

    async def _carry(self, session: MailSession, letter: ClaimedLetter) -> bool:
        """Takes one letter to its fate; False when this session is to end."""
        try:
            mail = self._laid_out(letter)
        except BaseException:
            # It has not been near a server yet, so it goes back with the others.
            self._letters.appendleft(letter)
            raise
        if mail is None:
            return True
        archive = self.transport.archive
        copy_to = archive.mailbox if archive is not None and letter.legal_class in WEIGHTY else None
        delivery = await session.send(
            mail, lambda: self.marks.handing(letter.id, mail.words), copy_to=copy_to
        )
        if delivery is None:
            return True
        if delivery.fate is Fate.STOP:
            self._letters.appendleft(letter)
            self._last_refusal = delivery.reply
            if delivery.code in CLOSED_TO_US:
                self._stopped = delivery.reply
            return False
        self._note(letter, delivery, session.server)
        return True

    def _laid_out(self, letter: ClaimedLetter) -> LaidOut | None:
        lines = None
        if letter_kind(letter.kind).gathers:
            lines = self.lines_of(letter)
            if not lines:
                self.marks.next.dropped.append(letter.id)
                self._counts["dropped"] += 1
                self.marks.start()
                return None
        try:
            return lay_out(letter, self.frame, self.clock.now(), lines or ())
        except LayoutFailed as failure:
            self._note(letter, Delivery(Fate.REFUSED, None, str(failure)), None)
            return None

    def _note(self, letter: ClaimedLetter, delivery: Delivery, server: str | None) -> None:
        self._counts[delivery.fate] += 1
        group = self.marks.next
        tried = Tried(
            letter.id, letter.attempts, delivery.reply, delivery.code, server, domain_of(letter.address)
        )
        match delivery.fate:
            case Fate.SENT:
                group.sent.append(tried)
            case Fate.DEFERRED:
                group.deferred.append(tried)
            case Fate.REFUSED:
                group.refused.append(tried)
            case Fate.UNKNOWN:
                group.doubtful.append(tried)
        self.marks.start()
