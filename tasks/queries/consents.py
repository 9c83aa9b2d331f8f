"""What waits for the word of who owes no step of it: plans, evaluations, reports (rural offices), months (senders)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.evaluation import AnnualReport, Evaluation
from models.fieldwork import MonthlyReturn
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from tasks.parties import former_offices, name_of
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Consent:
    """One thing that others cannot go on with before this office has spoken; it is no step, so no date is its own."""

    act: str
    path: str
    name: str
    period: str = ""
    key: str = ""
    """The values that name it to the act, with commas between, where several can be done at once."""


def awaited_consents(work: Work, viewer: Viewer) -> tuple[Consent, ...]:
    """Plans (K37), evaluations (K37) and the city's report (K35) for a rural office, entered months (K31) for a sender.

    Nothing for anybody else.
    """
    if viewer.role == "sender":
        return tuple(_months(work, viewer.organisation))
    if viewer.role not in ("county_rural", "city_rural"):
        return ()
    offices = (viewer.organisation, *former_offices(work, viewer.organisation))
    beside = [one.replace("-xz", "-mz") for one in offices]
    return (*_plans(work, beside), *_evaluations(work, beside), *_reports(work, viewer))


def _months(work: Work, sender: str) -> Iterator[Consent]:
    wanted = (
        select(col(MonthlyReturn.pair), col(MonthlyReturn.month), col(Organisation.name))
        .join(Pair, col(Pair.key) == col(MonthlyReturn.pair))
        .join(Organisation, col(Organisation.code) == col(Pair.recipient))
        .where(col(Pair.sender) == sender, col(MonthlyReturn.state) == "entered")
        .order_by(col(MonthlyReturn.month), col(MonthlyReturn.pair))
    )
    for pair, month, name in work.session.connection().execute(wanted):
        path = f"/fieldwork/{pair}:{month[:4]}/month/{month}"
        yield Consent("fieldwork.confirm_month", path, name, month, f"{pair},{month}")


def _plans(work: Work, nominators: list[str]) -> Iterator[Consent]:
    wanted = (
        select(col(Application.key), col(Organisation.name))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(
            col(Application.nominator).in_(nominators),
            col(Application.state) == "submitted",
            col(Application.plan_consented_on).is_(None),
        )
        .order_by(col(Application.key))
    )
    for key, name in work.session.connection().execute(wanted):
        yield Consent("application.consent_plan", f"/application/{key}", name)


def _evaluations(work: Work, nominators: list[str]) -> Iterator[Consent]:
    wanted = (
        select(col(Evaluation.key), col(Evaluation.year), col(Organisation.name))
        .join(Pair, col(Pair.key) == col(Evaluation.pair))
        .join(Organisation, col(Organisation.code) == col(Pair.recipient))
        .where(col(Pair.nominator).in_(nominators), col(Evaluation.state) == "evaluated")
        .order_by(col(Evaluation.key))
    )
    for key, year, name in work.session.connection().execute(wanted):
        yield Consent("evaluation.cosign_evaluation", f"/evaluation/{key}", name, str(year))


def _reports(work: Work, viewer: Viewer) -> Iterator[Consent]:
    if viewer.role != "city_rural":
        return
    wanted = (
        select(col(AnnualReport.year), col(AnnualReport.city))
        .where(col(AnnualReport.city) == viewer.city, col(AnnualReport.cosigned).is_(False))
        .distinct()
    )
    for year, city in work.session.connection().execute(wanted):
        yield Consent(
            "evaluation.cosign_report", f"/report/{year}:{city}", name_of(work, f"{city}-mz"), str(year)
        )
