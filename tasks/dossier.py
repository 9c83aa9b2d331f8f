"""An application's dossier: looked up, seen as the rules and as the letters see it."""

from datetime import date
from typing import Any

from models.application import Application, ApplicationVersion
from models.opening import Batch
from models.organisation import Institution, Organisation
from models.review import Decision
from models.rules.eligibility import Channel, Level
from models.rules.form import FormContext
from models.rules.quotas import Recommendation, counted_batches
from tasks.parties import Scope, name_of, organisation_of
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

APPROVED = ("approved", "paired")
"""States of applications that the province has approved."""


def application_of(work: Work, key: str) -> Application:
    """The application of that key; raises NotFound."""
    found = work.session.get(Application, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "application"), subject=key)
    return found


def scope_of_application(work: Work, application: Application) -> Scope:
    """The scope of an application before there is a pair: nominator, city and county, the applicant as recipient."""
    office = work.session.get(Organisation, application.nominator)
    county = office.division if office is not None and office.kind == "county_civil" else None
    return Scope(
        batch=application.batch,
        city=application.city,
        county=county,
        nominator=application.nominator,
        recipient=application.uscc,
    )


def sent_form(work: Work, application: Application) -> dict[str, Any]:
    """The form that offices hold: while the applicant is correcting it, still the version that was sent (K23)."""
    if application.state == "correcting":
        sent = work.session.get(ApplicationVersion, (application.key, application.version))
        if sent is not None:
            return sent.form
    return application.form


def approved_on(work: Work, application: Application) -> date | None:
    """The day of the decision by which the province approved it (F28, K25); None for one that is not approved.

    No form says it: a day that somebody wrote into F28 of a file is neither shown nor printed.
    """
    if application.state not in APPROVED:
        return None
    decision = work.session.get(Decision, application.batch)
    return decision.decided_on if decision is not None else None


def recommendation_of(work: Work, application: Application) -> Recommendation:
    """The application as the quota rules see it."""
    institution = work.session.get(Institution, application.uscc)
    level = Level(institution.level) if institution is not None else Level.COUNTY
    return Recommendation(
        application.key, application.city, application.nominator, Channel(application.channel), level
    )


def counted_in(work: Work, batch: int) -> tuple[int, ...]:
    """The batches whose recommendations the caps of this one count (A7)."""
    return counted_batches(batch, (one.number for one in work.programme.batches), work.rules(batch))


def correction_facts(
    work: Work, application: Application, remarks: dict[str, str], due: Any
) -> dict[str, Any]:
    """What a letter about faulty fields says of each: its name on the form, the remark, its field."""
    fields = {field.key: field for field in work.programme.form}
    return {
        "batch": application.batch,
        "institution": name_of(work, application.uscc),
        "application": application.key,
        "due_on": due,
        "reasons": [
            {
                "field": fields[name].label if name in fields else name,
                "sentence": remark,
                "clause": fields[name].id if name in fields else "K23",
            }
            for name, remark in remarks.items()
        ],
    }


def result_facts(work: Work, application: Application, result: str, reason: str) -> dict[str, Any]:
    """What the letter about a recommendation or its refusal says."""
    return {
        "batch": application.batch,
        "institution": name_of(work, application.uscc),
        "application": application.key,
        "nominator": name_of(work, application.nominator),
        "result": result,
        "decided_on": work.today,
        "reason": reason,
    }


def copy_holders(work: Work, application: Application) -> dict[str, str]:
    """Which office keeps an approved application on paper, by party (A4); the nominator where there is no county."""
    scope = scope_of_application(work, application)
    parties = work.rules(application.batch).names("application.copy_holders")
    return {party: organisation_of(work, party, scope) or application.nominator for party in parties}


def require_reason(reason: str) -> None:
    """Raises BadInput for an empty reason."""
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")


def form_context(work: Work, batch: Batch, application: Application) -> FormContext:
    """What the form rules hold an application against today."""
    office = work.session.get(Organisation, application.nominator)
    years = batch.period_end.year - batch.period_start.year + 1
    return FormContext(
        on=work.today,
        opened_on=batch.opened_on or work.today,
        years=years,
        cities=[city.code for city in work.divisions.cities()],
        nominator_city=(office.city or office.division) if office else "",
        register_name=name_of(work, application.uscc),
    )
