"""The ledger: every payment is an entry of two lines that sum to zero; a reversal is a new entry (DESIGN section 5)."""

from sqlalchemy import bindparam, insert

from models.disbursement import LedgerLine, Payment
from models.prepared import Prepared
from tasks.work import Work

_BOOK = Prepared(insert(LedgerLine).values({column: bindparam(column) for column in LedgerLine.model_fields}))


def book(work: Work, payments: list[Payment]) -> None:
    """Books payments: out of the payer's account, into the payee's."""
    _write(work, payments, suffix="", sign=1)


def book_back(work: Work, payments: list[Payment]) -> None:
    """Books the reversal of payments as entries of their own; the first ones stay as they are."""
    _write(work, payments, suffix=":reversal", sign=-1)


def _write(work: Work, payments: list[Payment], *, suffix: str, sign: int) -> None:
    lines = [
        {
            "entry": f"{payment.key}{suffix}",
            "account": account,
            "payment": payment.key,
            "leg": payment.leg,
            "batch": payment.batch,
            "year": payment.year,
            "pair": payment.pair,
            "fen": fen,
            "booked_at": work.now,
        }
        for payment in payments
        for account, fen in ((payment.payer, -sign * payment.fen), (payment.payee, sign * payment.fen))
    ]
    _BOOK.each(work.session, lines)
