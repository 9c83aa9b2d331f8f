"""Reminding by hand: an office above the owner writes to it at once, once a day and step (K34, K36)."""

from datetime import date

from sqlalchemy import Date, bindparam, select, text
from sqlmodel import col

from models.application import Application
from models.columns import Instant
from models.organisation import Organisation, Person
from models.pairing import Pair
from models.programme.pack import split_address
from models.rules.urging import parties_above
from models.step import Step, StepParty
from models.urging import Urging
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import scope_of_application
from tasks.letters import tell
from tasks.parties import Scope, current_office, name_of, organisation_of, scope_of_pair
from tasks.refusal import AlreadyDone, NotEntitled
from tasks.work import Work

URGERS = ("province_civil", "city_civil", "county_civil", "sender_bureau")
"""Who has somebody below them."""

_INSERT = text(
    'INSERT INTO urging (step_key, day, "by", office, note, at)'
    " VALUES (:step_key, :day, :by, :office, :note, :at) ON CONFLICT DO NOTHING RETURNING step_key"
).bindparams(bindparam("day", type_=Date), bindparam("at", type_=Instant))


@act("deadlines.remind_now", by=URGERS, clauses=("K34", "K36"))
def remind_now(work: Work, step: str, *, note: str = "") -> Urging:
    """Writes one letter at once to those who owe a step: the line of their digest, with who urges and the note.

    The province reminds anybody, a city whoever owes inside it, a county the institutions it nominated, Shenzhen its
    senders. On a day off the letter waits for the next working day and counts for that day. What is settled before it
    leaves is not told. Raises AlreadyDone for a step that is over, or one urged for that day already, by whomever.
    """
    found = steps.step_of_key(work, step)
    if work.actor.organisation not in offices_above(work, found):
        raise NotEntitled(
            "urging.not_above", actor=str(work.actor), step=step, owner=name_of(work, found.owner)
        )
    if found.state != "open":
        state = work.programme.label("step_state", found.state)
        raise AlreadyDone("urging.over", step=step, state=state)

    urging = Urging(
        step_key=step,
        day=work.next_working_moment().date(),
        by=str(work.actor),
        office=work.actor.organisation,
        note=note.strip(),
        at=work.now,
    )
    _insert(work, urging)
    record.note(
        work,
        "step",
        step,
        act="deadlines.remind_now",
        batch=found.batch,
        owner=found.owner,
        day=urging.day,
        note=urging.note,
    )

    tell(
        work,
        "reminder_now",
        to=[found.owner],
        subject=f"{step}:{urging.day.isoformat()}",
        batch=found.batch,
        facts={"day": urging.day},
        duty=split_address(work.programme.step(found.kind).owner)[1],
    )
    return urging


def offices_above(work: Work, step: Step) -> set[str]:
    """The offices that stand above a step's owner today, as the step's ladder and its subject name them."""
    owner = work.session.get_one(Organisation, current_office(work, step.owner))
    parties = parties_above(owner.kind)
    scope = _scope_of(work, step)
    found = {organisation_of(work, party, scope) for party in parties}
    named = select(col(StepParty.organisation)).where(
        col(StepParty.step_id) == step.id, col(StepParty.party).in_(parties)
    )
    found |= {current_office(work, one) for one in work.session.connection().execute(named).scalars()}
    return {one for one in found if one is not None} - {owner.code}


def urging_of(work: Work, step: str, day: date) -> Urging | None:
    """The urging whose letter goes on a day; None where there is none."""
    return work.session.get(Urging, (step, day))


def _scope_of(work: Work, step: Step) -> Scope:
    """What a step is about: its pair, else the application that its subject begins with, else its city."""
    pair = work.session.get(Pair, step.pair) if step.pair else None
    if pair is not None:
        return scope_of_pair(work, pair)
    application = work.session.get(Application, step.subject.partition(":")[0])
    if application is not None:
        return scope_of_application(work, application)
    return Scope(batch=step.batch, city=step.city)


def _insert(work: Work, urging: Urging) -> None:
    """Uniqueness is the database's: of two who urge at once, the second is told of the first."""
    row = {name: getattr(urging, name) for name in Urging.model_fields}
    if work.session.connection().execute(_INSERT, row).first() is not None:
        return
    before = urging_of(work, urging.step_key, urging.day)
    if before is None:
        raise AlreadyDone("act.moved_meanwhile", subject=urging.step_key)
    person = work.session.get(Person, before.by.partition(">")[0])
    raise AlreadyDone(
        "urging.urged",
        step=urging.step_key,
        day=urging.day,
        person=person.name if person is not None else before.by,
        office=name_of(work, before.office),
        at=before.at,
    )
