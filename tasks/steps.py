"""Steps: opened and settled inside the act that causes it, extended with a reason, dated by the programme's rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select
from sqlmodel import col

from models.prepared import Prepared, PreparedList, insert_or_skip
from models.programme.pack import Rules, split_address
from models.rules.deadlines import Due, due_on
from models.rules.marks import Mark, marks_of, next_mark, policy_name, repeat_of
from models.step import Extension, PolicyMark, PolicyTell, Step, StepParty
from tasks import record
from tasks.parties import Scope, current_office, organisation_of, required_organisation
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

_INSERT = insert_or_skip(Step.__table__, returning="id")  # type: ignore[attr-defined]
_SUBJECT = (col(Step.kind) == bindparam("kind"), col(Step.subject) == bindparam("subject"))
_STATES = Prepared(select(col(Step.state)).where(*_SUBJECT))
_OPEN = select(Step).where(*_SUBJECT, col(Step.state) == literal_column("'open'"))
_KNOWN = PreparedList(lambda keys: select(col(Step.key)).where(col(Step.key).in_(keys)))
_NAME_PARTIES = Prepared(insert(StepParty))
_KEPT = Prepared(select(col(PolicyMark.policy)).where(col(PolicyMark.policy) == bindparam("policy")).limit(1))
_MARKS = Prepared(
    select(col(PolicyMark.day_offset), col(PolicyMark.nature), col(PolicyMark.repeat_workdays)).where(
        col(PolicyMark.policy) == bindparam("policy")
    )
)


def open_step(
    work: Work, kind: str, subject: str, *, scope: Scope, anchors: Mapping[str, date], again: bool = False
) -> Step | None:
    """Opens the step of this kind and subject; returns None when it was opened before (safe to repeat).

    The owner is found through `scope`; the due date by the kind's first rule whose anchor is given. With `again` a
    step that was settled or cancelled before is opened anew under the next ordinal (`…+2`); while one is open, none is.
    Reminders whose day has passed already are not made up for: the act that opens a step tells its owner.
    """
    plan = work.programme.step(kind)
    key = _next_key(work, kind, subject) if again else f"{kind}:{subject}"
    if key is None:
        return None
    party, _duty = split_address(plan.owner)
    owner = current_office(work, scope.owner) if scope.owner else required_organisation(work, party, scope)
    given = {"opened": work.today, **anchors}
    rules = _rules_of(work, scope.batch)
    due = due_on(plan.due, given, rules, work.workdays) if plan.due else None
    repeat = repeat_of(rules)
    marks = marks_of(plan, repeat)
    policy = _keep_policy(work, policy_name(plan, repeat), marks)
    anchor_on = due.anchor_on if due else work.today
    due_day = due.on if due else None
    step = Step(
        key=key,
        kind=kind,
        batch=scope.batch,
        subject=subject,
        city=scope.city,
        pair=scope.pair,
        owner=owner,
        opened_at=work.now,
        anchor=due.anchor if due else "opened",
        anchor_on=anchor_on,
        due_on=due_day,
        first_due_on=due_day,
        provisional=due.provisional if due else False,
        policy=policy,
        opened_event=work.last_event[0] if work.last_event else None,
        next_on=next_mark(work.workdays, marks, due_day or anchor_on, after=work.today),
    )
    # None where a step of this key was opened before, or one of its subject is open.
    step.id = _INSERT.scalar(work.session, vars(step))
    if step.id is None:
        return None
    _keep_parties(work, marks, step.id, scope.owned_by(owner))
    return step


def settle_step(work: Work, kind: str, subject: str) -> bool:
    """Settles the open step of this kind and subject; False when there is none open."""
    return record.finish_step(work, kind, subject, "settled")


def cancel_step(work: Work, kind: str, subject: str) -> bool:
    """Ends the open step of this kind and subject without its being done; its reminders stop at once."""
    return record.finish_step(work, kind, subject, "cancelled")


def extend_step(work: Work, step: Step, *, until: date, reason: str) -> Extension:
    """Moves an open step's due date to a later day, with officer and reason; reminders and ladder follow.

    Raises BadInput for an empty reason, a date not after the present one, or a step that is not open.
    """
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")
    if step.state != "open" or (step.due_on is not None and until <= step.due_on) or until < work.today:
        raise BadInput(
            "act.extension_not_later", field="until", step=step.key, due=step.due_on or "", until=until
        )
    return redate_step(work, step, until=until, reason=reason)


def redate_step(work: Work, step: Step, *, until: date, reason: str) -> Extension:
    """Gives an open step another due date, earlier or later, and keeps what it was before."""
    number = (
        work.session.connection()
        .execute(select(func.count()).select_from(Extension).where(col(Extension.step_key) == step.key))
        .scalar_one()
    )
    extension = Extension(
        step_key=step.key,
        number=number + 1,
        old_due_on=step.due_on,
        new_due_on=until,
        reason=reason,
        officer=str(work.actor),
        at=work.now,
    )
    work.session.add(extension)
    record.note(
        work,
        "step",
        step.key,
        act="steps.extend",
        batch=step.batch,
        old=step.due_on,
        new=until,
        reason=reason,
    )
    step.due_on = until
    step.provisional = work.workdays.is_provisional(until)
    count_marks_anew(work, step)
    work.session.flush()
    return extension


def count_anew(work: Work, step: Step, *, anchors: Mapping[str, date], reason: str) -> Extension | None:
    """Counts an open step's due date again from moved anchors; None when it stays where it is."""
    due = due_from(work, step, anchors)
    if due is None or due.on == step.due_on:
        return None
    step.anchor_on = due.anchor_on
    return redate_step(work, step, until=due.on, reason=reason)


def counted_due(work: Work, step: Step) -> Due | None:
    """A step's due date as the working-day table counts it today from the anchor it was opened with."""
    return due_from(work, step, {step.anchor: step.anchor_on})


def latest_anchor(work: Work, kind: str, batch: int, anchors: Mapping[str, date]) -> dict[str, date]:
    """Of several anchors the one from which a kind's rules count the latest due date."""
    plan, rules = work.programme.step(kind), _rules_of(work, batch)

    def counted(name: str) -> date:
        found = due_on(plan.due, {name: anchors[name]}, rules, work.workdays)
        return found.on if found else anchors[name]

    latest = max(anchors, key=counted)
    return {latest: anchors[latest]}


def due_from(work: Work, step: Step, anchors: Mapping[str, date]) -> Due | None:
    """A step's due date as it would be counted from other anchors; None where no rule of its kind has one of them."""
    due = work.programme.step(step.kind).due
    return due_on(due, anchors, _rules_of(work, step.batch), work.workdays) if due else None


def _rules_of(work: Work, batch: int | None) -> Rules:
    """What a step is dated by: the rules of its batch, or today's where it belongs to none."""
    return work.rules(batch) if batch else work.programme.rules(work.today)


def count_marks_anew(work: Work, step: Step) -> None:
    """Finds an open step's next reminder or rung by the working-day table as it is now."""
    step.next_on = next_mark_from(work, step, step.due_on or step.anchor_on)


def next_mark_from(work: Work, step: Step, base: date) -> date | None:
    """An open step's next reminder or rung after today, as it would be with `base` for its due date."""
    return next_mark(work.workdays, _kept_marks(work, step.policy), base, after=work.today)


def due_date(step: Step) -> Any:
    """A step's due date as letters take it: unknown, a day, or a provisional day."""
    if step.due_on is None:
        return None
    return {"on": step.due_on, "provisional": True} if step.provisional else step.due_on


def open_steps(
    work: Work, kind: str, *, batch: int | None = None, subject_like: str | None = None
) -> list[Step]:
    """The open steps of a kind, in the order of their keys; `subject_like` is an SQL pattern."""
    wanted = select(Step).where(col(Step.kind) == kind, col(Step.state) == literal_column("'open'"))
    if batch is not None:
        wanted = wanted.where(col(Step.batch) == batch)
    if subject_like is not None:
        wanted = wanted.where(col(Step.subject).like(subject_like))
    return list(work.session.execute(wanted.order_by(col(Step.key))).scalars())


def known_keys(work: Work, keys: Iterable[str]) -> set[str]:
    """Those of these keys under which a step was ever opened."""
    listed = sorted(set(keys))
    found: set[str] = set()
    for start in range(0, len(listed), 500):
        found.update(_KNOWN.scalars(work.session, listed[start : start + 500]))
    return found


def step_of_key(work: Work, key: str) -> Step:
    """The step of that key; raises NotFound."""
    found: Step | None = work.session.execute(select(Step).where(col(Step.key) == key)).scalar_one_or_none()
    if found is None:
        raise NotFound("act.no_step", field="step", step=key)
    return found


def is_open(work: Work, kind: str, subject: str) -> bool:
    """Whether the step of this kind and subject is open, whichever time it was opened."""
    return "open" in _STATES.scalars(work.session, {"kind": kind, "subject": subject})


def find_open_step(work: Work, kind: str, subject: str) -> Step | None:
    """The open step of this kind and subject, whichever time it was opened."""
    found: Step | None = work.session.execute(_OPEN, {"kind": kind, "subject": subject}).scalar_one_or_none()
    return found


def _next_key(work: Work, kind: str, subject: str) -> str | None:
    base, known = f"{kind}:{subject}", _STATES.scalars(work.session, {"kind": kind, "subject": subject})
    if "open" in known:
        return None
    return f"{base}+{len(known) + 1}" if known else base


def _kept_marks(work: Work, policy: str) -> list[Mark]:
    """When the policy a step was opened under reminds and tells, whatever the pack says now."""
    rows = _MARKS.rows(work.session, {"policy": policy})
    return [Mark(after, nature, (), repeat) for after, nature, repeat in rows]


def _keep_policy(work: Work, name: str, marks: Sequence[Mark]) -> str:
    """Stores a policy once, so that open steps keep it when the pack changes; returns its name."""
    if name in work.kept.policies or not marks:
        return name
    found = _KEPT.first(work.session, {"policy": name})
    if found is not None and name not in work.new_policies:
        work.kept.policies.add(name)
    if found is None:
        work.new_policies.add(name)
        rows = [
            {
                "policy": name,
                "nature": mark.nature,
                "day_offset": mark.after,
                "repeat_workdays": mark.repeat,
            }
            for mark in marks
        ]
        connection = work.session.connection()
        connection.execute(insert(PolicyMark), rows)
        connection.execute(
            insert(PolicyTell),
            [
                {
                    "policy": name,
                    "nature": mark.nature,
                    "day_offset": mark.after,
                    "party": party,
                    "duty": duty,
                }
                for mark in marks
                for party, duty in sorted({split_address(address) for address in mark.tell})
            ],
        )
    return name


def _keep_parties(work: Work, marks: Sequence[Mark], step_id: int, scope: Scope) -> None:
    """Stores which organisation each party of the ladder is, so that the sweep needs no tree."""
    parties = {split_address(address)[0] for mark in marks for address in mark.tell}
    rows = [
        {"step_id": step_id, "party": party, "organisation": organisation}
        for party in sorted(parties)
        if (organisation := organisation_of(work, party, scope)) is not None
    ]
    if rows:
        _NAME_PARTIES.each(work.session, rows)
