"""A resident number shown once to whoever may see it, with the reason kept and the number kept out of the trail."""

from models.application import Application
from models.organisation import Organisation
from tasks import record
from tasks.acts import act
from tasks.dossier import application_of, require_reason, sent_form
from tasks.form_privacy import NUMBERS, reveal_form
from tasks.parties import require_actor
from tasks.refusal import BadInput
from tasks.work import Work


@act("application.reveal_id", by=("province_civil", "city_civil", "county_civil"), clauses=("K38",))
def reveal_id(work: Work, application: str, *, number: str, reason: str) -> str:
    """Returns the resident number of lead or contact (`number` is its field, F14 or F18) for the page that asks.

    Only the province and the office that recommends may ask, with a reason; each time leaves an event, without the
    number. Raises NotEntitled for another office, BadInput without a reason or where no number is kept.
    """
    found = application_of(work, application)
    if not _is_provinces(work):
        require_actor(work, found.nominator)
    require_reason(reason)
    shown = _number(work, found, number)

    record.note(
        work,
        "application",
        found.key,
        act="application.reveal_id",
        batch=found.batch,
        number=number,
        reason=reason,
    )
    return shown


def _is_provinces(work: Work) -> bool:
    return work.session.get_one(Organisation, work.actor.organisation).kind == "province_civil"


def _number(work: Work, application: Application, name: str) -> str:
    form = reveal_form(sent_form(work, application), application.key) if name in NUMBERS else {}
    if not form.get(name):
        raise BadInput("revealing.no_number", field="number", application=application.key)
    return str(form[name])
