"""The formal check: the province finds an application in order, or asks for corrections (S08, S08C; K23, K25)."""

from typing import Any

from models.application import Application, ApplicationVersion
from models.rules.breach import RuleBroken, split
from models.rules.form import SIGNED, submission_breaches
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import application_of, correction_facts, form_context, scope_of_application
from tasks.form_privacy import protect_form, refill_form
from tasks.letters import due_fact, tell
from tasks.parties import name_of, require_actor
from tasks.refusal import BadInput
from tasks.work import Work


@act("application.check", by=("province_civil",), clauses=("K23", "K25"))
def check_application(work: Work, application: str) -> Application:
    """The formal check has found nothing to correct."""
    found = application_of(work, application)

    record.move(work, found, "checked", act="application.check")
    steps.settle_step(work, "S08", found.key)
    return found


@act("application.request_correction", by=("province_civil",), clauses=("K23", "K25"))
def request_correction(work: Work, application: str, *, problems: dict[str, str]) -> Application:
    """The formal check asks for corrections, with a remark per field; the applicant has the correction window."""
    found = application_of(work, application)
    if not problems:
        raise BadInput("application.remarks_missing", field="problems")

    record.move(work, found, "correcting", act="application.request_correction", problems=problems)
    steps.settle_step(work, "S08", found.key)
    scope = scope_of_application(work, found)
    step = steps.open_step(work, "S08C", found.key, scope=scope, anchors={"returned": work.today}, again=True)

    facts = correction_facts(work, found, problems, due_fact(step))
    facts["requested_by"] = name_of(work, work.actor.organisation)
    tell(
        work,
        "correction_requested",
        to=[found.uscc, found.nominator],
        subject=f"{found.key}:{found.version}",
        batch=found.batch,
        facts=facts,
    )
    return found


@act("application.correct", by=("recipient",), clauses=("K23", "K25"))
def correct_application(work: Work, application: str, *, form: dict[str, Any]) -> Application:
    """The applicant sends the corrected form; signatures and seals stay, the province checks it again.

    A number that comes back masked, as it is shown, stays what it was. Raises RuleBroken for the form's faults.
    """
    found = application_of(work, application)
    require_actor(work, found.uscc)
    batch = work.batch(found.batch)
    signatures = {name: found.form[name] for name in found.form if name.startswith(SIGNED)}
    plain = {**refill_form(form, found.form, found.key), **signatures}
    faults, advice = split(
        submission_breaches(plain, form_context(work, batch, found), work.rules(found.batch))
    )
    if faults:
        raise RuleBroken(faults)

    found.form = protect_form(plain, found.key)
    found.version += 1
    record.move(
        work,
        found,
        "emailed",
        act="application.correct",
        version=found.version,
        advice=[one.text for one in advice],
    )
    work.session.add(
        ApplicationVersion(application=found.key, version=found.version, form=found.form, at=work.now)
    )
    steps.settle_step(work, "S08C", found.key)
    scope = scope_of_application(work, found)
    steps.open_step(work, "S08", found.key, scope=scope, anchors={"emailed": work.today}, again=True)
    return found
