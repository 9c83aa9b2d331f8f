"""What must never be found in the database, as statements that return the subjects for which it is."""

from collections.abc import Mapping

from models.step_count import RECOUNT

_LIVE = "('entered', 'paid', 'received')"
_PAID = "('paid', 'received')"
_ACTIVE = "('proposed', 'confirmed', 'effective')"
_SENT = "('emailed', 'correcting', 'checked', 'approved', 'waiting', 'rejected', 'paired')"

_MONEY: Mapping[str, str] = {
    "ledger_unbalanced": """
SELECT entry FROM ledger_line GROUP BY entry HAVING SUM(fen) <> 0 OR COUNT(*) <> 2""",
    "ledger_other_sum": """
SELECT l.entry FROM ledger_line AS l JOIN payment AS p ON p.key = l.payment
 GROUP BY l.entry, p.fen HAVING MAX(l.fen) <> p.fen""",
    "payment_unbooked": """
SELECT p.key FROM payment AS p WHERE p.state IN ('paid', 'received', 'reversed')
   AND NOT EXISTS (SELECT 1 FROM ledger_line AS l WHERE l.entry = p.key)""",
    "ledger_without_payment": """
SELECT DISTINCT l.entry FROM ledger_line AS l JOIN payment AS p ON p.key = l.payment
 WHERE p.state IN ('entered', 'cancelled')""",
    "reversal_unbooked": """
SELECT p.key FROM payment AS p WHERE p.state = 'reversed'
   AND NOT EXISTS (SELECT 1 FROM ledger_line AS l WHERE l.payment = p.key AND l.entry <> p.key)""",
    "leg_paid_twice": f"""
SELECT pair FROM payment WHERE state IN {_LIVE}
 GROUP BY batch, year, pair, leg, instalment HAVING COUNT(*) > 1""",
    "b_unlike_a": f"""
SELECT b.key FROM payment AS b JOIN payment AS a ON a.pair = b.pair AND a.year = b.year AND a.leg = 'A'
   AND a.state IN {_PAID} WHERE b.leg = 'B' AND b.state IN {_PAID} AND b.fen <> a.fen""",
    "voucher_sum": """
SELECT v.key FROM voucher AS v
 WHERE v.fen <> (SELECT COALESCE(SUM(p.fen), 0) FROM payment AS p WHERE p.voucher = v.key)""",
    "voucher_state": """
SELECT p.key FROM payment AS p JOIN voucher AS v ON v.key = p.voucher WHERE p.state <> v.state""",
    "maker_is_checker": "SELECT key FROM voucher WHERE maker = checker",
}

_PAIRS: Mapping[str, str] = {
    "sender_in_two_pairs": f"""
SELECT sender FROM pair WHERE state IN {_ACTIVE} GROUP BY batch, sender HAVING COUNT(*) > 1""",
    "recipient_in_two_pairs": f"""
SELECT recipient FROM pair WHERE state IN {_ACTIVE} GROUP BY batch, recipient HAVING COUNT(*) > 1""",
    "effective_without_agreement": """
SELECT p.key FROM pair AS p WHERE p.state = 'effective'
   AND NOT EXISTS (SELECT 1 FROM agreement AS a WHERE a.pair = p.key AND a.state = 'effective')""",
    "signed_before_list": """
SELECT DISTINCT s.pair FROM signature AS s JOIN pair AS p ON p.key = s.pair WHERE s.signed_on < p.confirmed_on""",
    "signing_step_missing": """
SELECT a.pair FROM agreement AS a WHERE a.state = 'signing'
   AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.pair = a.pair AND s.kind = 'S13' AND s.state = 'open')""",
    "closed_batch_pair": """
SELECT p.key FROM pair AS p JOIN batch AS b ON b.number = p.batch
 WHERE b.state = 'closed' AND p.state IN ('proposed', 'confirmed', 'effective')""",
}

_DAYS: Mapping[str, str] = {
    "day_overfull": """
SELECT t.id_masked FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee
 GROUP BY t.id_hash, t.id_masked, d.day HAVING SUM(d.half_days) > :day_halves""",
    "month_sum": """
SELECT m.key FROM monthly_return AS m
 WHERE m.half_days <> (SELECT COALESCE(SUM(d.half_days), 0) FROM service_day AS d WHERE d.monthly = m.key)""",
    "day_outside": """
SELECT DISTINCT t.key FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee JOIN pair AS p ON p.key = t.pair
  JOIN batch AS b ON b.number = p.batch
 WHERE d.day < p.effective_on OR d.day > p.ended_on OR d.day > b.period_end OR d.day < b.period_start""",
    "day_off_roster": """
SELECT DISTINCT t.key FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee
 WHERE d.day < t.joined_on OR d.day > t.left_on""",
    "trainee_in_two_pairs": """
SELECT id_masked FROM trainee WHERE left_on IS NULL
 GROUP BY year, id_hash, id_masked HAVING COUNT(DISTINCT pair) > 1""",
    "self_confirmed": """
SELECT DISTINCT e.subject FROM event AS e
  JOIN event AS f ON f.subject = e.subject AND f.act = 'fieldwork.enter_month'
 WHERE e.act = 'fieldwork.confirm_month' AND e.actor = f.actor""",
}

_STEPS: Mapping[str, str] = {
    "step_settled_before": """
SELECT key FROM step WHERE state <> 'open' AND (settled_at IS NULL OR settled_at < opened_at)""",
    "step_open_and_settled": "SELECT key FROM step WHERE state = 'open' AND settled_at IS NOT NULL",
    "step_without_owner": """
SELECT s.key FROM step AS s WHERE NOT EXISTS (SELECT 1 FROM organisation AS o WHERE o.code = s.owner)""",
    "step_on_finished_pair": """
SELECT s.key FROM step AS s JOIN pair AS p ON p.key = s.pair
 WHERE s.state = 'open' AND p.state NOT IN ('confirmed', 'effective')""",
    "step_on_closed_batch": """
SELECT s.key FROM step AS s JOIN batch AS b ON b.number = s.batch WHERE s.state = 'open' AND b.state = 'closed'""",
    "step_count": f"""
SELECT owner || '/' || kind FROM (SELECT owner, kind, batch, city, due_on, n FROM step_count
        UNION ALL SELECT owner, kind, batch, city, due_on, -n FROM ({RECOUNT}) AS r) AS c
 GROUP BY owner, kind, batch, city, due_on HAVING SUM(n) <> 0""",
    "occasion_early": """
SELECT DISTINCT s.key FROM occasion AS o JOIN step AS s ON s.id = o.step_id WHERE o.made_on < o.nominal_on""",
    "notice_without_letter": """
SELECT DISTINCT n.person FROM notice AS n WHERE n.letter_key IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM letter AS l WHERE l.key = n.letter_key)""",
}

_APPLICATIONS: Mapping[str, str] = {
    "submission_rows": """
SELECT s.key FROM submission AS s WHERE s.rows IS NOT NULL AND s.rows < (SELECT COUNT(*) FROM application AS a
        WHERE a.batch = s.batch AND a.city = s.city AND a.city_rank IS NOT NULL)""",
    "rank_gap": """
SELECT CAST(batch AS TEXT) || ':' || city FROM application WHERE city_rank IS NOT NULL
 GROUP BY batch, city HAVING MAX(city_rank) <> COUNT(*)""",
    "sent_without_rank": f"""
SELECT key FROM application WHERE state IN {_SENT} AND city_rank IS NULL""",
    "sent_without_submission": f"""
SELECT a.key FROM application AS a WHERE a.state IN {_SENT} AND NOT EXISTS (
       SELECT 1 FROM submission AS s WHERE s.batch = a.batch AND s.city = a.city AND s.emailed_at IS NOT NULL)""",
    "paired_without_pair": """
SELECT a.key FROM application AS a WHERE a.state = 'paired' AND NOT EXISTS (
       SELECT 1 FROM pair AS p WHERE p.application = a.key AND p.state NOT IN ('proposed', 'dropped'))
UNION SELECT p.key FROM pair AS p JOIN application AS a ON a.key = p.application
 WHERE p.state IN ('confirmed', 'effective') AND a.state <> 'paired'""",
    "report_receipts": """
SELECT r.key FROM annual_report AS r WHERE r.state = 'received'
   AND (SELECT COUNT(*) FROM report_receipt AS c WHERE c.report = r.key) <> :offices""",
    "report_unsigned": "SELECT key FROM annual_report WHERE state = 'received' AND NOT cosigned",
}

STATEMENTS: Mapping[str, str] = {**_MONEY, **_PAIRS, **_DAYS, **_STEPS, **_APPLICATIONS}
"""Code of a finding → the statement that returns its subjects."""

_PAIR_YEAR = "d.pair || ':' || CAST(d.year AS TEXT) = s.subject"

DEEDS: Mapping[str, str] = {
    "S05": "submission AS d WHERE d.key = s.subject AND d.emailed_at IS NOT NULL",
    "S06": "submission AS d WHERE d.key = s.subject AND d.posted_on IS NOT NULL",
    "S07": "submission AS d WHERE d.key = s.subject AND d.registered_on IS NOT NULL",
    "S10": "decision AS d WHERE CAST(d.batch AS TEXT) = s.subject",
    "S12": "pairing_list AS d WHERE d.key = s.subject AND d.state = 'final'",
    "S13": """signature AS d WHERE d.pair = s.pair AND (d.organisation = s.owner
    OR d.organisation IN (SELECT c.successor FROM succession AS c WHERE c.predecessor = s.owner))""",
    "S15": f"payment AS d WHERE {_PAIR_YEAR} AND d.leg = 'B' AND d.state IN {_PAID}",
    "S16": f"payment AS d WHERE {_PAIR_YEAR} AND d.leg = 'C' AND d.state IN {_PAID}",
    "S17": "voucher AS d WHERE d.key = s.subject AND d.state IN ('received', 'reversed')",
    "S18": f"roster AS d WHERE {_PAIR_YEAR}",
    "S19": "monthly_return AS d WHERE d.key = s.subject AND d.state IN ('entered', 'confirmed')",
    "S19C": "monthly_return AS d WHERE d.key = s.subject AND d.state IN ('confirmed', 'disputed')",
    "S20": "pace_alert AS d WHERE d.key = s.subject AND d.answered_at IS NOT NULL",
    "S21": "tracking AS d WHERE d.city || ':' || d.quarter = s.subject",
    "S22": f"""self_evaluation AS d WHERE {_PAIR_YEAR} AND d.side = 'sender'
   AND EXISTS (SELECT 1 FROM self_evaluation AS e
                WHERE e.pair = d.pair AND e.year = d.year AND e.side = 'recipient')""",
    "S23": "evaluation AS d WHERE d.key = s.subject",
    "S23C": "evaluation AS d WHERE d.key = s.subject AND d.state = 'cosigned'",
    "S24C": "annual_report AS d WHERE d.key = s.subject AND d.cosigned",
    "S24": "annual_report AS d WHERE d.key = s.subject AND d.state = 'received'",
    "S25": "rollup AS d WHERE CAST(d.year AS TEXT) = s.subject",
    "S27": "closing_account AS d WHERE CAST(d.batch AS TEXT) = s.subject",
}
"""Kind of step → where it is seen that what it asks for has been done."""

UNDONE: Mapping[str, str] = {
    "S15": f"payment AS d WHERE {_PAIR_YEAR} AND d.leg = 'B' AND d.state IN ('paid', 'received', 'reversed')",
    "S16": f"payment AS d WHERE {_PAIR_YEAR} AND d.leg = 'C' AND d.state IN ('paid', 'received', 'reversed')",
    "S19": "monthly_return AS d WHERE d.key = s.subject",
    "S19C": "monthly_return AS d WHERE d.key = s.subject",
}
"""Kinds whose deed may be undone later: the step that was settled then stays settled, a new one stands open."""

GONE: Mapping[str, str] = {
    "S02": "application AS d WHERE d.key = s.subject AND d.state NOT IN ('draft', 'returned')",
    "S03C": """application AS d WHERE d.key = s.subject
   AND (d.state <> 'submitted' OR d.plan_consented_on IS NOT NULL)""",
    "S08": "application AS d WHERE d.key = s.subject AND d.state <> 'emailed'",
    "S08C": "application AS d WHERE d.key = s.subject AND d.state <> 'correcting'",
    "S04": "submission AS d WHERE d.key = s.subject AND d.state <> 'collecting'",
}
"""Kinds whose object may have moved on in more than one way: then they are not open any more."""
