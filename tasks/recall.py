"""Taking back what was handed on, as long as the next hand has done nothing with it (S02, S03; K18, K20-K22, K37)."""

from models.application import Application
from tasks import record, steps
from tasks.acts import act
from tasks.application import open_county, settle_county, tell_result
from tasks.dossier import application_of, require_reason, scope_of_application
from tasks.opening import require_open
from tasks.parties import require_actor
from tasks.refusal import AlreadyDone
from tasks.second_words import drop_consent
from tasks.submission import require_not_gone, submission_of
from tasks.work import Work

SIGNED = "opinion_"
"""What the names of the nominator's fields begin with (F27)."""


@act("application.recall", by=("recipient",), clauses=("K18",))
def recall_application(work: Work, application: str, *, reason: str) -> Application:
    """The applicant takes a submitted application back to change it, before anybody has acted on it.

    It is then as one that was returned: it is changed and submitted again as its next version. The nominator owes
    nothing for it meanwhile. Raises AlreadyDone once the plan was agreed to or the nominator has decided (K37).
    """
    found = application_of(work, application)
    require_actor(work, found.uscc)
    require_reason(reason)
    batch = require_open(work, found.batch)
    require_not_gone(work, found.batch, found.city)
    if found.state != "submitted":
        raise AlreadyDone("recall.not_submitted", application=application, state=_state(work, found))
    if found.plan_consented_on is not None:
        raise AlreadyDone("recall.consented", application=application)

    record.move(work, found, "returned", act="application.recall", reason=reason, version=found.version)
    scope = scope_of_application(work, found).owned_by(found.uscc)
    anchors = {"batch.submit_by": batch.submit_by} if batch.submit_by else {}
    steps.open_step(work, "S02", found.key, scope=scope, anchors=anchors, again=True)
    settle_county(work, found)
    drop_consent(work, found)
    return found


@act("application.recall_recommendation", by=("county_civil", "city_civil"), clauses=("K20", "K21", "K22"))
def recall_recommendation(work: Work, application: str, *, reason: str) -> Application:
    """The nominator takes its recommendation back, before the city has ranked: the place in its quota is free again.

    The application waits for the nominator's decision as before, its plan agreed to; opinion and seal are gone (F27).
    Applicant and city are told. Raises AlreadyDone once the city has ranked (K22).
    """
    found = application_of(work, application)
    require_actor(work, found.nominator)
    require_reason(reason)
    require_open(work, found.batch)
    if submission_of(work, found.batch, found.city).state != "collecting":
        raise AlreadyDone("recall.ranked", city=work.divisions.by_code(found.city).name)
    if found.state != "recommended":
        raise AlreadyDone("recall.not_recommended", application=application, state=_state(work, found))

    slot, found.nominator_slot, found.recommended_at = found.nominator_slot, None, None
    found.form = {name: value for name, value in found.form.items() if not name.startswith(SIGNED)}
    record.move(work, found, "submitted", act="application.recall_recommendation", reason=reason, slot=slot)
    open_county(work, found)

    tell_result(work, found, "recalled", reason)
    return found


def _state(work: Work, application: Application) -> str:
    return work.programme.label("application_state", application.state)
