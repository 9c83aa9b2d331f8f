"""Which acts an application or a city's list can undergo now by its state, and by whom: what pages offer as buttons."""

from models.application import Application, Submission
from models.rules.access import Viewer
from models.states import MOVES
from tasks.acts import acts
from tasks.dossier import scope_of_application
from tasks.parties import current_office, organisation_of
from tasks.work import Work

APPLICANT = ("application.recall", "application.withdraw")
NOMINATOR = (
    "application.recommend",
    "application.return_for_changes",
    "application.decline",
    "application.recall_recommendation",
)
PROVINCE = ("application.check", "application.request_correction")
CITY_LIST = ("application.email_submission", "application.post_originals", "application.reopen_ranking")
PROVINCE_LIST = ("application.record_arrival", "application.register_originals", "application.register_mail")
BEFORE_DECISION = (
    "draft",
    "submitted",
    "returned",
    "recommended",
    "ranked",
    "not_sent",
    "emailed",
    "correcting",
    "checked",
)
"""States in which an override can still make a difference."""


def acts_on_application(work: Work, viewer: Viewer, application: Application) -> list[str]:
    """The acts that the viewer's own office or institution can try with an application as it stands."""
    nominators = {application.nominator, current_office(work, application.nominator)}
    found: list[str] = []
    if viewer.organisation == application.uscc:
        found += APPLICANT
    if viewer.organisation in nominators:
        found += NOMINATOR
    if viewer.role == "province_civil":
        found += PROVINCE
    found = [one for one in found if can_move("application", one, application.state)]
    if viewer.organisation in nominators and application.plan_consented_on is None:
        found = [one for one in found if one != "application.recommend"]
    if is_to_consent(work, viewer, application):
        found.insert(0, "application.consent_plan")
    if viewer.role == "province_civil" and application.state in BEFORE_DECISION:
        found.append("application.grant_override")
    return [one for one in found if viewer.role in acts()[one].by]


def is_to_consent(work: Work, viewer: Viewer, application: Application) -> bool:
    """Whether the viewer's rural revitalisation office has still to agree to the plan (K37)."""
    mine = viewer.organisation == organisation_of(
        work, "nominator_rural", scope_of_application(work, application)
    )
    return mine and application.state == "submitted" and application.plan_consented_on is None


def acts_on_list(viewer: Viewer, submission: Submission, *, is_over: bool) -> list[str]:
    """The acts that a city can try with its own list, or the province with any, as it stands.

    `is_over` says that the batch's posting day has passed: only then can the province end a city's part.
    """
    found: list[str] = []
    if viewer.role == "city_civil" and viewer.division == submission.city:
        found += CITY_LIST
    if viewer.role == "province_civil":
        found += PROVINCE_LIST + (("application.close_city",) if is_over else ())
    found = [one for one in found if can_move("submission", one, submission.state)]
    if submission.rows == 0 and "application.post_originals" in found:
        found.remove("application.post_originals")
    if viewer.role == "province_civil" and submission.state in ("emailed", "posted", "arrived", "registered"):
        found.append("application.register_mail")
    return found


def can_move(table: str, act: str, state: str) -> bool:
    """Whether an act takes an object of a table out of this state at all."""
    return any(one.act == act and state in one.origins for one in MOVES[table])
