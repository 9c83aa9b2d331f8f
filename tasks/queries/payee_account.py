"""The account name that a transfer is expected to go to, for the payer who is to enter it (K41)."""

from models.agreement import Agreement
from models.pairing import Pair
from models.rules.money import Leg
from tasks.disbursement import ends_of
from tasks.funding import funding_of
from tasks.parties import name_of
from tasks.work import Work


def payee_account_name(work: Work, leg: str, pair: str) -> str:
    """The agreement's account name for a sender, else the payee's own name; '' for anybody but the payer."""
    found = work.session.get(Pair, pair)
    if found is None or leg not in set(Leg):
        return ""
    payer, payee = ends_of(work, Leg(leg), found, funding_of(work, found))
    if payer != work.actor.organisation:
        return ""
    agreement = work.session.get(Agreement, pair) if leg == Leg.B else None
    return str((agreement.payee_account if agreement else {}).get("name") or name_of(work, payee))
