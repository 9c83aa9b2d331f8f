"""Group commit: the marks of several sessions go into one transaction, and whoever needs his mark waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from sqlmodel import Session

from notifications import outbox_marks
from notifications.attempts import Tried, Wording
from notifications.outbox_claim import release

Transactions = Callable[[], AbstractContextManager[Session]]
Result = TypeVar("Result")


@dataclass
class _Group:
    """Marks that will be written together."""

    handing: dict[int, tuple[Wording, asyncio.Future[bool]]] = field(default_factory=dict)
    sent: list[Tried] = field(default_factory=list)
    deferred: list[Tried] = field(default_factory=list)
    refused: list[Tried] = field(default_factory=list)
    doubtful: list[Tried] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    acts: list[tuple[Callable[[Session], Any], asyncio.Future[Any]]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(vars(self).values())


# How long a group waits for letters that are not at their mark yet; a commit costs about as much.
GATHER_SECONDS = 0.002
# How long the mark of a server's answer may wait for a group that is written anyway.
NOTED_SECONDS = 0.05


class Marks:
    """Writes marks in groups, one transaction after the other, for sessions that would have to wait for them anyway.

    `handing` waits until its mark is durable. The other marks are only noted and go with the next group, after
    `start` within a twentieth of a second. A group is written as soon as every letter in hand (`in_hand`) waits for
    it, or after a moment. It is written in the loop's own thread: all sessions wait for it, and handing it to another
    thread costs more than the commit. A writing that failed is raised by `settle`; until then `failed` says so.
    """

    def __init__(
        self,
        transactions: Transactions,
        now: Callable[[], datetime],
        owner: str,
        lease: timedelta,
        reason: str,
    ) -> None:
        self._transactions = transactions
        self._now = now
        self._owner = owner
        self._lease = lease
        self._reason = reason
        self._next = _Group()
        self._timer: asyncio.TimerHandle | None = None
        self._fault: BaseException | None = None
        self.in_hand: Callable[[], int] = lambda: 0
        self.doubts = 0

    @property
    def next(self) -> _Group:
        """The group that is being gathered; notes made here are written with it."""
        return self._next

    async def handing(self, letter_id: int, words: Wording) -> bool:
        """Waits for the durable `handing` mark and text; False when the letter is no longer this dispatcher's."""
        marked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._next.handing[letter_id] = words, marked
        full = len(self._next.handing) >= self.in_hand()
        self._write_within(0 if full else GATHER_SECONDS)
        return await marked

    async def in_turn(self, act: Callable[[Session], Result]) -> Result:
        """Runs `act` at the end of the next group's transaction, after all marks noted so far."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._next.acts.append((act, done))
        self._write_within(0)
        return cast(Result, await done)

    def start(self) -> None:
        """Writes what is noted soon, without waiting for it."""
        if self._next:
            self._write_within(NOTED_SECONDS)

    def settle(self) -> None:
        """Writes everything noted so far; raises what this or an earlier writing raised."""
        if self._next:
            self._write()
        if self._fault is not None:
            raise self._fault

    @property
    def failed(self) -> bool:
        """Whether a group could not be written: nothing more may be begun."""
        return self._fault is not None

    def close(self) -> None:
        """Writes nothing more; call `settle` before."""
        if self._timer is not None:
            self._timer.cancel()

    def _write_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        # Even a full group waits for the loop's turn, in which other sessions may still note what they know.
        moment = loop.time() + seconds if seconds else 0
        if self._timer is not None:
            if self._timer.when() <= moment:
                return
            self._timer.cancel()
        self._timer = loop.call_at(moment, self._write)

    def _write(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        group, self._next = self._next, _Group()
        waiting = [*(marked for _, marked in group.handing.values()), *(done for _, done in group.acts)]
        try:
            granted, results = self.in_transaction(partial(self._put, group))
        except Exception as error:  # noqa: BLE001  (whoever waits gets it, and the run with `settle`)
            self._fault = error
            for future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        answers = [*(letter_id in granted for letter_id in group.handing), *results]
        for future, answer in zip(waiting, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    def in_transaction(self, act: Callable[[Session], Result]) -> Result:
        """Runs `act` in a transaction of its own."""
        with self._transactions() as session:
            return act(session)

    def _put(self, group: _Group, session: Session) -> tuple[set[int], list[Any]]:
        now = self._now()
        outbox_marks.mark_sent(session, self._owner, group.sent, now)
        outbox_marks.mark_deferred(session, self._owner, group.deferred, now)
        outbox_marks.mark_refused(session, self._owner, group.refused, now)
        outbox_marks.mark_dropped(session, self._owner, group.dropped, self._reason)
        self.doubts += len(outbox_marks.mark_in_doubt(session, self._owner, group.doubtful, now))
        release(session, self._owner, group.released)
        texts = {letter_id: words for letter_id, (words, _) in group.handing.items()}
        granted = outbox_marks.mark_handing(session, self._owner, texts, now, self._lease)
        return granted, [act(session) for act, _ in group.acts]
