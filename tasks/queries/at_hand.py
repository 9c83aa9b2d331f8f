"""What an office can do now though no step of its own says so: it waits for nobody's date."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlmodel import col

from models.application import Submission
from models.evaluation import AnnualReport, ReportReceipt
from models.intake import ReceivedMail
from models.opening import Batch
from models.pairing import Pair, PairingList
from models.review import PanelMember
from models.rules.access import Viewer
from tasks.work import Work

_HANDED_IN = ("emailed", "posted", "arrived", "registered")


@dataclass(frozen=True, slots=True)
class AtHand:
    """One thing to do: `kind` is `papers` (on their way from so many cities), `panel` (none yet), `list` (of pairs),
    `reports` (of a year, from so many cities), or `mails` (that wait for an officer).
    """

    kind: str
    batch: int
    label: str
    count: int = 0
    year: int = 0


def at_hand(work: Work, viewer: Viewer) -> tuple[AtHand, ...]:
    """What waits beside an office's own steps: papers to register (K24), a panel to form (K25), a list or report.

    The step of a pairing list is the province's; Shenzhen's confirmation is half of it (K26). That of a report is the
    city's; it ends when both provincial offices have received it (K33).
    """
    match viewer.role:
        case "province_civil":
            return (*_mails(work), *_of_province(work), *_reports(work, viewer.role))
        case "province_rural":
            return _reports(work, viewer.role)
        case "sender_bureau":
            return _of_shenzhen(work)
        case _:
            return ()


def _mails(work: Work) -> tuple[AtHand, ...]:
    """Mails that somebody has to look at, those of programs apart (K23); of no batch, as nobody may have said which."""
    waiting = (
        select(func.count())
        .select_from(ReceivedMail)
        .where(col(ReceivedMail.state) == "waiting", col(ReceivedMail.answer) != "automatic")
    )
    count = int(work.session.connection().execute(waiting).scalar_one())
    return (AtHand("mails", 0, "", count),) if count else ()


def _reports(work: Work, office: str) -> tuple[AtHand, ...]:
    receipt = exists().where(
        col(ReportReceipt.report) == col(AnnualReport.key), col(ReportReceipt.office) == office
    )
    wanted = (
        select(col(AnnualReport.year), col(Batch.number), col(Batch.label), func.count())
        .join(Batch, col(Batch.number) == col(AnnualReport.batch))
        .where(col(AnnualReport.state) == "filed", col(AnnualReport.cosigned).is_(True), ~receipt)
        .group_by(col(AnnualReport.year), col(Batch.number), col(Batch.label))
        .order_by(col(AnnualReport.year))
    )
    rows = work.session.connection().execute(wanted)
    return tuple(AtHand("reports", number, label, count, year) for year, number, label, count in rows)


def _of_shenzhen(work: Work) -> tuple[AtHand, ...]:
    wanted = (
        select(col(Batch.number), col(Batch.label), func.count(col(Pair.key)))
        .join(PairingList, col(PairingList.batch) == col(Batch.number))
        .join(Pair, col(Pair.list_key) == col(PairingList.key))
        .where(
            col(PairingList.state).in_(("proposed", "half_confirmed")),
            col(PairingList.shenzhen_confirmed_on).is_(None),
            col(Pair.state) == "proposed",
        )
        .group_by(col(Batch.number), col(Batch.label))
    )
    rows = work.session.connection().execute(wanted)
    return tuple(AtHand("list", number, label, count) for number, label, count in rows)


def _of_province(work: Work) -> tuple[AtHand, ...]:
    run = work.session.connection().execute
    posted = (
        select(col(Batch.number), col(Batch.label), func.count())
        .join(Submission, col(Submission.batch) == col(Batch.number))
        .where(col(Submission.state) == "posted")
        .group_by(col(Batch.number), col(Batch.label))
    )
    without_panel = select(col(Batch.number), col(Batch.label)).where(
        col(Batch.state) == "open",
        exists().where(col(Submission.batch) == col(Batch.number), col(Submission.state).in_(_HANDED_IN)),
        ~exists().where(col(PanelMember.batch) == col(Batch.number)),
    )
    papers = [AtHand("papers", number, label, count) for number, label, count in run(posted)]
    return (*papers, *(AtHand("panel", number, label) for number, label in run(without_panel)))
