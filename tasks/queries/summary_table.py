"""Appendix 2: a city's summary table, generated from the applications on its list and never typed (K23)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import Application, Submission
from models.clock import china_date
from models.messages import say
from models.organisation import Duty, Institution, Person
from tasks.dossier import sent_form
from tasks.parties import name_of
from tasks.refusal import NotFound
from tasks.submission import applications_of
from tasks.work import Work

LISTED = ("ranked", "emailed", "posted", "arrived", "registered")
"""States of a submission in which there is a list."""


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """The table as it is printed: title, header fields and rows by column key, and the hash of what it shows."""

    batch: int
    city: str
    title: str
    labels: dict[str, str]
    header: dict[str, str]
    rows: tuple[dict[str, Any], ...]
    applications: tuple[tuple[str, int], ...]
    digest: str

    def as_row(self) -> dict[str, Any]:
        """The table as plain data."""
        return {
            "batch": self.batch,
            "city": self.city,
            "title": self.title,
            "labels": self.labels,
            "header": self.header,
            "rows": list(self.rows),
            "applications": [{"application": key, "version": version} for key, version in self.applications],
            "sha256": self.digest,
        }


def summary_table(work: Work, batch: int, city: str) -> SummaryTable:
    """The table of a batch and city, in the order of the city's ranks (K22, K23).

    The hash is taken over the applications, their versions and what is shown of them: printed, it says whether the
    sheet and the applications are still the same. The day is that of the mail once it is sent, before it today's.
    Raises NotFound while the city has no list.
    """
    work.batch(batch)
    submission = work.session.get(Submission, f"{batch}:{city}")
    if submission is None or submission.state not in LISTED:
        raise NotFound("summary_table.no_list", field="city", city=_city_name(work, city), batch=batch)
    listed = [one for one in _all_of(work, batch, city) if one.city_rank is not None]
    columns = work.programme.summary_columns
    values = {
        "city": _city_name(work, city),
        "filled_by": _officer(work, f"{city}-mz"),
        "filled_on": china_date(submission.emailed_at or work.now).isoformat(),
        "seal": "",
    }
    rows = tuple(_row(work, number, one) for number, one in enumerate(listed, start=1))
    return SummaryTable(
        batch=batch,
        city=city,
        title=work.programme.summary_title,
        labels={one.key: one.label for one in columns},
        header={one.key: values[one.key] for one in columns if one.header},
        rows=tuple({one.key: row[one.key] for one in columns if not one.header} for row in rows),
        applications=tuple((one.key, one.version) for one in listed),
        digest=_digest(listed, rows),
    )


def _all_of(work: Work, batch: int, city: str) -> list[Application]:
    wanted = select(col(Application.state)).where(
        col(Application.batch) == batch, col(Application.city) == city
    )
    states = sorted(set(work.session.connection().execute(wanted).scalars()))
    return applications_of(work, batch, city, *states)


def _row(work: Work, number: int, application: Application) -> dict[str, Any]:
    """One institution's line: from its form, where the form does not say it from its registration."""
    form = sent_form(work, application)
    institution = work.session.get(Institution, application.uscc)
    kind = form.get("institution_type") or (institution.type if institution is not None else "")
    return {
        "number": number,
        "institution": str(form.get("institution_name") or name_of(work, application.uscc)),
        "nature": work.programme.words["institution_type"].get(str(kind), str(kind)),
        "trainees": form.get("trainees") or form.get("professionals_trained") or "",
        "contact": str(form.get("contact_name", "")),
        "phone": str(form.get("contact_mobile", "")),
        "email": str(form.get("contact_email", "")),
        "nominator": name_of(work, application.nominator),
    }


def _digest(listed: list[Application], rows: tuple[dict[str, Any], ...]) -> str:
    shown = [[one.key, one.version, row] for one, row in zip(listed, rows, strict=True)]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _officer(work: Work, office: str) -> str:
    wanted = (
        select(col(Person.name))
        .join(Duty, col(Duty.person) == col(Person.code))
        .where(col(Duty.organisation) == office, col(Duty.duty) == "officer")
        .order_by(col(Person.code))
    )
    found: str | None = work.session.connection().execute(wanted).scalars().first()
    return found or ""


def _city_name(work: Work, city: str) -> str:
    known = {one.code: one.name for one in work.divisions.cities()}
    if city not in known:
        raise NotFound("summary_table.no_city", field="city", city=city)
    return known[city]


def footnote(table: SummaryTable) -> str:
    """The line under the printed table: which applications in which version, and their hash."""
    versions = [
        say("summary_table.version", application=key, version=version) for key, version in table.applications
    ]
    return say("summary_table.footnote", versions=versions, digest=table.digest)
