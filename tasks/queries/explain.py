"""Why a step is what it is: clause, owner, due date day by day, extensions, whom it told, what happened."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import col

from models.event import Event
from models.messages import say
from models.programme.pack import DueRule, Programme, Rules, split_address
from models.rules.deadlines import counted_from
from models.step import Extension, Notice, Occasion, Step
from tasks.choosing import choices_of
from tasks.deputies import deputies
from tasks.parties import TREE, name_on
from tasks.steps import step_of_key
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one step; `lines` is it in Chinese, line by line."""

    facts: dict[str, Any]
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The explanation for people."""
        return "\n".join(self.lines)

    def as_row(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return self.facts


def explain_step(work: Work, key: str) -> Explanation:
    """Explains the step of that key; raises NotFound."""
    step = step_of_key(work, key)
    plan = work.programme.step(step.kind)
    clauses = [work.programme.clause(one) for one in plan.clauses]
    days = _days(work, step)
    told = _told(work, step)
    extensions = list(
        work.session.execute(
            select(Extension).where(col(Extension.step_key) == key).order_by(col(Extension.number))
        ).scalars()
    )
    events = _events(work, step)
    choices = choices_of(work, step.owner) if step.state == "open" else []
    standing = deputies(work, step.owner, split_address(plan.owner)[1]) if step.state == "open" else []
    why, rule = _owner_reason(work, step), _rule_lines(work, step)
    lines = [
        say("explain.title", key=key, title=plan.title, state=work.programme.label("step_state", step.state)),
        *(say("explain.clause", id=one.id, number=one.number, quote=one.quote) for one in clauses),
        say("explain.owner", owner=_owner_name(work, step), party=work.programme.party_label(plan.owner)),
        why,
        *(
            say("explain.deputy", absent=one.absent_name, deputy=one.name, until=one.until)
            for one in standing
        ),
        _due_line(work, step),
        *rule,
        *(_day_line(*one) for one in days),
        *(
            say(
                "explain.extension",
                old=one.old_due_on or "",
                new=one.new_due_on,
                officer=one.officer,
                reason=one.reason,
            )
            for one in extensions
        ),
        *(
            say(
                "explain.told", day=day, nature=say(f"explain.{nature}"), offset=f"{offset:+d}", person=person
            )
            for day, nature, offset, person in told
        ),
        *(
            say("explain.choice", person=one.person, at=one.digest_at, days=one.notice_days)
            for one in choices
        ),
        *(say("explain.event", at=at, actor=actor, act=act) for at, actor, act in events),
    ]
    return Explanation(
        {
            "key": key,
            "kind": step.kind,
            "title": plan.title,
            "state": step.state,
            "clauses": [{"id": one.id, "number": one.number, "quote": one.quote} for one in clauses],
            "owner": step.owner,
            "owner_name": _owner_name(work, step),
            "owner_why": why,
            "deputies": [
                {"absent": one.absent, "deputy": one.person, "until": one.until} for one in standing
            ],
            "rule": list(rule),
            "anchor": step.anchor,
            "anchor_on": step.anchor_on,
            "due_on": step.due_on,
            "provisional": step.provisional,
            "days": days,
            "extensions": [
                {"old": one.old_due_on, "new": one.new_due_on, "reason": one.reason, "officer": one.officer}
                for one in extensions
            ],
            "told": told,
            "choices": [
                {"person": one.person, "at": one.digest_at, "notice_days": one.notice_days} for one in choices
            ],
            "events": events,
        },
        tuple(lines),
    )


def _owner_name(work: Work, step: Step) -> str:
    """The owner's name as of today, or of the day on which the step came to its end."""
    return name_on(work, step.owner, step.settled_at.date() if step.settled_at else work.today)


def _due_line(work: Work, step: Step) -> str:
    if step.due_on is None:
        return say(
            "explain.no_due", anchor=work.programme.label("anchor", step.anchor), anchor_on=step.anchor_on
        )
    mark = say("explain.provisional") if step.provisional else ""
    return say(
        "explain.due",
        due=step.due_on,
        mark=mark,
        anchor=work.programme.label("anchor", step.anchor),
        anchor_on=step.anchor_on,
    )


def _owner_reason(work: Work, step: Step) -> str:
    """Why this organisation owes it: by its place in the tree, as who recommended (K36), or named by the subject."""
    party, _duty = split_address(work.programme.step(step.kind).owner)
    if party in ("nominator", "nominator_rural"):
        clause = work.programme.clause("K36")
        return say("explain.why_nominator", number=clause.number, quote=clause.quote)
    return say("explain.why_office" if party in TREE else "explain.why_named")


def _rule_lines(work: Work, step: Step) -> tuple[str, ...]:
    """The due rule in words, with the parameters it counts by and their clauses."""
    rule = _rule(work, step)
    if rule is None:
        return ()
    return due_rule_lines(work.programme, _rules_of(work, step), rule)


def due_rule_lines(programme: Programme, rules: Rules, rule: DueRule) -> tuple[str, ...]:
    """A due rule in words: from which date it counts, by which parameters."""
    anchor = programme.label("anchor", rule.anchor)
    lines = [say("explain.rule_anchor", anchor=anchor)] if rule.month_day is None else []
    after = "rule_within" if rules.flag("deadlines.first_day_counted") else "rule_after"
    for key, code in (
        (rule.month_day, "rule_date"),
        (rule.workdays, "rule_before" if rule.sign < 0 else after),
    ):
        if key is not None:
            parameter = programme.parameter(key)
            lines.append(
                say(f"explain.{code}", value=rules.value(key), label=parameter.label, clause=parameter.clause)
            )
    return tuple(lines)


def _day_line(day: str, number: int | None, reason: str, name: str, notice: str) -> str:
    of = f" {name}" if name and name != reason else ""
    code = "explain.skipped" if number is None else "explain.counted"
    return say(code, day=day, number=number, reason=reason, name=of, notice=notice)


def _rules_of(work: Work, step: Step) -> Rules:
    return work.rules(step.batch) if step.batch else work.programme.rules(step.opened_at.date())


def _days(work: Work, step: Step) -> list[tuple[str, int | None, str, str, str]]:
    """Every day counted and skipped on the way from the anchor to the first due date."""
    rule = _rule(work, step)
    if rule is None or rule.workdays is None or step.first_due_on is None:
        return []
    rules = _rules_of(work, step)
    start = step.anchor_on
    if rule.month_day is not None:
        start = rules.month_day(rule.month_day, start.year + int(rule.next_year))
    count = rule.sign * rules.number(rule.workdays)
    listed = work.workdays.explain(counted_from(start, count, rules), count)
    return [
        (one.on.isoformat(), one.number, one.reason, one.name, one.notice)
        for one in listed
        if count < 0 or one.on >= start
    ]


def _rule(work: Work, step: Step) -> DueRule | None:
    return next((one for one in work.programme.step(step.kind).due if one.anchor == step.anchor), None)


def _told(work: Work, step: Step) -> list[tuple[str, str, int, str]]:
    rows = work.session.connection().execute(
        select(col(Occasion.made_on), col(Occasion.nature), col(Occasion.day_offset), col(Notice.person))
        .join(Notice, col(Notice.occasion_id) == col(Occasion.id))
        .where(col(Occasion.step_id) == step.id)
        .order_by(col(Occasion.made_on), col(Notice.person))
    )
    return [(day.isoformat(), nature, offset, person) for day, nature, offset, person in rows]


def _events(work: Work, step: Step) -> list[tuple[str, str, str]]:
    """What opened and settled the step, what moved it, and the acts on its subject that may settle it."""
    wanted = [one for one in (step.opened_event, step.settled_event) if one]
    acts = work.programme.step(step.kind).settled_by
    rows = work.session.execute(
        select(Event)
        .where(
            or_(
                col(Event.seq).in_(wanted),
                col(Event.subject) == step.key,
                and_(col(Event.subject) == step.subject, col(Event.act).in_(acts)),
            )
        )
        .order_by(col(Event.seq))
    ).scalars()
    return [(one.at.isoformat(" ", "minutes"), one.actor, one.act) for one in rows]
