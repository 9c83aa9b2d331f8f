"""What the money was spent on, and money a pair raised itself (K07, K43–K45)."""

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.disbursement import OwnFunds, Payment, Spending
from models.pairing import Pair
from models.prepared import Prepared, one_of
from models.rules.breach import RuleBroken, split
from models.rules.spending import Fund, own_funds_breaches, spending_breaches
from models.rules.spending import Spending as RuleSpending
from models.session import PreparedObjects
from tasks import record
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.refusal import AlreadyDone, NotEntitled, NotFound
from tasks.work import Work


@act("disbursement.record_spending", by=("sender", "recipient"), clauses=("K43", "K44"))
def record_spending(
    work: Work,
    pair: str,
    *,
    year: int,
    lines: dict[str, int],
    note: str = "",
    board_for: tuple[str, ...] = (),
) -> int:
    """Writes what the actor's institution spent of a year's money, by category in fen; replaces an earlier return.

    `board_for` says whose board and lodging it was (visiting, trained), where A26 is read narrowly.
    Returns the sum. Raises RuleBroken over what was received or for a category outside K43 and K44; what is flagged
    (equipment, management fees) is kept in the event.
    """
    found = _own_pair(work, pair)
    sender = work.actor.organisation == found.sender
    fund = Fund.ASSISTANCE if sender else Fund.LIVING
    people = frozenset(board_for)
    rows = [RuleSpending(category, fen, note, people) for category, fen in sorted(lines.items())]
    received = _received(work, pair, year, "B" if sender else "C")
    faults, flagged = split(spending_breaches(rows, fund, received, work.rules(found.batch)))
    if faults:
        raise RuleBroken(faults)

    own = {"pair": pair, "year": year, "organisation": work.actor.organisation}
    if earlier := _RETURNED.all(work.session, own):
        for row in earlier:
            work.session.delete(row)
        work.session.flush()
    for one in rows:
        work.session.add(
            Spending(
                pair=pair,
                year=year,
                organisation=work.actor.organisation,
                category=one.category,
                fen=one.fen,
                note=note,
            )
        )
    work.session.flush()
    record.note(
        work,
        "pair",
        pair,
        act="disbursement.record_spending",
        batch=found.batch,
        year=year,
        lines=lines,
        received=received,
        board_for=board_for or None,
        flagged=[one.text for one in flagged],
    )
    return sum(lines.values())


@act("disbursement.record_own_funds", by=("sender", "recipient"), clauses=("K07", "K45"))
def record_own_funds(work: Work, pair: str, *, year: int, source: str, fen: int, note: str) -> OwnFunds:
    """Writes money that the actor's institution raised for the programme, by source (K45)."""
    found = _own_pair(work, pair)
    require_reason(note)
    breaches = own_funds_breaches(source, fen, work.rules(found.batch))
    if breaches:
        raise RuleBroken(breaches)

    key = f"{pair}:{year}:{work.actor.organisation}:{source}"
    if work.session.get(OwnFunds, key) is not None:
        raise AlreadyDone("act.registered", subject=key)

    row = OwnFunds(
        key=key,
        pair=pair,
        year=year,
        source=source,
        fen=fen,
        note=note,
    )
    return record.create(work, row, act="disbursement.record_own_funds", source=source, fen=fen)


def _own_pair(work: Work, pair: str) -> Pair:
    found = work.session.get(Pair, pair)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=pair)
    if work.actor.organisation not in (found.sender, found.recipient):
        raise NotEntitled("act.not_entitled", actor=str(work.actor), organisation=found.recipient)
    return found


_RETURNED = PreparedObjects(
    Spending,
    col(Spending.pair) == bindparam("pair"),
    col(Spending.year) == bindparam("year"),
    col(Spending.organisation) == bindparam("organisation"),
)
_RECEIVED = Prepared(
    select(func.coalesce(func.sum(col(Payment.fen)), 0)).where(
        col(Payment.pair) == bindparam("pair"),
        col(Payment.year) == bindparam("year"),
        col(Payment.leg) == bindparam("leg"),
        one_of(col(Payment.state), ("paid", "received")),
    )
)


def _received(work: Work, pair: str, year: int, leg: str) -> int:
    return int(_RECEIVED.scalar(work.session, {"pair": pair, "year": year, "leg": leg}))
