"""What an object of a page is called where people read: institutions, cities and batches instead of keys."""

import re

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.disbursement import Voucher
from models.organisation import Organisation
from models.programme.divisions import DivisionUnknown
from models.step import Step
from tasks.parties import name_of
from tasks.queries.pair_names import pairs_named
from tasks.work import Work

_PERIOD = re.compile(r"\d{4}(?:-\d{2}|Q[1-4])?")


def object_name(work: Work, page: str, key: str) -> str:
    """The name of what a page of that kind shows under a key; the key itself where it has no other name."""
    match page:
        case "application":
            return _institution(work, key) or key
        case "pair":
            return pair_name(work, key) or key
        case "organisation":
            return name_of(work, key)
        case "voucher":
            return _voucher(work, key) or key
        case "step":
            found = work.session.execute(select(Step).where(col(Step.key) == key)).scalar_one_or_none()
            return work.programme.step(found.kind).title if found is not None else key
        case "batch":
            return work.batch(int(key)).label if key.isdecimal() else key
        case "submission" | "report":
            return _of_city(work, key)
        case _:
            return key


def pair_name(work: Work, key: str) -> str:
    """The two institutions of a pair; empty where there is no such pair."""
    found = pairs_named(work, [key]).get(key)
    return f"{found.sender_name} / {found.recipient_name}" if found is not None else ""


def period_of(subject: str) -> str:
    """The year, quarter or month that a step's subject names; empty where it names none."""
    return next((one for one in reversed(subject.split(":")) if _PERIOD.fullmatch(one)), "")


def _institution(work: Work, application: str) -> str:
    wanted = (
        select(col(Organisation.name))
        .join(Application, col(Application.uscc) == col(Organisation.code))
        .where(col(Application.key) == application)
    )
    return str(work.session.connection().execute(wanted).scalar() or "")


def _voucher(work: Work, key: str) -> str:
    found = work.session.get(Voucher, key)
    return f"{work.programme.label('leg', found.leg)} {found.number}" if found is not None else ""


def _of_city(work: Work, key: str) -> str:
    """`batch:city` or `year:city` with the batch's label, or the year, and the city's name."""
    first, _, city = key.partition(":")
    try:
        name = work.divisions.by_code(city).name
    except DivisionUnknown:
        return key
    return f"{first if _PERIOD.fullmatch(first) else work.batch(int(first)).label} {name}"
