"""After an honour is recorded: reported up with its publicity, picked as a typical case by the province (S26; K48).

What is added here stands in the audit trail and nowhere else: an honour's row says what it is, its events what became
of it (`tasks/queries/publicity.py`). Who does not see an honour does nothing with it.
"""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from models.evaluation import Honour
from models.event import Event
from tasks import record
from tasks.acts import act
from tasks.attaching import viewer_of
from tasks.dossier import require_reason
from tasks.queries.honour_rows import sees_honour
from tasks.queries.publicity import PICKED, REPORTED
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

_OFFICES = ("province_civil", "province_rural", "city_civil", "city_rural", "county_civil", "county_rural")


@act(REPORTED, by=_OFFICES, clauses=("K48",))
def report_honour(work: Work, honour: str, *, reported_on: date, media: str = "", link: str = "") -> Honour:
    """An office says when a case was reported up, and where it was published; it may be said again for more media.

    Raises BadInput for a day to come, or a link that is no web address.
    """
    found = honour_of(work, honour)
    if reported_on > work.today:
        raise BadInput("evaluation.reported_future", field="reported_on", found=reported_on, today=work.today)
    if link and not link.startswith(("https://", "http://")):
        raise BadInput("evaluation.link", field="link", found=link)

    record.note(
        work,
        "honour",
        found.key,
        act=REPORTED,
        reported_on=reported_on,
        media=media.strip() or None,
        link=link or None,
    )
    return found


@act(PICKED, by=("province_civil", "province_rural"), clauses=("K48",))
def pick_typical(work: Work, honour: str, *, reason: str) -> Honour:
    """The province picks a recorded case as a typical one, once, and says why."""
    found = honour_of(work, honour)
    require_reason(reason)
    picked = (
        select(func.count())
        .select_from(Event)
        .where(col(Event.subject) == found.key, col(Event.act) == PICKED)
    )
    if work.session.connection().execute(picked).scalar_one():
        raise AlreadyDone("evaluation.picked", title=found.title)

    record.note(work, "honour", found.key, act=PICKED, reason=reason)
    return found


def honour_of(work: Work, key: str) -> Honour:
    """The honour of that key (`year:kind:subject`); raises NotFound also for one that the actor does not see."""
    found = work.session.get(Honour, key)
    if found is None or not sees_honour(work, viewer_of(work), key):
        raise NotFound("act.no_object", kind=work.programme.label("table", "honour"), subject=key)
    return found
