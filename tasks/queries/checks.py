"""Every invariant of the whole database: what must never be, found in SQL, each with its clause and sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from models.agreement import Agreement
from models.mail import Letter
from models.messages import say
from models.states import MOVES
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


_LIVE = "('entered', 'paid', 'received')"
_PAID = "('paid', 'received')"
_ACTIVE = "('proposed', 'confirmed', 'effective')"

_STATEMENTS: Mapping[str, str] = {
    # Money (K39–K42)
    "ledger_unbalanced": "SELECT entry FROM ledger_line GROUP BY entry HAVING SUM(fen) <> 0 OR COUNT(*) <> 2",
    "payment_unbooked": """
SELECT p.key FROM payment AS p WHERE p.state IN ('paid', 'received', 'reversed')
   AND NOT EXISTS (SELECT 1 FROM ledger_line AS l WHERE l.entry = p.key)""",
    "ledger_without_payment": """
SELECT l.entry FROM ledger_line AS l JOIN payment AS p ON p.key = l.payment
 WHERE p.state IN ('entered', 'cancelled')""",
    "reversal_unbooked": """
SELECT p.key FROM payment AS p WHERE p.state = 'reversed'
   AND NOT EXISTS (SELECT 1 FROM ledger_line AS l WHERE l.payment = p.key AND l.entry <> p.key)""",
    "leg_paid_twice": f"""
SELECT pair FROM payment WHERE state IN {_LIVE} GROUP BY batch, year, pair, leg, instalment HAVING COUNT(*) > 1""",
    "b_unlike_a": f"""
SELECT b.key FROM payment AS b JOIN payment AS a ON a.pair = b.pair AND a.year = b.year AND a.leg = 'A'
   AND a.state IN {_PAID} WHERE b.leg = 'B' AND b.state IN {_PAID} AND b.fen <> a.fen""",
    "voucher_sum": """
SELECT v.key FROM voucher AS v WHERE v.fen <> (SELECT COALESCE(SUM(p.fen), 0) FROM payment AS p WHERE p.voucher = v.key)""",
    "maker_is_checker": "SELECT key FROM voucher WHERE maker = checker",
    # Pairs and agreements (K06, K27)
    "sender_in_two_pairs": f"SELECT sender FROM pair WHERE state IN {_ACTIVE} GROUP BY batch, sender HAVING COUNT(*) > 1",
    "recipient_in_two_pairs": f"""
SELECT recipient FROM pair WHERE state IN {_ACTIVE} GROUP BY batch, recipient HAVING COUNT(*) > 1""",
    "effective_without_agreement": """
SELECT p.key FROM pair AS p WHERE p.state = 'effective'
   AND NOT EXISTS (SELECT 1 FROM agreement AS a WHERE a.pair = p.key AND a.state = 'effective')""",
    "signed_before_list": """
SELECT s.pair FROM signature AS s JOIN pair AS p ON p.key = s.pair WHERE s.signed_on < p.confirmed_on""",
    # Days (K31)
    "day_overfull": """
SELECT t.id_masked FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee
 GROUP BY t.id_hash, t.id_masked, d.day HAVING SUM(d.half_days) > 2""",
    "month_sum": """
SELECT m.key FROM monthly_return AS m
 WHERE m.half_days <> (SELECT COALESCE(SUM(d.half_days), 0) FROM service_day AS d WHERE d.monthly = m.key)""",
    "day_outside": """
SELECT t.pair FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee JOIN pair AS p ON p.key = t.pair
  JOIN batch AS b ON b.number = p.batch
 WHERE d.day < p.effective_on OR d.day > b.period_end OR d.day < b.period_start""",
    "self_confirmed": """
SELECT e.subject FROM event AS e JOIN event AS f ON f.subject = e.subject AND f.act = 'fieldwork.enter_month'
 WHERE e.act = 'fieldwork.confirm_month' AND e.actor = f.actor""",
    # Steps, reminders, letters
    "step_settled_before": "SELECT key FROM step WHERE state <> 'open' AND (settled_at IS NULL OR settled_at < opened_at)",
    "step_on_finished_pair": """
SELECT s.key FROM step AS s JOIN pair AS p ON p.key = s.pair WHERE s.state = 'open' AND p.state NOT IN ('confirmed', 'effective')""",
    "step_on_closed_batch": """
SELECT s.key FROM step AS s JOIN batch AS b ON b.number = s.batch WHERE s.state = 'open' AND b.state = 'closed'""",
    "occasion_early": "SELECT s.key FROM occasion AS o JOIN step AS s ON s.id = o.step_id WHERE o.made_on < o.nominal_on",
    "notice_without_letter": """
SELECT n.person FROM notice AS n WHERE n.letter_key IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM letter AS l WHERE l.key = n.letter_key)""",
    "signing_step_missing": """
SELECT a.pair FROM agreement AS a WHERE a.state = 'signing'
   AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.pair = a.pair AND s.kind = 'S13' AND s.state = 'open')""",
    # Submissions and reports (K22–K24, K33)
    "submission_rows": """
SELECT s.key FROM submission AS s WHERE s.rows IS NOT NULL AND s.rows < (
       SELECT COUNT(*) FROM application AS a WHERE a.batch = s.batch AND a.city = s.city AND a.city_rank IS NOT NULL)""",
    "report_receipts": """
SELECT r.key FROM annual_report AS r WHERE r.state = 'received'
   AND (SELECT COUNT(*) FROM report_receipt AS c WHERE c.report = r.key) <> 2""",
}


def check(work: Work) -> list[Finding]:
    """Every broken invariant; an empty list is a sound database. Read-only, set-based."""
    return [
        *_by_statement(work),
        *_signatures(work),
        *_quotas(work),
        *_states(work),
        *_sent_on_day_off(work),
    ]


def _by_statement(work: Work) -> Iterator[Finding]:
    connection = work.session.connection()
    for code, statement in _STATEMENTS.items():
        for (subject,) in connection.execute(text(statement)).all():
            yield Finding(code, str(subject))


def _signatures(work: Work) -> Iterator[Finding]:
    """K27: an effective agreement has exactly its parties' signatures, four or three."""
    connection = work.session.connection()
    signed: dict[str, set[str]] = {}
    for pair, party in connection.execute(text("SELECT pair, party FROM signature")):
        signed.setdefault(pair, set()).add(party)
    for agreement in work.session.execute(select(Agreement)).scalars().all():
        given = signed.get(agreement.pair, set())
        if given - set(agreement.parties) or (
            agreement.effective_on is not None and given != set(agreement.parties)
        ):
            yield Finding("signatures", agreement.pair, {"given": sorted(given), "due": agreement.parties})


def _quotas(work: Work) -> Iterator[Finding]:
    """K20–K22: nobody over a cap without override; the city's total never."""
    connection = work.session.connection()
    rules = work.programme.rules(work.today)
    caps = (
        ("county", "quota.county", "K20"),
        ("city", "quota.city_direct", "K21"),
    )
    for channel, key, clause in caps:
        rows = connection.execute(
            text(
                "SELECT a.batch, a.nominator, COUNT(*) FROM application AS a WHERE a.nominator_slot IS NOT NULL"
                " AND a.channel = :channel AND NOT EXISTS (SELECT 1 FROM override AS o WHERE o.application = a.key"
                " AND o.clause = :clause) GROUP BY a.batch, a.nominator HAVING COUNT(*) > :cap"
            ),
            {"channel": channel, "clause": clause, "cap": rules.number(key)},
        )
        for batch, nominator, count in rows:
            yield Finding(
                "quota", f"{batch}:{nominator}", {"clause": clause, "count": count, "cap": rules.number(key)}
            )
    rows = connection.execute(
        text(
            "SELECT batch, city, COUNT(*) FROM application WHERE city_rank IS NOT NULL"
            " GROUP BY batch, city HAVING COUNT(*) > :cap"
        ),
        {"cap": rules.number("quota.city_total")},
    )
    for batch, city, count in rows:
        cap = rules.number("quota.city_total")
        yield Finding("quota", f"{batch}:{city}", {"clause": "K22", "count": count, "cap": cap})


def _states(work: Work) -> Iterator[Finding]:
    """Every object stands in a state that its table of moves knows."""
    connection = work.session.connection()
    for table, moves in MOVES.items():
        known = {origin for move in moves for origin in move.origins} | {move.target for move in moves}
        for (state,) in connection.execute(text(f"SELECT DISTINCT state FROM {table}")).all():
            if state not in known:
                yield Finding("state", table, {"state": state})


def _sent_on_day_off(work: Work) -> Iterator[Finding]:
    """Nothing but receipts is sent on a day off."""
    connection = work.session.connection()
    wanted = select(col(Letter.key), col(Letter.sent_at)).where(
        col(Letter.state) == "sent", col(Letter.legal_class) != "receipt"
    )
    for key, sent_at in connection.execute(wanted):
        if sent_at is not None and not work.workdays.is_workday(sent_at.date()):
            yield Finding("sent_on_day_off", key, {"day": sent_at.date()})
