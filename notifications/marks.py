"""Group commit: the marks of several sessions go into one transaction, and whoever needs his mark waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


class Marks:
    """Writes marks in groups, in one thread of its own, one transaction after the other.

    `handing` waits until its mark is durable. The other marks are only noted: they are written with the next
    group, which is at the latest the one before the same session's next letter, or at `settle`.
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
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="post-marks")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="post-lines")
        self._next = _Group()
        self._writing: asyncio.Task[None] | None = None
        self.doubts = 0

    @property
    def next(self) -> _Group:
        """The group that is being gathered; notes made here are written with it."""
        return self._next

    async def handing(self, letter_id: int, words: Wording) -> bool:
        """Waits for the durable `handing` mark and text; False when the letter is no longer this dispatcher's."""
        marked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._next.handing[letter_id] = words, marked
        self._start()
        return await marked

    async def in_transaction(self, act: Callable[[Session], Result]) -> Result:
        """Runs `act` in a transaction of its own, in turn with the marks."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, act)

    async def in_turn(self, act: Callable[[Session], Result]) -> Result:
        """Runs `act` at the end of the next group's transaction, after all marks noted so far."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._next.acts.append((act, done))
        self._start()
        return cast(Result, await done)

    async def beside(self, act: Callable[[], Result]) -> Result:
        """Runs `act` in the second thread, for reading that opens its own transaction and need not wait its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, act)

    def start(self) -> None:
        """Writes what is noted soon, without waiting for it."""
        self._start()

    async def settle(self) -> None:
        """Waits until everything noted so far is written; raises what a writing raised."""
        self._start()
        while self._writing is not None:
            writing = self._writing
            await writing
            if self._writing is writing:
                self._writing = None

    def close(self) -> None:
        """Ends the threads; call `settle` before."""
        self._thread.shutdown(wait=True)
        self._reading.shutdown(wait=True)

    def _start(self) -> None:
        if self._next and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        while self._next:
            group, self._next = self._next, _Group()
            waiting = [*(marked for _, marked in group.handing.values()), *(done for _, done in group.acts)]
            try:
                granted, results = await self.in_transaction(partial(self._put, group))
            except BaseException as error:
                for future in waiting:
                    if not future.done():
                        future.set_exception(error)
                raise
            answers = [*(letter_id in granted for letter_id in group.handing), *results]
            for future, answer in zip(waiting, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    def _transact(self, act: Callable[[Session], Result]) -> Result:
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
