"""The replay: the cast plays the programme on a virtual clock, the machine does the rest; killed, it goes on alike.

The only memory is the database. Every cue's moment follows from the seed and from what stands in the database, never
from the order of play; so a replay that is killed and resumed, or whose machine work goes through the flows, writes
the same programme.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from models.clock import SHANGHAI, VirtualClock
from models.db import writing
from models.event import Event
from models.prepared import Prepared
from models.system import Chapter
from notifications.catcher_store import CatcherStore
from notifications.transport import ShelfTransport
from simulation import choosing, closing, opening, serving, signing
from simulation.dice import Dice
from simulation.people import Cast
from simulation.troupe import EVENING, MORNING, Cue, StepView, Troupe
from tasks.offices import settle_programme
from tasks.post import post_now
from tasks.work import House

CHAPTER = "replay"
OWNER = "replay"

PARTS: dict[str, Callable[[Troupe, StepView], Iterator[Cue]]] = {
    "S01": opening.announcing,
    "S05": opening.applying,
    "S06": opening.posting,
    "S07": opening.registering,
    "S08": opening.checking,
    "S08C": opening.correcting,
    "S09": choosing.reviewing,
    "S10": choosing.deciding,
    "S11": choosing.preparing_panel,
    "S12": choosing.pairing,
    "S13": signing.signing,
    "S14": signing.paying_city,
    "S15": signing.paying_sender,
    "S16": signing.paying_recipient,
    "S17": signing.receiving,
    "S18": serving.naming,
    "S19": serving.entering_month,
    "S19C": serving.confirming_month,
    "S20": serving.answering_pace,
    "S21": serving.tracking,
    "S22": closing.self_evaluating,
    "S23": closing.evaluating,
    "S23C": closing.cosigning,
    "S24": closing.annual_report,
    "S25": closing.rolling_up,
    "S26": closing.honouring,
    "S27": closing.closing,
}
"""Step kind → how the cast plays it.

S02 to S04 are played with S05, one city's way to its list; S24C with S24, its report.
"""

SCANS: tuple[Callable[[Troupe], Iterator[Cue]], ...] = (opening.arrivals, signing.replacing)
"""What is on its way without being owed by anybody: parcels, and the one replacement."""


@dataclass(frozen=True, slots=True)
class Played:
    """What one call of the replay did."""

    began_at: datetime
    played_to: datetime
    days: int
    acts: int


def replay(
    house: House,
    *,
    began_at: datetime,
    until: datetime,
    seed: int,
    store: CatcherStore,
    advance: Callable[[House], object],
    progress: Callable[[date, int], None] | None = None,
) -> Played:
    """Plays from where the database stands (at first `began_at`) to `until`; the house's clock must be virtual.

    `advance` does the machine's work of a day. Raises ValueError when the database was begun with another seed.
    """
    clock = house.clock
    if not isinstance(clock, VirtualClock):
        raise TypeError("a replay needs a virtual clock")
    chapter = _open_chapter(house, began_at, seed)
    first = chapter.played_to
    clock.set(first)
    troupe = Troupe(house, clock, Cast(Dice(seed), house.divisions))
    book = _Book(troupe, since=first)
    if first == chapter.began_at:
        with house.transaction() as work:
            settle_programme(work, sample=True)
        advance(house)
        # The first morning's work is done: a replay killed after the first acts must not do it again before nine.
        _close_day(house, began_at + timedelta(minutes=1))
    days = 0
    # Days on which nothing was due are not marked as played. They are not played again either once a later morning has
    # begun: what it did before it was cut off would be found, and done, too early.
    day = max(first, _last_moment(house) or first).astimezone(SHANGHAI).date()
    while day <= until.astimezone(SHANGHAI).date():
        if house.workdays.is_workday(day):
            _play_day(
                troupe, book, day, until=until, store=store, advance=advance, done=chapter, resumed=days == 0
            )
            days += 1
            if progress is not None:
                progress(day, troupe.acts_done)
        day += timedelta(days=1)
    _close_day(house, max(until, clock.now()))
    clock.set(max(until, clock.now()))
    return Played(first, until, days, troupe.acts_done)


def _play_day(
    troupe: Troupe,
    book: "_Book",
    day: date,
    *,
    until: datetime,
    store: CatcherStore,
    advance: Callable[[House], object],
    done: Chapter,
    resumed: bool,
) -> None:
    morning = _at(day, MORNING)
    book.read()
    book.play(min(morning, until))
    if morning > until:
        return
    evening = _at(day, EVENING)
    # The machine's work of a day is marked as done before anybody acts on that day: a replay that is resumed at noon
    # must not do in the afternoon what would have been due tomorrow.
    if done.played_to < morning:
        troupe.clock.set(morning)
        did = advance(troupe.house)
        posted = post_now(troupe.house, ShelfTransport(store), owner=OWNER)
        book.read()
        if posted.sent or posted.dropped or getattr(did, "did_something", True) or book.has_cue(evening):
            _close_day(troupe.house, morning)
    acted = book.play(min(evening, until))
    # On the day a replay is resumed the acts may be done and their letters not: the evening's post goes all the same.
    if (acted or resumed) and evening <= until:
        troupe.clock.set(evening)
        post_now(troupe.house, ShelfTransport(store), owner=OWNER)


class _Book:
    """The cues to come, in order of their moments; read anew from the database, never kept anywhere else."""

    def __init__(self, troupe: Troupe, *, since: datetime) -> None:
        self._troupe = troupe
        self._since = since
        self._last_step = 0
        self._cues: list[tuple[datetime, str, Cue]] = []
        self._known: set[str] = set()

    def read(self) -> None:
        """Adds the cues of steps opened since the last reading, and of what is on its way."""
        for step in self._troupe.steps_since(self._last_step):
            self._last_step = step.id
            if step.kind in PARTS:
                self._add(PARTS[step.kind](self._troupe, step))
        for scan in SCANS:
            self._add(scan(self._troupe))
        self._troupe.look_away()

    def has_cue(self, until: datetime) -> bool:
        """Whether anything is to be played up to an instant."""
        return bool(self._cues) and self._cues[0][0] <= until

    def play(self, until: datetime) -> int:
        """Plays every cue up to an instant; returns how many acts that were."""
        before = self._troupe.acts_done
        while self.has_cue(until):
            cue = heapq.heappop(self._cues)[-1]
            self._troupe.clock.set(max(cue.at, self._troupe.clock.now()))
            cue.play(self._troupe)
        self._troupe.look_away()
        return self._troupe.acts_done - before

    def _add(self, cues: Iterable[Cue]) -> None:
        for cue in cues:
            # What lies before the day we began on has been played by the replay that was cut off.
            if cue.key not in self._known and cue.at > self._since:
                self._known.add(cue.key)
                heapq.heappush(self._cues, (cue.at, cue.key, cue))


def _open_chapter(house: House, began_at: datetime, seed: int) -> Chapter:
    with writing(house.engine) as session:
        found = session.get(Chapter, CHAPTER)
        if found is None:
            found = Chapter(name=CHAPTER, seed=seed, began_at=began_at, played_to=began_at)
            session.add(found)
        if found.seed != seed:
            raise ValueError(f"this database was begun with seed {found.seed}, not {seed}")
        session.flush()
        return found


_LATEST = Prepared(select(col(Event.at)).order_by(col(Event.seq).desc()).limit(1))


def _last_moment(house: House) -> datetime | None:
    """When the last act was that anybody or the machine has done; None before the first."""
    with house.glance() as work:
        found: datetime | None = _LATEST.scalar(work.session)
        return found


_CLOSE = Prepared(
    update(Chapter)
    .where(col(Chapter.name) == CHAPTER)
    .values(played_to=bindparam("to"))
    .returning(col(Chapter.name))
)


def _close_day(house: House, played_to: datetime) -> None:
    with writing(house.engine) as session:
        _CLOSE.rows(session, {"to": played_to})


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
