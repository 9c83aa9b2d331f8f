"""The stages in the order of the programme: loading this module fills the register of acts."""

import tasks.absence
import tasks.account_keeping
import tasks.attaching
import tasks.calendar_loading
import tasks.choosing
import tasks.closing
import tasks.correction
import tasks.doubt
import tasks.drafting
import tasks.extension
import tasks.formal_check
import tasks.handing_over
import tasks.intake.deciding
import tasks.invitations
import tasks.mail_register
import tasks.recall
import tasks.registration
import tasks.replacement
import tasks.report
import tasks.revealing
import tasks.spending
import tasks.staff
import tasks.storm
import tasks.succession
import tasks.tracking
import tasks.typical_cases
import tasks.urging
import tasks.waiting_list  # noqa: F401  (their acts belong to no stage of their own)
from tasks import agreement, application, disbursement, evaluation, fieldwork, opening, pairing, review

STAGES = {
    "opening": opening,
    "application": application,
    "review": review,
    "pairing": pairing,
    "agreement": agreement,
    "disbursement": disbursement,
    "fieldwork": fieldwork,
    "evaluation": evaluation,
}
"""Stage → its module, each with `chores(work)`; in the order in which the lifecycle runs them."""
