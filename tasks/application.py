"""Applications: drafted, submitted, returned, recommended, corrected, withdrawn (S02–S03, S03C; K08, K17–K21, K37)."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.application import Application, ApplicationVersion
from models.event import Event
from models.opening import Batch
from models.prepared import Prepared, one_of
from models.rules.breach import RuleBroken, split
from models.rules.eligibility import Channel
from models.rules.form import opinion_breaches, submission_breaches
from models.rules.quotas import Recommendation, city_direct_breaches, county_breaches
from models.session import PreparedObjects
from tasks import lapse, originals, record, steps
from tasks.acts import act
from tasks.candidacy import candidacy_breaches, nominating_office, refuse_candidacy, refuse_standing
from tasks.chores import Chore
from tasks.dossier import (
    application_of,
    correction_facts,
    counted_in,
    form_context,
    recommendation_of,
    require_reason,
    result_facts,
    scope_of_application,
)
from tasks.form_privacy import protect_form, refill_form, reveal_form
from tasks.letters import due_fact, tell
from tasks.opening import require_open
from tasks.parties import name_of, organisation_of, require_actor
from tasks.refusal import AlreadyDone, BadInput
from tasks.second_words import consents_missing, drop_consent, open_consent
from tasks.submission import move_up, require_collecting, require_not_gone
from tasks.work import Work

UNDECIDED = "submitted"
"""The state in which the nominator still has to decide."""


@act("application.draft", by=("recipient",), clauses=("K08", "K17", "K18", "K19"))
def draft_application(
    work: Work, batch: int, *, uscc: str, channel: str, nominator: str, form: dict[str, Any]
) -> Application:
    """Begins an application; who may not apply here is told at once, with every reason.

    Raises RuleBroken (K08, K17 unless overridden, K18, K19), BadInput for a batch that is not open.
    """
    opened = require_open(work, batch)
    require_actor(work, uscc)
    office = nominating_office(work, nominator, channel)
    attempt = 1 + int(_ATTEMPTS.scalar(work.session, {"batch": batch, "uscc": uscc}))
    key = f"{batch}-{uscc}-{attempt}"
    require_not_gone(work, batch, office.city or office.division)
    refuse_candidacy(work, batch, uscc, candidacy_breaches(work, opened, uscc, channel, office))

    application = Application(
        key=key,
        batch=batch,
        uscc=uscc,
        attempt=attempt,
        channel=channel,
        city=office.city or office.division,
        nominator=nominator,
        form=protect_form(form, key),
    )
    record.create(work, application, act="application.draft", channel=channel, nominator=nominator)
    scope = scope_of_application(work, application).owned_by(uscc)
    anchors = {"batch.submit_by": opened.submit_by} if opened.submit_by else {}
    steps.open_step(work, "S02", key, scope=scope, anchors=anchors)
    return application


@act("application.revise", by=("recipient",), clauses=("K18",))
def revise_application(work: Work, application: str, *, form: dict[str, Any]) -> Application:
    """Replaces the form of a draft or a returned application; nothing is checked before it is submitted.

    A number that comes back masked, as it is shown, stays what it was.
    """
    found = application_of(work, application)
    require_actor(work, found.uscc)
    require_open(work, found.batch)
    if found.state not in ("draft", "returned"):
        raise AlreadyDone("application.not_in_hand", application=application)

    found.form = protect_form(refill_form(form, found.form, found.key), found.key)
    record.note(
        work, "application", found.key, act="application.revise", batch=found.batch, fields=sorted(form)
    )
    return found


@act("application.submit", by=("recipient",), clauses=("K23",))
def submit_application(work: Work, application: str, *, signed_on: date, sealed: bool) -> Application:
    """Hands the application to the nominator; every fault of the form is named with its field (F01–F31).

    Raises RuleBroken for faults that stand in the way; advice goes into the event.
    """
    found = application_of(work, application)
    require_actor(work, found.uscc)
    batch = require_open(work, found.batch)
    require_not_gone(work, found.batch, found.city)
    form = {
        **reveal_form(found.form, found.key),
        "commitment_signed_on": signed_on.isoformat(),
        "commitment_sealed": sealed,
    }
    faults, advice = split(
        submission_breaches(form, form_context(work, batch, found), work.rules(found.batch))
    )
    if faults:
        raise RuleBroken(faults)

    found.form = protect_form(form, found.key)
    found.version += found.submitted_at is not None
    found.submitted_at = work.now
    record.move(
        work,
        found,
        "submitted",
        act="application.submit",
        version=found.version,
        signed_on=signed_on,
        advice=[one.text for one in advice],
    )
    work.session.add(
        ApplicationVersion(application=found.key, version=found.version, form=found.form, at=work.now)
    )
    steps.settle_step(work, "S02", found.key)
    open_county(work, found)
    open_consent(work, found)
    return found


@act("application.withdraw", by=("recipient",), clauses=("K18",))
def withdraw_application(work: Work, application: str, *, reason: str) -> Application:
    """Takes an application back; it no longer counts for any quota and may be made anew.

    Whoever stood behind it on the city's list moves up, so that the ranks stay 1, 2, 3 (K22).
    """
    found = application_of(work, application)
    require_actor(work, found.uscc)
    require_reason(reason)

    left, found.nominator_slot, found.city_rank = found.city_rank, None, None
    work.session.flush()
    moved = move_up(work, found.batch, found.city, behind=left) if left is not None else None
    record.move(work, found, "withdrawn", act="application.withdraw", reason=reason, moved_up=moved)
    for kind in ("S02", "S03C", "S08", "S08C"):
        steps.cancel_step(work, kind, found.key)
    for step in steps.open_steps(work, "S09", batch=found.batch, subject_like=f"{found.key}:%"):
        steps.cancel_step(work, "S09", step.subject)
    settle_county(work, found)
    return found


@act("application.consent_plan", by=("county_rural", "city_rural"), clauses=("K37",))
def consent_plan(work: Work, application: str, *, opinion: str) -> Application:
    """Rural revitalisation agrees to the project plan, before the nominator recommends (K37)."""
    found = application_of(work, application)
    require_actor(work, organisation_of(work, "nominator_rural", scope_of_application(work, found)))
    if found.state != UNDECIDED:
        raise AlreadyDone("application.not_undecided", application=application)

    found.plan_consented_on = work.today
    record.note(
        work, "application", found.key, act="application.consent_plan", batch=found.batch, opinion=opinion
    )
    steps.settle_step(work, "S03C", found.key)
    return found


@act("application.return_for_changes", by=("county_civil", "city_civil"), clauses=("K18", "K19"))
def return_for_changes(work: Work, application: str, *, remarks: dict[str, str]) -> Application:
    """Gives an application back to the applicant with a remark per field."""
    found = application_of(work, application)
    require_actor(work, found.nominator)
    if not remarks:
        raise BadInput("application.remarks_missing", field="remarks")

    record.move(work, found, "returned", act="application.return_for_changes", remarks=remarks)
    found.plan_consented_on = None
    drop_consent(work, found)
    scope = scope_of_application(work, found).owned_by(found.uscc)
    batch = work.batch(found.batch)
    anchors = {"batch.submit_by": batch.submit_by} if batch.submit_by else {}
    step = steps.open_step(work, "S02", found.key, scope=scope, anchors=anchors, again=True)
    settle_county(work, found)

    facts = correction_facts(work, found, remarks, due_fact(step))
    facts["returned_by"] = name_of(work, found.nominator)
    tell(
        work,
        "application_returned",
        to=[found.uscc],
        subject=f"{found.key}:{found.version}",
        batch=found.batch,
        facts=facts,
    )
    return found


@act("application.recommend", by=("county_civil", "city_civil"), clauses=("K20", "K21"))
def recommend_application(work: Work, application: str, *, opinion: str, signed_on: date) -> Application:
    """The nominator recommends: at most so many a county and so many directly by a city (soft, K20, K21).

    Raises RuleBroken for a cap without override, a missing opinion (F27), or a plan without consent (K37).
    """
    found = application_of(work, application)
    require_actor(work, found.nominator)
    batch = require_open(work, found.batch)
    require_collecting(work, found.batch, found.city)
    if found.state != UNDECIDED:
        raise AlreadyDone("application.not_undecided", application=application)
    if found.plan_consented_on is None:
        raise BadInput("application.plan_not_consented", field="application", application=application)
    form = {
        **reveal_form(found.form, found.key),
        "opinion_text": opinion,
        "opinion_sealed": True,
        "opinion_signed_on": signed_on.isoformat(),
    }
    rules, standing, new = work.rules(found.batch), _standing(work, found), recommendation_of(work, found)
    faults, _ = split(opinion_breaches(form, form_context(work, batch, found)))
    refuse_standing(
        work,
        found.key,
        (*faults, *county_breaches(new, standing, rules), *city_direct_breaches(new, standing, rules)),
    )

    found.form = protect_form(form, found.key)
    found.nominator_slot = 1 + max(_slots(work, found), default=0)
    found.recommended_at = work.now
    record.move(
        work, found, "recommended", act="application.recommend", slot=found.nominator_slot, opinion=opinion
    )
    settle_county(work, found)
    tell_result(work, found, "recommended", opinion)
    return found


@act("application.decline", by=("county_civil", "city_civil"), clauses=("K20", "K21"))
def decline_application(work: Work, application: str, *, reason: str) -> Application:
    """The nominator does not recommend, and says why."""
    found = application_of(work, application)
    require_actor(work, found.nominator)
    require_reason(reason)

    found.remark = reason
    record.move(work, found, "declined", act="application.decline", reason=reason)
    drop_consent(work, found)
    settle_county(work, found)
    tell_result(work, found, "not_recommended", reason)
    return found


_COUNT = select(func.count()).select_from(Application).where(col(Application.batch) == bindparam("batch"))
_ATTEMPTS = Prepared(_COUNT.where(col(Application.uscc) == bindparam("uscc")))
_UNDECIDED = Prepared(
    _COUNT.where(
        col(Application.nominator) == bindparam("nominator"), one_of(col(Application.state), [UNDECIDED])
    )
)
_SLOTS = Prepared(
    select(col(Application.nominator_slot)).where(
        col(Application.batch) == bindparam("batch"),
        col(Application.nominator) == bindparam("nominator"),
        col(Application.nominator_slot).is_not(None),
    )
)
_RECOMMENDED = PreparedObjects(
    Application, col(Application.city) == bindparam("city"), col(Application.nominator_slot).is_not(None)
)


def _standing(work: Work, application: Application) -> list[Recommendation]:
    counted = counted_in(work, application.batch)
    recommended = _RECOMMENDED.all(work.session, {"city": application.city})
    return [recommendation_of(work, one) for one in recommended if one.batch in counted]


def _slots(work: Work, application: Application) -> list[int]:
    return _SLOTS.scalars(work.session, {"batch": application.batch, "nominator": application.nominator})


def open_county(work: Work, application: Application) -> None:
    """S03 is open while the county has something to decide on (K20)."""
    if application.channel != Channel.COUNTY:
        return
    county, submit_by = application.nominator.partition("-")[0], work.batch(application.batch).submit_by
    scope = scope_of_application(work, application)
    anchors = {"batch.submit_by": submit_by} if submit_by else {}
    steps.open_step(work, "S03", f"{application.batch}:{county}", scope=scope, anchors=anchors, again=True)


def settle_county(work: Work, application: Application) -> None:
    """S03 is done when the county has decided on everything it has got."""
    if application.channel != Channel.COUNTY:
        return
    own = {"batch": application.batch, "nominator": application.nominator}
    if not _UNDECIDED.scalar(work.session, own):
        county = application.nominator.partition("-")[0]
        steps.settle_step(work, "S03", f"{application.batch}:{county}")


def tell_result(work: Work, application: Application, result: str, reason: str) -> None:
    """Tells the applicant, and the city of what concerns its list; after a recall a letter of each result anew."""
    listed = result in ("recommended", "recalled")
    times = _recalls(work, application)
    tell(
        work,
        "recommendation_result",
        to=[application.uscc, f"{application.city}-mz"] if listed else [application.uscc],
        subject=f"{application.key}:{result}" + (f":{times}" if times else ""),
        batch=application.batch,
        facts=result_facts(work, application, result, reason),
    )


_RECALLED = Prepared(
    select(func.count())
    .select_from(Event)
    .where(
        col(Event.subject) == bindparam("application"),
        one_of(col(Event.act), ["application.recall_recommendation"]),
    )
)


def _recalls(work: Work, application: Application) -> int:
    """How often the recommendation of an application was recalled."""
    return int(_RECALLED.scalar(work.session, {"application": application.key}))


_SELECTING = Prepared(
    select(col(Batch.number))
    .where(one_of(col(Batch.state), ("open", "reviewing", "pairing", "signing")))
    .limit(1)
)


def chores(work: Work) -> list[Chore]:
    """Parcels that should have arrived (A2), applications that got into no list, consents never asked for (K37).

    Nothing of that is left once a batch's pairs are at work.
    """
    if _SELECTING.first(work.session) is None:
        return []
    return [*originals.alarms(work), *lapse.lapses(work), *consents_missing(work)]
