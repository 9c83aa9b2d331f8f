"""The demonstration's clock is moved day by day, and what falls due on the way is done."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from models.clock import FileClock, as_instant
from models.step import Step
from tasks.lifecycle import Advance, advance
from tasks.refusal import BadInput
from tasks.work import House

MORNING = 9
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


def days_until(house: House, until: str) -> Iterator[Advance]:
    """Moves the clock to a day (its morning) or an instant, doing each working day's work; yields what each day did.

    Raises BadInput for a house whose clock is not moved by hand, and for a moment that has passed.
    """
    goal = as_instant(until)
    if len(until.strip()) <= len("2024-03-08"):
        goal = goal.replace(hour=MORNING)
    clock = house.clock
    if not isinstance(clock, FileClock):
        raise BadInput("cli.advance_needs_file_clock", field="--until")
    if goal < clock.now():
        raise BadInput(
            "cli.advance_back", field="--until", now=clock.now().isoformat(" ", "minutes"), until=until
        )
    day = clock.now().replace(hour=MORNING, minute=0, second=0, microsecond=0)
    while day < goal:
        if day > clock.now():
            clock.set(day)
            if house.workdays.is_workday(day.date()):
                yield advance(house)
        day += A_DAY
    clock.set(goal)
    yield advance(house)


def goal_named(house: House, name: str) -> str:
    """The instant that `workday`, `deadline` or `week` means as of now: nine o'clock of the day.

    `deadline` is the next day on which an open step falls due. Raises BadInput for another name, and where there is
    no such day.
    """
    now = house.clock.now()
    day: date | None
    match name:
        case "workday":
            day = house.workdays.next_workday(now.date())
        case "week":
            day = now.date() + A_WEEK
        case "deadline":
            with house.look() as work:
                found = select(func.min(col(Step.due_on))).where(
                    col(Step.state) == "open", col(Step.due_on) > now.date()
                )
                day = work.session.connection().execute(found).scalar()
        case _:
            raise BadInput("web.unknown_goal", field="to", found=name)
    if day is None:
        raise BadInput("web.no_deadline", field="to")
    return datetime(day.year, day.month, day.day, MORNING, tzinfo=now.tzinfo).isoformat()
