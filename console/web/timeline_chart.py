"""A batch's timeline as a drawing: where months, holidays and milestones stand; a table beside it says it in words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from models.programme.workdays import Day
from tasks.queries.timeline import Milestone, Timeline

WIDTH, LEFT, RIGHT = 1_100, 20, 1_080
LANE, TOP = 20, 46
GAP = 22
"""Marks nearer than this stand in lanes below one another."""
Place = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of a month; `year` is written where a year begins."""

    x: float
    year: int | None
    month: int


@dataclass(frozen=True, slots=True)
class Band:
    """Some days in a row that are off, or one that is worked although it is a weekend."""

    x: float
    width: float
    is_workday: bool
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One milestone, by its number in the table."""

    x: float
    y: int
    number: int
    state: str
    label: str
    on: date


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to be drawn, in the units of the drawing."""

    width: int
    height: int
    left: int
    right: int
    today: float | None
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]


def chart_of(timeline: Timeline, today: date) -> Chart:
    """The drawing of a timeline as of a day."""
    span = max(1, (timeline.last - timeline.first).days)

    def place(day: date) -> float:
        return round(LEFT + (day - timeline.first).days / span * (RIGHT - LEFT), 1)

    marks = tuple(_marks(timeline.milestones, place))
    height = max((one.y for one in marks), default=TOP) + LANE
    return Chart(
        WIDTH,
        height,
        LEFT,
        RIGHT,
        place(today) if timeline.first <= today <= timeline.last else None,
        tuple(_ticks(timeline.first, timeline.last, place)),
        tuple(_bands(timeline.special_days, place)),
        marks,
    )


def _ticks(first: date, last: date, place: Place) -> Iterator[Tick]:
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            day = date(year, month, 1)
            if first <= day <= last:
                yield Tick(place(day), year if month == 1 else None, month)


def _bands(days: Sequence[Day], place: Place) -> Iterator[Band]:
    run: list[Day] = []
    for day in days:
        if run and not ((day.on - run[-1].on).days == 1 and day.is_workday == run[-1].is_workday):
            yield _band(run, place)
            run = []
        run.append(day)
    if run:
        yield _band(run, place)


def _band(run: Sequence[Day], place: Place) -> Band:
    x = place(run[0].on)
    return Band(x, max(1.5, round(place(run[-1].on) - x, 1)), run[0].is_workday, run[0].name)


def _marks(milestones: Sequence[Milestone], place: Place) -> Iterator[Mark]:
    ends: list[float] = []
    for number, one in enumerate(milestones, start=1):
        if one.on is None:
            continue
        x = place(one.on)
        lane = next((lane for lane, end in enumerate(ends) if end + GAP <= x), len(ends))
        ends[lane : lane + 1] = [x]
        yield Mark(x, TOP + lane * LANE, number, one.state, one.label, one.on)
