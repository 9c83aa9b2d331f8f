"""How the cast plays the people, the days with their confirmation, and the tracking (S18 to S21)."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.fieldwork import MonthlyReturn, PaceAlert, Roster, Tracking, Trainee
from models.opening import Batch
from models.pairing import Pair
from models.prepared import Prepared
from simulation.people import person_name, resident_number
from simulation.samples import text
from simulation.troupe import Cue, PairView, StepView, Troupe, within

SLOW_SHARE = 0.12
"""How many pairs begin too slowly and are alerted."""


def naming(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S18: the recipient names its trainees and plans the year."""
    pair, year = step.subject.split(":")
    view = troupe.pair(pair)

    def play(stage: Troupe) -> None:
        if stage.get(Roster, (pair, int(year))) is not None:
            return
        count = stage.dice.between(3, 4, "trainees", pair)
        people = [
            {
                "name": person_name(stage.dice, "trainee", pair, number),
                "id_number": resident_number(stage.dice, "trainee", view.recipient, number),
                "certificate": text("certificate")
                if stage.dice.chance(0.4, "certificate", pair, number)
                else "",
            }
            for number in range(count)
        ]
        stage.act(
            "fieldwork.name_trainees",
            view.recipient,
            pair=pair,
            year=int(year),
            people=people,
            plan=text("plan"),
        )

    yield troupe.cue(within(troupe, step, late=0.1), f"name:{step.key}", play)


def entering_month(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S19: the recipient enters a month; one that was disputed on the next working day."""
    pair, month = step.subject.split(":")
    view = troupe.pair(pair)

    def enter(stage: Troupe) -> None:
        if stage.state(MonthlyReturn, step.subject) in (None, "disputed"):
            _enter_month(stage, view, month)

    if "+" in step.key:
        yield troupe.cue(troupe.after(step.opened_on, 1), f"month:{step.key}", enter)
        return
    entered = within(troupe, step, late=0.08)
    yield troupe.cue(entered, f"month:{step.subject}", enter)
    # Where the people are named later than the first month is due, that month is entered when they are.
    yield troupe.cue(troupe.after(entered, 21), f"month later:{step.subject}", enter)


def confirming_month(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S19C: the sender confirms on the next working day, few after the date; now and then it disputes first."""
    pair, month = step.subject.split(":")
    view = troupe.pair(pair)
    disputed = "+" not in step.key and troupe.dice.chance(0.02, "dispute", step.subject)
    late = troupe.dice.chance(0.04, "confirms late", step.key)
    days_late = troupe.dice.between(1, 4, "confirms late by", step.key)

    def play(stage: Troupe) -> None:
        if stage.state(MonthlyReturn, step.subject) != "entered":
            return
        if disputed:
            stage.act("fieldwork.dispute_month", view.sender, pair=pair, month=month, reason=text("dispute"))
        else:
            stage.act("fieldwork.confirm_month", view.sender, pair=pair, month=month)

    day = troupe.after(step.due, days_late) if late else troupe.after(step.opened_on, 1)
    yield troupe.cue(day, f"confirm:{step.key}", play)


_TRAINEES = Prepared(
    select(col(Trainee.key))
    .where(
        col(Trainee.pair) == bindparam("pair"),
        col(Trainee.year) == bindparam("year"),
        col(Trainee.left_on).is_(None),
    )
    .order_by(col(Trainee.key))
)
_EFFECTIVE = Prepared(select(col(Pair.effective_on)).where(col(Pair.key) == bindparam("pair")))


def _enter_month(stage: Troupe, view: PairView, month: str) -> None:
    year, number = int(month[:4]), int(month[5:])
    session = stage.look().session
    trainees = _TRAINEES.scalars(session, {"pair": view.key, "year": year})
    if not trainees:
        return
    period_end = session.get_one(Batch, view.batch).period_end
    effective = _effective(stage, view)
    first = max(date(year, number, 1), effective)
    last = min(date(year, number, calendar.monthrange(year, number)[1]), period_end)
    days = _service_days(stage, view, month, trainees, effective, first, last)
    stage.act(
        "fieldwork.enter_month",
        view.recipient,
        pair=view.key,
        month=month,
        days=days,
        activities=_activities(stage, view, month, first, last),
        visits=_visits(stage, view, month, first, last),
    )


def _service_days(
    stage: Troupe, view: PairView, month: str, trainees: list[str], effective: date, first: date, last: date
) -> list[dict[str, Any]]:
    year = int(month[:4])
    dice, workdays = stage.dice, stage.house.workdays
    began = max(date(year, 1, 1), effective)
    months_left = max(1, 12 - began.month + (1 if began.day <= 15 else 0))
    slow = dice.chance(SLOW_SHARE, "slow", view.key, year) and int(month[5:]) <= began.month + 3
    wanted = -(-126 // months_left)
    wanted = max(2, wanted // 2) if slow else wanted + dice.between(0, 2, "days", view.key, month)
    possible = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = [day for day in possible if workdays.is_workday(day)]
    offset = dice.between(0, 2, "offset", view.key, month)
    found: dict[tuple[str, date], dict[str, Any]] = {}
    for turn in range(wanted):
        trainee = trainees[turn % len(trainees)]
        round_number = turn // len(trainees)
        if round_number >= len(working):
            break
        day: date | None = working[(round_number * 3 + offset) % len(working)]
        if (trainee, day) in found:
            day = next((one for one in working if (trainee, one) not in found), None)
        if day is not None:
            found[trainee, day] = _service_day(trainee, day)
    weekend = next((day for day in possible if not workdays.is_workday(day)), None)
    if weekend is not None and dice.chance(0.1, "weekend", view.key, month):
        found[trainees[0], weekend] = _service_day(trainees[0], weekend, half_days=1, note=text("day_note"))
    return list(found.values())


def _service_day(trainee: str, day: date, *, half_days: int = 2, note: str = "") -> dict[str, Any]:
    return {"trainee": trainee, "day": day, "half_days": half_days, "kind": "training", "note": note}


def _effective(stage: Troupe, view: PairView) -> date:
    found: date | None = _EFFECTIVE.scalar(stage.look().session, {"pair": view.key})
    return found or stage.clock.today()


_PACE = {
    "people_trained": (5, 16),
    "supervisions": (2, 5),
    "trainings": (0, 2),
    "stations": (1, 2),
    "projects": (0, 1),
}
"""How much of each indicator a pair does in a month; a batch's first year then resembles the public figures."""


def _activities(stage: Troupe, view: PairView, month: str, first: date, last: date) -> list[dict[str, Any]]:
    dice = stage.dice
    found = []
    for indicator, (least, most) in _PACE.items():
        amount = dice.between(least, most, indicator, view.key, month)
        if amount:
            offset = dice.between(0, (last - first).days, "on", indicator, view.key, month)
            found.append(
                {"indicator": indicator, "day": first + timedelta(days=offset), "amount": amount, "note": ""}
            )
    if dice.chance(0.015, "incubated", view.key, month):
        found.append({"indicator": "institutions_incubated", "day": last, "amount": 1, "note": ""})
    return found


def _visits(stage: Troupe, view: PairView, month: str, first: date, last: date) -> list[dict[str, Any]]:
    dice = stage.dice
    if int(month[5:]) % 3 and not dice.chance(0.35, "visit", view.key, month):
        return []
    began = first + timedelta(days=min(dice.between(0, 10, "visit on", view.key, month), (last - first).days))
    ended = min(last, began + timedelta(days=dice.between(2, 9, "visit days", view.key, month)))
    people = dice.between(1, 3, "visitors", view.key, month)
    kind = dice.pick(("training", "supervision", "project_guidance"), "visit kind", view.key, month)
    return [{"began_on": began, "ended_on": ended, "people": people, "kind": kind}]


def answering_pace(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S20: the recipient says how it will catch up."""
    pair, year, _raised = step.subject.split(":")
    view = troupe.pair(pair)

    def play(stage: Troupe) -> None:
        alert = stage.get(PaceAlert, step.subject)
        if alert is not None and alert.answered_at is None:
            stage.act(
                "fieldwork.answer_pace_alert",
                view.recipient,
                pair=pair,
                year=int(year),
                measures=text("pace"),
            )

    day = troupe.after(step.opened_on, troupe.dice.between(1, 4, "answer", step.key))
    yield troupe.cue(day, f"pace:{step.key}", play)


def tracking(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S21: the city looks after its pairs once a quarter."""
    city, quarter = step.subject.split(":")

    def play(stage: Troupe) -> None:
        if stage.get(Tracking, (city, quarter)) is None:
            problem = stage.dice.chance(0.2, "problem", step.key)
            stage.act(
                "fieldwork.record_tracking",
                step.owner,
                city=city,
                quarter=quarter,
                findings=text("tracking"),
                problems=text("tracking_problem") if problem else "",
            )

    yield troupe.cue(within(troupe, step, late=0.1), f"track:{step.key}", play)
