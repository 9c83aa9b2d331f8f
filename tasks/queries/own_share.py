"""Which of an office's steps are one person's own: those whose letters go to a duty that they hold today."""

from dataclasses import dataclass

from sqlalchemy import Date, String, bindparam, or_, select
from sqlmodel import col

from models.organisation import Duty
from models.prepared import Prepared
from models.programme.pack import split_address
from models.rules.access import Viewer
from tasks.parties import current_office
from tasks.work import Work

ANYBODY = ("owner", "nominator", "nominator_rural", "payer", "payee", "committee")
"""Owners that the pack names by their part in the matter: offices and institutions of several kinds may be it."""

MONEY = "disbursement."
"""The acts of a finance person begin so, whoever gets the letters of a step that they settle."""

_DUTIES = Prepared(
    select(col(Duty.person), col(Duty.duty)).where(
        col(Duty.organisation) == bindparam("office", type_=String),
        col(Duty.valid_from) <= bindparam("today", type_=Date),
        or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= bindparam("today", type_=Date)),
    )
)


@dataclass(frozen=True, slots=True)
class Share:
    """`kinds` are the kinds of step that are one's own, None where all of the office's are.

    `is_office` says that no kind of step is for one's duties at all, so that the office's list is shown instead;
    `is_money` that these are the office's steps of money, of which its letters tell a colleague.
    """

    kinds: tuple[str, ...] | None
    is_office: bool = False
    is_money: bool = False
    duties: frozenset[str] = frozenset()


def own_share(work: Work, viewer: Viewer) -> Share:
    """The kinds of step that are the viewer's own, or those of whoever they stand in for.

    A duty that nobody in the office holds is everybody's: its letters go to the office itself. A finance person to whom
    the pack addresses nothing has the steps by which money is paid and received.
    """
    office = current_office(work, viewer.organisation)
    rows = _DUTIES.rows(work.session, {"office": office, "today": work.today})
    person = viewer.in_place_of or viewer.person
    mine = frozenset(duty for one, duty in rows if one == person)
    others = {duty for _one, duty in rows} - mine
    owners = {kind.id: split_address(kind.owner) for kind in work.programme.steps}
    asked = {duty for party, duty in owners.values() if party in (viewer.role, *ANYBODY)}
    if not asked & mine:
        if "finance" in mine and asked & others:
            return Share(_money_kinds(work), is_money=True, duties=mine)
        return Share(None, is_office=True, duties=mine)
    if not asked & others:
        return Share(None, duties=mine)
    return Share(tuple(kind for kind, (_party, duty) in owners.items() if duty not in others), duties=mine)


def _money_kinds(work: Work) -> tuple[str, ...]:
    return tuple(
        kind.id for kind in work.programme.steps if any(act.startswith(MONEY) for act in kind.settled_by)
    )
