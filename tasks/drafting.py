"""An unfinished form kept on the way, in the applicant's hands (S02, S08C; K18, K23)."""

from typing import Any

from models.application import Application
from models.rules.breach import RuleBroken
from models.rules.form import SIGNED
from models.rules.form_seen import changed_since, differing_fields
from models.rules.form_shape import shape_breaches
from tasks import record
from tasks.acts import act
from tasks.dossier import application_of
from tasks.form_privacy import protect_form, refill_form
from tasks.opening import require_open
from tasks.parties import require_actor
from tasks.refusal import AlreadyDone, BadInput
from tasks.work import Work

IN_HAND = ("draft", "returned", "correcting")
"""States in which the applicant has the form in hand."""


@act("application.save_draft", by=("recipient",), clauses=("K18", "K23"))
def save_draft(work: Work, application: str, *, form: dict[str, Any], seen: str) -> Application:
    """Keeps a form that is not finished, as it was typed; nothing is submitted, no version is made.

    Words where a number or a date belongs are kept too: they are told at their field and refused when it is handed in.
    `seen` is the token of the form that the page was filled from (`models.rules.form_seen`). Signatures and seals stay
    as they are; a number that comes back masked stays what it was; saving what is there already writes nothing.
    While it is being corrected, offices go on seeing the version that was sent. Raises BadInput, naming the fields,
    where somebody has changed the form since; RuleBroken for what nobody can have typed (rows in a field of one value).
    """
    found = application_of(work, application)
    require_actor(work, found.uscc)
    if found.state not in IN_HAND:
        raise AlreadyDone("application.not_in_hand", application=application)
    if found.state != "correcting":
        require_open(work, found.batch)
    stale = changed_since(seen, found.form)
    if stale:
        raise BadInput(
            "application.stale", field="seen", application=application, fields=_labels(work, stale)
        )
    faults = shape_breaches(form, {one.key: (one.id, one.type) for one in work.programme.form})
    if faults:
        raise RuleBroken(faults)

    given = {name: value for name, value in form.items() if not name.startswith(SIGNED)}
    signed = {name: value for name, value in found.form.items() if name.startswith(SIGNED)}
    kept = protect_form({**refill_form(given, found.form, found.key), **signed}, found.key)
    changed = differing_fields(found.form, kept)
    if changed:
        found.form = kept
        record.note(
            work,
            "application",
            found.key,
            act="application.save_draft",
            batch=found.batch,
            fields=list(changed),
        )
    return found


def _labels(work: Work, fields: tuple[str, ...]) -> list[str]:
    """The fields as the form names them, in its order."""
    known = {one.key: one.label for one in work.programme.form}
    return [*(label for key, label in known.items() if key in fields), *sorted(set(fields) - known.keys())]
