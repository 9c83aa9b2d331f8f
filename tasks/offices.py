"""The offices of a programme as its pack and divisions name them, and the people who act for them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from models.messages import say
from models.opening import Batch
from models.organisation import Duty, Organisation, Person
from models.programme.divisions import Division, DivisionLevel
from models.programme.periods import period_of
from tasks import record
from tasks.work import Work
from tasks.workday_table import keep_calendar

CIVIL, RURAL = "mz", "xz"
"""The suffixes of offices' codes: civil affairs and rural revitalisation."""

DUTIES = {
    "province_civil": ("officer", "leader", "finance"),
    "province_rural": ("officer", "leader"),
    "sender_bureau": ("officer", "leader"),
    "city_civil": ("officer", "leader", "finance"),
    "city_rural": ("officer",),
    "county_civil": ("officer", "finance"),
    "county_rural": ("officer",),
}
"""The duties that each kind of office has; an institution has officers only."""


def office_code(division: str, kind: str) -> str:
    """The code of a division's office: its GB/T 2260 code and the suffix of its line."""
    return f"{division}-{RURAL if kind.endswith('_rural') else CIVIL}"


def settle_programme(work: Work, *, sample: bool) -> int:
    """Registers the pack's batches and every office with its people; returns how many offices are new.

    Safe to repeat: what is there already stays as it is. With `sample` the people are invented and their addresses
    end in `.example`; otherwise addresses stay empty until the office gives them, and `doctor` says so.
    """
    _settle_batches(work)
    connection = work.session.connection()
    keep_calendar(connection, work.workdays)
    known = set(connection.execute(select(col(Organisation.code))).scalars())
    since = work.programme.rules(work.today).day("programme.starts_on")
    offices = [row for row in _offices(work, since, sample=sample) if row["code"] not in known]
    if not offices:
        return 0
    people = [row for office in offices for row in _people(work, office, sample=sample)]
    connection.execute(insert(Organisation), offices)
    connection.execute(insert(Person), [{key: row[key] for key in _PERSON} for row in people])
    connection.execute(insert(Duty), [{key: row[key] for key in _DUTY} for row in people])
    record.note(work, "organisation", "*", act="offices.settle", offices=len(offices), people=len(people))
    return len(offices)


_PERSON = ("code", "name", "email", "mobile", "sample")
_DUTY = ("person", "organisation", "duty", "valid_from")


def _settle_batches(work: Work) -> None:
    for plan in work.programme.batches:
        if work.session.get(Batch, plan.number) is None:
            start, end = period_of(work.programme, plan.number)
            batch = Batch(
                number=plan.number,
                label=plan.label,
                rules_as_of=work.programme.batches[0].opened_on or plan.announce_by,
                announce_by=plan.announce_by,
                period_start=start,
                period_end=end,
            )
            record.create(work, batch, act="opening.plan_batch")


def _offices(work: Work, since: date, *, sample: bool) -> Iterator[dict[str, Any]]:
    for division, kind, city in _posts(work):
        code = office_code(division.code, kind)
        yield {
            "code": code,
            "name": say(f"offices.{kind}", division=division.name),
            "kind": kind,
            "division": division.code,
            "city": city,
            "email": f"{code}@offices.example" if sample else "",
            "sample": sample,
            "valid_from": since,
        }


def _posts(work: Work) -> Iterator[tuple[Division, str, str | None]]:
    divisions = work.divisions
    for province in divisions.provinces():
        yield province, "province_civil", None
        yield province, "province_rural", None
    own = divisions.cities()
    for city in own:
        yield city, "city_civil", city.code
        yield city, "city_rural", city.code
        for county in divisions.counties_of(city.code):
            yield county, "county_civil", city.code
            yield county, "county_rural", city.code
    # A city whose province takes no part is where the senders come from (K05).
    for city in divisions.all:
        if city.level is DivisionLevel.CITY and city not in own:
            yield city, "sender_bureau", None


def _people(work: Work, office: dict[str, Any], *, sample: bool) -> Iterator[dict[str, Any]]:
    for duty in DUTIES[office["kind"]]:
        code = f"{office['code']}.{duty}"
        yield {
            "code": code,
            "name": say("offices.person", office=office["name"], duty=work.programme.label("duty", duty)),
            "email": f"{code}@people.example" if sample else "",
            "mobile": "",
            "sample": sample,
            "person": code,
            "organisation": office["code"],
            "duty": duty,
            "valid_from": office["valid_from"],
        }
