"""States of every object and the table of legal moves, as data; only tasks/record.py makes a move."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class BatchState(StrEnum):
    """Where a batch stands."""

    PREPARING = "preparing"
    ANNOUNCED = "announced"
    OPEN = "open"
    REVIEWING = "reviewing"
    PAIRING = "pairing"
    SIGNING = "signing"
    RUNNING = "running"
    CLOSED = "closed"


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    DECLINED = "declined"
    RECOMMENDED = "recommended"
    RANKED = "ranked"
    NOT_SENT = "not_sent"
    EMAILED = "emailed"
    CORRECTING = "correcting"
    CHECKED = "checked"
    APPROVED = "approved"
    WAITING = "waiting"
    REJECTED = "rejected"
    PAIRED = "paired"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class SubmissionState(StrEnum):
    """Where a city's submission stands."""

    COLLECTING = "collecting"
    RANKED = "ranked"
    EMAILED = "emailed"
    POSTED = "posted"
    ARRIVED = "arrived"
    REGISTERED = "registered"
    MISSED = "missed"


class RosterState(StrEnum):
    """Whether a sender on Shenzhen's roster is free."""

    AVAILABLE = "available"
    PAIRED = "paired"
    WITHDRAWN = "withdrawn"


class ListState(StrEnum):
    """Where a pairing list stands between the two confirmations."""

    PROPOSED = "proposed"
    HALF_CONFIRMED = "half_confirmed"
    FINAL = "final"
    DROPPED = "dropped"


class PairState(StrEnum):
    """Where a pair stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    EFFECTIVE = "effective"
    ENDED = "ended"
    REPLACED = "replaced"
    DROPPED = "dropped"


class AgreementState(StrEnum):
    """Where an agreement stands."""

    SIGNING = "signing"
    EFFECTIVE = "effective"
    ENDED = "ended"
    SUPERSEDED = "superseded"


class MoneyState(StrEnum):
    """Where a voucher or a payment stands; `received` is confirmed by the payee."""

    ENTERED = "entered"
    PAID = "paid"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


class ReturnState(StrEnum):
    """Where a monthly return stands."""

    ENTERED = "entered"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"


class EvaluationState(StrEnum):
    """Where an evaluation stands."""

    EVALUATED = "evaluated"
    COSIGNED = "cosigned"


class ReportState(StrEnum):
    """Where a city's annual report stands."""

    FILED = "filed"
    RECEIVED = "received"


class StepState(StrEnum):
    """Where a step stands."""

    OPEN = "open"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class MailState(StrEnum):
    """Where a received mail stands."""

    WAITING = "waiting"
    FILED = "filed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Move:
    """`act` takes an object from one of `origins` to `target`."""

    act: str
    origins: tuple[str, ...]
    target: str


def _move(act: str, origins: str, target: str) -> Move:
    return Move(act, tuple(origins.split()), target)


MOVES: Mapping[str, tuple[Move, ...]] = MappingProxyType(
    {
        "batch": (
            _move("opening.announce_batch", "preparing", BatchState.ANNOUNCED),
            _move("opening.open_batch", "announced", BatchState.OPEN),
            _move("review.start_review", "open", BatchState.REVIEWING),
            _move("review.decide", "reviewing", BatchState.PAIRING),
            _move("pairing.confirm_list", "pairing", BatchState.SIGNING),
            _move("agreement.sign", "signing", BatchState.RUNNING),
            _move("agreement.terminate", "signing", BatchState.RUNNING),
            _move("evaluation.close_batch", "running", BatchState.CLOSED),
        ),
        "application": (
            _move("application.submit", "draft returned", ApplicationState.SUBMITTED),
            _move("application.return_for_changes", "submitted", ApplicationState.RETURNED),
            _move("application.recall", "submitted", ApplicationState.RETURNED),
            _move("application.decline", "submitted", ApplicationState.DECLINED),
            _move("application.recommend", "submitted", ApplicationState.RECOMMENDED),
            _move("application.recall_recommendation", "recommended", ApplicationState.SUBMITTED),
            _move("application.rank_city", "recommended", ApplicationState.RANKED),
            _move("application.rank_city", "recommended", ApplicationState.NOT_SENT),
            _move("application.reopen_ranking", "ranked not_sent", ApplicationState.RECOMMENDED),
            _move("application.email_submission", "ranked", ApplicationState.EMAILED),
            _move("application.register_mail", "ranked", ApplicationState.EMAILED),
            _move("application.check", "emailed", ApplicationState.CHECKED),
            _move("application.request_correction", "emailed", ApplicationState.CORRECTING),
            _move("application.correct", "correcting", ApplicationState.EMAILED),
            _move(
                "application.lapse",
                "draft returned submitted not_sent recommended ranked",
                ApplicationState.LAPSED,
            ),
            _move(
                "application.withdraw",
                "draft submitted returned recommended ranked emailed correcting checked approved waiting",
                ApplicationState.WITHDRAWN,
            ),
            _move("review.decide", "checked", ApplicationState.APPROVED),
            _move("review.decide", "checked", ApplicationState.WAITING),
            _move("review.decide", "checked correcting", ApplicationState.REJECTED),
            _move("pairing.confirm_list", "approved", ApplicationState.PAIRED),
            _move("pairing.confirm_list", "approved", ApplicationState.WAITING),
            _move("pairing.confirm_list", "approved", ApplicationState.LAPSED),
            _move("pairing.offer_waiting", "waiting", ApplicationState.APPROVED),
            _move("pairing.withdraw_offer", "approved", ApplicationState.WAITING),
            _move("agreement.replace_pair", "approved waiting", ApplicationState.PAIRED),
        ),
        "submission": (
            _move("application.rank_city", "collecting", SubmissionState.RANKED),
            _move("application.reopen_ranking", "ranked", SubmissionState.COLLECTING),
            _move("application.email_submission", "ranked", SubmissionState.EMAILED),
            _move("application.register_mail", "ranked", SubmissionState.EMAILED),
            _move("application.close_city", "collecting ranked", SubmissionState.MISSED),
            _move("application.post_originals", "emailed", SubmissionState.POSTED),
            _move("application.record_arrival", "posted", SubmissionState.ARRIVED),
            _move("application.register_originals", "arrived", SubmissionState.REGISTERED),
        ),
        "roster_entry": (
            _move("pairing.confirm_list", "available", RosterState.PAIRED),
            _move("agreement.replace_pair", "available", RosterState.PAIRED),
            _move("agreement.replace_pair", "paired", RosterState.WITHDRAWN),
            _move("agreement.replace_pair", "paired", RosterState.AVAILABLE),
            _move("agreement.terminate", "paired", RosterState.WITHDRAWN),
            _move("pairing.withdraw_sender", "available", RosterState.WITHDRAWN),
            _move("pairing.restore_sender", "withdrawn", RosterState.AVAILABLE),
        ),
        "pairing_list": (
            _move("pairing.confirm_list", "proposed", ListState.HALF_CONFIRMED),
            _move("pairing.confirm_list", "half_confirmed", ListState.FINAL),
            _move("pairing.propose_pairs", "half_confirmed", ListState.DROPPED),
            _move("pairing.withdraw_offer", "proposed half_confirmed", ListState.DROPPED),
        ),
        "pair": (
            _move("pairing.confirm_list", "proposed", PairState.CONFIRMED),
            _move("pairing.propose_pairs", "proposed", PairState.DROPPED),
            _move("pairing.withdraw_offer", "proposed", PairState.DROPPED),
            _move("agreement.sign", "confirmed", PairState.EFFECTIVE),
            _move("agreement.replace_pair", "confirmed effective", PairState.REPLACED),
            _move("agreement.terminate", "confirmed effective", PairState.ENDED),
            _move("evaluation.close_batch", "effective", PairState.ENDED),
        ),
        "agreement": (
            _move("agreement.sign", "signing", AgreementState.EFFECTIVE),
            _move("agreement.replace_pair", "signing effective", AgreementState.SUPERSEDED),
            _move("agreement.terminate", "signing effective", AgreementState.ENDED),
            _move("evaluation.close_batch", "effective", AgreementState.ENDED),
        ),
        "voucher": (
            _move("disbursement.approve_payment", "entered", MoneyState.PAID),
            _move("disbursement.cancel_payment", "entered", MoneyState.CANCELLED),
            _move("disbursement.confirm_receipt", "paid", MoneyState.RECEIVED),
            _move("disbursement.reverse_payment", "paid received", MoneyState.REVERSED),
        ),
        "payment": (
            _move("disbursement.approve_payment", "entered", MoneyState.PAID),
            _move("disbursement.cancel_payment", "entered", MoneyState.CANCELLED),
            _move("disbursement.confirm_receipt", "paid", MoneyState.RECEIVED),
            _move("disbursement.reverse_payment", "paid received", MoneyState.REVERSED),
        ),
        "monthly_return": (
            _move("fieldwork.confirm_month", "entered", ReturnState.CONFIRMED),
            _move("fieldwork.dispute_month", "entered", ReturnState.DISPUTED),
            _move("fieldwork.enter_month", "disputed", ReturnState.ENTERED),
        ),
        "evaluation": (_move("evaluation.cosign_evaluation", "evaluated", EvaluationState.COSIGNED),),
        "annual_report": (_move("evaluation.receive_report", "filed", ReportState.RECEIVED),),
        "received_mail": (
            _move("intake.receive", "waiting", MailState.FILED),
            _move("intake.place", "waiting dismissed", MailState.FILED),
            _move("intake.place", "dismissed", MailState.WAITING),
            _move("intake.take_form", "waiting", MailState.FILED),
            _move("intake.take_up", "waiting", MailState.FILED),
            _move("intake.settle", "waiting", MailState.FILED),
            _move("intake.dismiss", "waiting", MailState.DISMISSED),
            _move("intake.reopen", "filed dismissed", MailState.WAITING),
        ),
        "step": (
            _move("settle", "open", StepState.SETTLED),
            _move("cancel", "open", StepState.CANCELLED),
        ),
    }
)
"""Table name → the moves its objects may make."""

INITIAL: Mapping[str, str] = MappingProxyType(
    {
        "batch": BatchState.PREPARING,
        "application": ApplicationState.DRAFT,
        "submission": SubmissionState.COLLECTING,
        "roster_entry": RosterState.AVAILABLE,
        "pairing_list": ListState.PROPOSED,
        "pair": PairState.PROPOSED,
        "agreement": AgreementState.SIGNING,
        "voucher": MoneyState.ENTERED,
        "payment": MoneyState.ENTERED,
        "monthly_return": ReturnState.ENTERED,
        "evaluation": EvaluationState.EVALUATED,
        "annual_report": ReportState.FILED,
        "received_mail": MailState.WAITING,
        "step": StepState.OPEN,
    }
)
"""The state in which an object of a table is made."""


def legal_move(table: str, act: str, origin: str, target: str) -> bool:
    """Whether `act` may take an object of `table` from `origin` to `target`."""
    return any(m.act == act and origin in m.origins and m.target == target for m in MOVES[table])
