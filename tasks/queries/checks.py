"""Every invariant of the whole database: what must never be, found in SQL, each with its clause and sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, text
from sqlmodel import col

from models.agreement import Agreement
from models.mail import Letter
from models.messages import say
from models.opening import Batch
from models.organisation import Institution, Organisation
from models.pairing import Pair
from models.rules.agreement import due_parties
from models.rules.quotas import counted_batches
from models.states import MOVES
from models.step import Occasion, Step
from tasks.queries.invariants import DEEDS, GONE, STATEMENTS, UNDONE
from tasks.watchman import last_sweep, watch
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant: its code, the object, the facts of its sentence."""

    code: str
    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """What is wrong, by which clause, what to do."""
        return say(f"check.{self.code}", subject=self.subject, **self.facts)


def check(work: Work) -> list[Finding]:
    """Every broken invariant; an empty list is a sound database. Read-only, set-based."""
    return [
        *_by_statement(work),
        *_deeds(work),
        *_signatures(work),
        *_quotas(work),
        *_states(work),
        *_told_after_end(work),
        *_sent_on_day_off(work),
        *_heard(work),
    ]


def _by_statement(work: Work) -> Iterator[Finding]:
    connection = work.session.connection()
    rules = work.programme.rules(work.today)
    given = {
        "day_halves": int(rules.decimal("fieldwork.day_max") / rules.decimal("fieldwork.day_step")),
        "offices": len(rules.names("evaluation.report_offices")),
    }
    for code, statement in STATEMENTS.items():
        named = {name: value for name, value in given.items() if f":{name}" in statement}
        for subject in sorted(str(one) for one in connection.execute(text(statement), named).scalars()):
            yield Finding(code, subject)


def _deeds(work: Work) -> Iterator[Finding]:
    """A step is open until the deed it asks for is done, and settled only by it."""
    connection = work.session.connection()
    wanted = [
        *(("step_done_open", kind, "open", f"EXISTS (SELECT 1 FROM {deed})") for kind, deed in DEEDS.items()),
        *(("step_done_open", kind, "open", f"EXISTS (SELECT 1 FROM {gone})") for kind, gone in GONE.items()),
        *(
            ("step_settled_undone", kind, "settled", f"NOT EXISTS (SELECT 1 FROM {UNDONE.get(kind, deed)})")
            for kind, deed in DEEDS.items()
        ),
    ]
    for code, kind, state, condition in wanted:
        statement = f"SELECT s.key FROM step AS s WHERE s.kind = :kind AND s.state = :state AND {condition}"
        rows = connection.execute(text(statement), {"kind": kind, "state": state}).scalars()
        for key in sorted(rows):
            yield Finding(code, key, {"matter": work.programme.step(kind).title})


def _signatures(work: Work) -> Iterator[Finding]:
    """K27: an agreement has the parties of the rule, four or three; an effective one their signatures and no other."""
    signed: dict[str, set[str]] = {}
    for pair, party in work.session.connection().execute(text("SELECT pair, party FROM signature")):
        signed.setdefault(pair, set()).add(party)
    wanted = (
        select(Agreement, col(Organisation.kind), col(Institution.level))
        .join(Pair, col(Pair.key) == col(Agreement.pair))
        .join(Organisation, col(Organisation.code) == col(Pair.nominator))
        .outerjoin(Institution, col(Institution.uscc) == col(Pair.recipient))
        .order_by(col(Agreement.pair))
    )
    for agreement, kind, level in work.session.execute(wanted).all():
        given = signed.get(agreement.pair, set())
        due = due_parties(
            work.rules(agreement.batch),
            nominated_by_city=kind == "city_civil",
            is_city_level=level == "city",
        )
        if set(agreement.parties) != set(due):
            yield Finding("parties", agreement.pair, {"given": agreement.parties, "due": [*due]})
        complete = agreement.effective_on is None or given == set(agreement.parties)
        if not complete or given - set(agreement.parties):
            yield Finding("signatures", agreement.pair, {"given": sorted(given), "due": agreement.parties})


_NOMINATED = """
SELECT a.nominator, COUNT(*) FROM application AS a
 WHERE a.batch IN :batches AND a.channel = :channel AND a.nominator_slot IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM override AS o WHERE o.application = a.key AND o.clause = :clause)
 GROUP BY a.nominator HAVING COUNT(*) > :cap ORDER BY a.nominator
"""
_RANKED = """
SELECT city, COUNT(*) FROM application WHERE batch IN :batches AND channel IN :channels AND city_rank IS NOT NULL
 GROUP BY city HAVING COUNT(*) > :cap ORDER BY city
"""


def _quotas(work: Work) -> Iterator[Finding]:
    """K20–K22 under each batch's own rules: nobody over a cap without an override, the city's total never.

    What a batch counts together with others (A7) is held against it with those before it; A5 says whether the city's
    total has the direct one in it.
    """
    for batch in (
        work.session.connection().execute(select(col(Batch.number)).order_by(col(Batch.number))).scalars()
    ):
        rules = work.rules(batch)
        numbers = (one.number for one in work.programme.batches)
        batches = [one for one in counted_batches(batch, numbers, rules) if one <= batch]
        channels = ["county", "city"] if rules.flag("quota.city_total_includes_direct") else ["county"]
        for statement, key, given in (
            (_NOMINATED, "quota.county", {"channel": "county", "clause": "K20"}),
            (_NOMINATED, "quota.city_direct", {"channel": "city", "clause": "K21"}),
            (_RANKED, "quota.city_total", {"channels": channels}),
        ):
            cap, clause = rules.number(key), rules.clause(key)
            lists: list[BindParameter[Any]] = [
                bindparam(name, expanding=True) for name in ("batches", "channels") if f":{name}" in statement
            ]
            asked = text(statement).bindparams(*lists)
            rows = work.session.connection().execute(asked, {"batches": batches, "cap": cap, **given})
            for office, count in rows:
                yield Finding("quota", f"{batch}:{office}", {"clause": clause, "count": count, "cap": cap})


def _states(work: Work) -> Iterator[Finding]:
    """Every object stands in a state that its table of moves knows."""
    connection = work.session.connection()
    for table, moves in MOVES.items():
        known = {origin for move in moves for origin in move.origins} | {move.target for move in moves}
        for (state,) in connection.execute(text(f"SELECT DISTINCT state FROM {table}")).all():
            if state not in known:
                yield Finding("state", table, {"state": state})


def _told_after_end(work: Work) -> Iterator[Finding]:
    """Nobody is reminded of what was settled on an earlier day."""
    wanted = (
        select(col(Step.key), col(Step.settled_at), func.max(col(Occasion.made_on)))
        .join(Occasion, col(Occasion.step_id) == col(Step.id))
        .where(col(Step.state) != "open", col(Step.settled_at).is_not(None))
        .group_by(col(Step.key), col(Step.settled_at))
        .order_by(col(Step.key))
    )
    for key, settled_at, made_on in work.session.connection().execute(wanted):
        if made_on > settled_at.date():
            yield Finding("told_after_end", key, {"day": made_on})


def _sent_on_day_off(work: Work) -> Iterator[Finding]:
    """Nothing but receipts is sent on a day off."""
    connection = work.session.connection()
    wanted = select(col(Letter.key), col(Letter.sent_at)).where(
        col(Letter.state) == "sent", col(Letter.legal_class) != "receipt"
    )
    for key, sent_at in connection.execute(wanted):
        if sent_at is not None and not work.workdays.is_workday(sent_at.date()):
            yield Finding("sent_on_day_off", key, {"day": sent_at.date()})


def _heard(work: Work) -> Iterator[Finding]:
    """K32: as of the last sweep everybody has heard what he should, nobody anything else, and all await the next."""
    through = last_sweep(work)
    for fault in watch(work, through=through) if through else ():
        yield Finding(f"watch_{fault.wrong}", fault.step, fault.facts)
