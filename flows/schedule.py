"""The table of schedules, in China's time: what runs every day, and the batches' days with a run of their own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from models.messages import say
from models.opening import Batch
from models.programme import Programme
from models.programme.pack import DueRule, Rules, StepKind
from models.programme.workdays import WorkdayTable
from models.rules.deadlines import due_on

ZONE = "Asia/Shanghai"
POST_MINUTES = 10
OPENS_AT = time(8, 30)
LOOKS_AT = time(16)
"""On its last day a stage runs once more while people are still at work, so that its tables say who is missing."""

BATCH_ANCHORS = ("batch.announce_by", "batch.submit_by", "batch.post_by", "list_confirmed", "last_agreement")


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One schedule: which deployment runs, when (a cron line, or a day and hour), why, and by which clause.

    `slug` is its name within the deployment: a date that is moved gives another slug, and the old one goes.
    """

    deployment: str
    slug: str
    why: str
    clause: str
    cron: str = ""
    on: date | None = None
    at: time = LOOKS_AT

    @property
    def when(self) -> str:
        """The cron line, or one occurrence as RFC 5545 writes it."""
        if self.on is None:
            return self.cron
        return f"DTSTART;TZID={ZONE}:{self.on:%Y%m%d}T{self.at:%H%M%S}\nRRULE:FREQ=DAILY;COUNT=1"


def schedules(
    batches: Iterable[Batch], programme: Programme, workdays: WorkdayTable, today: date
) -> list[ScheduleRow]:
    """Every schedule there should be as of today; a day that has passed creates none, a moved date moves its run."""
    found = list(_always(programme, today))
    for batch in sorted(batches, key=lambda one: one.number):
        once: dict[tuple[str, date], ScheduleRow] = {}
        for row in _of_batch(batch, programme, workdays):
            if row.on is not None and row.on >= today:
                # Several steps of one stage may fall due on one day: one run looks at all of them.
                known = once.get((row.deployment, row.on))
                once[row.deployment, row.on] = row if known is None else _joined(known, row)
        found += sorted(once.values(), key=lambda row: (row.on or date.max, row.deployment))
    return found


def _always(programme: Programme, today: date) -> Iterator[ScheduleRow]:
    parameter = programme.parameter("deadlines.sweep_at")
    at = programme.rules(max(today, parameter.values[0].since)).text("deadlines.sweep_at")
    hour, minute = (int(part) for part in at.split(":"))
    yield ScheduleRow(
        "lifecycle", "daily", say("flows.schedule.daily", at=at), parameter.clause, f"{minute} {hour} * * *"
    )
    yield ScheduleRow(
        "post", "often", say("flows.schedule.post", minutes=POST_MINUTES), "", f"*/{POST_MINUTES} * * * *"
    )


def _of_batch(batch: Batch, programme: Programme, workdays: WorkdayTable) -> Iterator[ScheduleRow]:
    rules = programme.rules(batch.rules_as_of)
    if batch.opened_on is not None:
        slug = f"b{batch.number}-opens-{batch.opened_on}"
        why = say("flows.schedule.opens", batch=batch.label, day=batch.opened_on)
        yield ScheduleRow("opening", slug, why, "K14", on=batch.opened_on, at=OPENS_AT)
    fixed = _anchors(batch)
    for kind in programme.steps:
        for rule in kind.due:
            if rule.anchor in fixed:
                yield _due(batch, kind, rule, fixed, rules, workdays)
            elif rule.anchor in ("year_start", "year_end") and batch.list_confirmed_on is not None:
                for year in _years(batch, kind):
                    ends = {"year_start": date(year, 1, 1), "year_end": date(year, 12, 31)}
                    yield _due(batch, kind, rule, ends, rules, workdays)


def _due(
    batch: Batch,
    kind: StepKind,
    rule: DueRule,
    anchors: Mapping[str, date],
    rules: Rules,
    workdays: WorkdayTable,
) -> ScheduleRow:
    due = due_on((rule,), anchors, rules, workdays)
    assert due is not None
    why = say("flows.schedule.due", batch=batch.label, matter=kind.title, step=kind.id, day=due.on)
    return ScheduleRow(kind.stage, f"b{batch.number}-due-{due.on}", why, kind.clauses[0], on=due.on)


def _anchors(batch: Batch) -> dict[str, date]:
    """The batch's own days as far as they are known; before its dates are published only the day to publish them."""
    days = (
        batch.announce_by if batch.opened_on is None else None,
        batch.submit_by,
        batch.post_by,
        batch.list_confirmed_on,
        batch.last_agreement_on,
    )
    return {name: day for name, day in zip(BATCH_ANCHORS, days, strict=True) if day is not None}


def _years(batch: Batch, kind: StepKind) -> range:
    # A kind that has another rule for its first year counts from the year's start only in later ones.
    first = batch.period_start.year + (1 if len(kind.due) > 1 else 0)
    return range(first, batch.period_end.year + 1)


def _joined(one: ScheduleRow, other: ScheduleRow) -> ScheduleRow:
    clauses = dict.fromkeys([*one.clause.split(), *other.clause.split()])
    return ScheduleRow(
        one.deployment,
        one.slug,
        f"{one.why} {other.why}",
        " ".join(clauses),
        on=one.on,
        at=min(one.at, other.at),
    )
