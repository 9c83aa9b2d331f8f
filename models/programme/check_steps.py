"""Contradictions among a pack's steps: who owes them, what opens them, when they fall due, whom the ladder tells."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from models.programme.pack import DueRule, Event, Programme, StepKind, split_address
from models.programme.reader import Problems
from models.programme.rules import Rules, RuleValueUnavailable

OPENED = "opened"  # the anchor of every step without a due date; each pack gives it a label
LEAP_YEAR = 2024  # in which every month-day there is exists


def step_problems(programme: Programme, problems: Problems) -> None:
    """Add what is contradictory in the steps, their events and their anchors."""
    for step in programme.steps:
        _owner(programme, step, problems)
        _starts(programme, step, problems)
        _due(programme, step, problems)
        _reminders(step, problems)
        _ladder(programme, step, problems)
        _ends(programme, step, problems)
    for event in programme.events:
        _event(programme, event, problems)
    _reach(programme, problems)
    used = {OPENED} | {rule.anchor for step in programme.steps for rule in step.due}
    if OPENED not in {one.id for one in programme.anchors}:
        problems.add("pack.check.unknown_anchor", "anchors", anchor=OPENED)
    for anchor in programme.anchors:
        if anchor.id not in used:
            problems.add("pack.check.anchor_unused", f"anchor {anchor.id}")


def _owner(programme: Programme, step: StepKind, problems: Problems) -> None:
    where = f"step {step.id}"
    _address(programme, step.owner, f"{where}.owner", problems)
    for position, owner in enumerate(step.co_owners):
        _address(programme, owner, f"{where}.co_owners[{position}]", problems)
    if step.stage not in {one.code for one in programme.stages}:
        problems.add("pack.check.unknown_stage", f"{where}.stage", stage=step.stage)
    if step.per not in programme.words.get("per", {}):
        problems.add("pack.check.without_word", f"{where}.per", code=step.per, group="per")


def _address(programme: Programme, address: str, where: str, problems: Problems) -> None:
    party, duty = split_address(address)
    if party not in {one.code for one in programme.parties}:
        problems.add("pack.check.unknown_party", where, party=party)
    if duty not in programme.duties:
        problems.add("pack.check.unknown_duty", where, duty=duty, known=tuple(programme.duties))


def _starts(programme: Programme, step: StepKind, problems: Problems) -> None:
    known = {one.id for one in programme.steps} | {one.id for one in programme.events}
    for name, entries in (("starts", step.starts), ("needs", step.needs)):
        for position, entry in enumerate(entries):
            if entry not in known:
                problems.add("pack.check.unknown_start", f"step {step.id}.{name}[{position}]", start=entry)


def _due(programme: Programme, step: StepKind, problems: Problems) -> None:
    anchors = {one.id for one in programme.anchors}
    for position, rule in enumerate(step.due):
        where = f"step {step.id}.due[{position}]"
        if rule.anchor not in anchors:
            problems.add("pack.check.unknown_anchor", f"{where}.anchor", anchor=rule.anchor)
        if rule.sign not in (1, -1):
            problems.add("pack.check.sign", f"{where}.sign", sign=rule.sign)
        if rule.workdays is not None and rule.month_day is not None:
            problems.add("pack.check.due_twice", where)
        if rule.next_year and rule.month_day is None:
            problems.add("pack.check.next_year_alone", f"{where}.next_year")
        _due_numbers(programme, rule, where, problems)


def _due_numbers(programme: Programme, rule: DueRule, where: str, problems: Problems) -> None:
    parameters = {one.key: one for one in programme.parameters}
    for name, key in (("workdays", rule.workdays), ("month_day", rule.month_day)):
        if key is None:
            continue
        if key not in parameters:
            problems.add("pack.check.unknown_parameter", f"{where}.{name}", key=key)
            continue
        for dated in parameters[key].values:
            if not _usable(programme.rules(dated.since), key, name):
                problems.add(
                    "pack.check.unusable_in_due",
                    f"{where}.{name}",
                    key=key,
                    value=dated.value,
                    since=dated.since,
                )


def _usable(rules: Rules, key: str, name: str) -> bool:
    try:
        if name == "workdays":
            return rules.number(key) >= 0
        return isinstance(rules.month_day(key, LEAP_YEAR), date)
    except RuleValueUnavailable:
        return False


def _reminders(step: StepKind, problems: Problems) -> None:
    where = f"step {step.id}.reminders"
    if any(later <= earlier for earlier, later in pairwise(step.reminders)):
        problems.add("pack.check.reminders_out_of_order", where, reminders=step.reminders)
    if step.reminders and not step.due:
        problems.add("pack.check.reminders_without_due", where)
    if step.reminders and step.ladder and step.reminders[-1] > step.ladder[0].after:
        problems.add(
            "pack.check.reminder_after_ladder", where, reminder=step.reminders[-1], rung=step.ladder[0].after
        )


def _ladder(programme: Programme, step: StepKind, problems: Problems) -> None:
    where = f"step {step.id}.ladder"
    for position, rung in enumerate(step.ladder):
        if rung.after < 1:
            problems.add("pack.check.rung_too_early", f"{where}[{position}].after", after=rung.after)
        if not rung.tell:
            problems.add("pack.check.rung_tells_nobody", f"{where}[{position}].tell")
        for place, address in enumerate(rung.tell):
            _address(programme, address, f"{where}[{position}].tell[{place}]", problems)
    if any(later.after <= earlier.after for earlier, later in pairwise(step.ladder)):
        problems.add("pack.check.ladder_out_of_order", where)


def _ends(programme: Programme, step: StepKind, problems: Problems) -> None:
    where = f"step {step.id}.settled_by"
    if not step.settled_by:
        problems.add("pack.check.never_settled", where)
    stages = {one.code for one in programme.stages}
    for position, act in enumerate(step.settled_by):
        stage, _, verb = act.partition(".")
        if stage not in stages or not verb.isidentifier():
            problems.add("pack.check.unknown_act", f"{where}[{position}]", act=act)


def _event(programme: Programme, event: Event, problems: Problems) -> None:
    where = f"event {event.id}"
    steps = {one.id for one in programme.steps}
    for position, step in enumerate(event.after):
        if step not in steps:
            problems.add("pack.check.unknown_step", f"{where}.after[{position}]", step=step)
    if not event.calendar and not event.after:
        problems.add("pack.check.event_from_nothing", where)
    if not any(event.id in (*step.starts, *step.needs) for step in programme.steps):
        problems.add("pack.check.event_unused", where)


def _reach(programme: Programme, problems: Problems) -> None:
    reached = set(_reached(programme))
    for step in programme.steps:
        if step.id not in reached:
            problems.add("pack.check.unreachable", f"step {step.id}", starts=(*step.starts, *step.needs))


def _reached(programme: Programme) -> Iterator[str]:
    """Yield every step and event that can happen, beginning with the days of the calendar."""
    happened = {one.id for one in programme.events if one.calendar}
    grown = True
    while grown:
        events = {one.id for one in programme.events if happened.intersection(one.after)}
        steps = {
            one.id
            for one in programme.steps
            if happened.intersection(one.starts) and happened.issuperset(one.needs)
        }
        grown = not (events | steps) <= happened
        happened |= events | steps
    yield from happened
