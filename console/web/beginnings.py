"""What forms begin with: today, copies due, the whole list, the pack's sums, what was recorded before."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.disbursement import Spending
from models.opening import Batch
from models.organisation import Institution, Organisation, Person
from models.step import Step
from tasks.correction import corrected_for
from tasks.queries.agreement_page import draft_defaults
from tasks.queries.payee_account import payee_account_name
from tasks.work import Work

Beginning = Callable[[Work, Mapping[str, Any]], Mapping[str, Any]]


def beginnings(work: Work, act: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an act's form begins with beside what is given; nothing where there is nothing to say."""
    begin = _BEGINNINGS.get(act)
    return begin(work, given) if begin else {}


def _batch(given: Mapping[str, Any]) -> int | None:
    text = str(given.get("batch") or "")
    return int(text) if text.isdecimal() else None


def _copies(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """K24: so many copies of each form, so many of the summary."""
    batch = _batch(given)
    rules = work.rules(batch) if batch is not None else work.programme.rules(work.today)
    return {
        "copies": rules.number("application.copies"),
        "summaries": rules.number("application.summaries"),
        "posted_on": work.today,
    }


def _list(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """K23: every application on the city's list, and as many rows."""
    batch, city = _batch(given), str(given.get("city") or "")
    if batch is None or not city:
        return {}
    wanted = select(col(Application.key)).where(
        col(Application.batch) == batch,
        col(Application.city) == city,
        col(Application.city_rank).is_not(None),
    )
    keys = list(work.session.connection().execute(wanted).scalars())
    return {"applications": keys, "rows": len(keys)}


def _own_area(work: Work, _given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A county registers its own institutions (K19)."""
    office = work.session.get(Organisation, work.actor.organisation)
    if office is None or office.kind != "county_civil":
        return {}
    return {"division": office.division, "level": "county"}


def _dates(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """K15, K16: a batch's period, document and dates as far as they are known."""
    number = _batch(given)
    found = work.session.get(Batch, number) if number is not None else None
    names = ("opened_on", "submit_by", "post_by", "period_start", "period_end", "document")
    return {name: value for name in names if (value := getattr(found, name, None))}


def _extended(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The two days that an extension moves, as they stand."""
    return {name: day for name, day in _dates(work, given).items() if name in ("submit_by", "post_by")}


def _name_now(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new name begins with the old one, from today."""
    office = work.session.get(Organisation, str(given.get("organisation") or ""))
    return {"since": work.today, **({"name": office.name} if office is not None else {})}


def _due(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An extension begins with the day as it stands."""
    found = work.session.execute(
        select(Step).where(col(Step.key) == str(given.get("step") or ""))
    ).scalar_one_or_none()
    return {"until": found.due_on} if found is not None and found.due_on else {}


def _spent(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the actor's institution recorded of the year so far: a return replaces the one before (K43, K44)."""
    year = str(given.get("year") or "")
    wanted = select(Spending).where(
        col(Spending.pair) == str(given.get("pair") or ""),
        col(Spending.year) == (int(year) if year.isdecimal() else 0),
        col(Spending.organisation) == work.actor.organisation,
    )
    rows = list(work.session.execute(wanted).scalars())
    return {"lines": {one.category: one.fen for one in rows}, "note": next((one.note for one in rows), "")}


def _registered(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A correction begins with what the register says now (K08, K19)."""
    code = str(given.get("organisation") or "")
    found, institution = work.session.get(Organisation, code), work.session.get(Institution, code)
    if found is None or institution is None:
        return {}
    return {
        "name": found.name,
        "type": institution.type,
        "level": institution.level,
        "division": institution.registration_division,
        "legal_person": institution.legal_person,
        "type_note": institution.type_note,
        "predecessors": institution.predecessors,
    }


def _reached(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Somebody's name and addresses as they stand, for whoever may correct them."""
    code = str(given.get("person") or "")
    found = work.session.get(Person, code)
    if found is None or corrected_for(work, code) is None:
        return {}
    return {"name": found.name, "email": found.email, "mobile": found.mobile}


def _transfer(work: Work, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A transfer is of today, to the account that its payee is expected to have (K41)."""
    pairs = given.get("pairs") or []
    first = pairs if isinstance(pairs, str) else str(next(iter(pairs), ""))
    return {
        "paid_on": work.today,
        "account_name": payee_account_name(work, str(given.get("leg") or ""), first),
    }


def _today(name: str) -> Beginning:
    return lambda work, _given: {name: work.today}


_BEGINNINGS: Mapping[str, Beginning] = {
    "agreement.draft": lambda work, given: draft_defaults(work, str(given.get("pair") or "")),
    "application.email_submission": _list,
    "application.post_originals": _copies,
    "application.recommend": _today("signed_on"),
    "application.record_arrival": _today("arrived_on"),
    "application.register_institution": _own_area,
    "application.register_mail": _list,
    "application.register_originals": _copies,
    "application.submit": _today("signed_on"),
    "deadlines.extend_step": _due,
    "deadlines.register_absence": _today("absent_from"),
    "opening.announce_batch": _dates,
    "organisation.correct_person": _reached,
    "organisation.correct_registration": _registered,
    "organisation.merge": _today("since"),
    "organisation.rename": _name_now,
    "opening.extend_batch": _extended,
    "disbursement.confirm_receipt": _today("received_on"),
    "disbursement.enter_payment": _transfer,
    "disbursement.record_spending": _spent,
    "fieldwork.replace_trainee": _today("left_on"),
    "fieldwork.report_incident": _today("began_on"),
}
"""Act → what its form begins with."""
