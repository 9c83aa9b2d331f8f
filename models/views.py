"""Read-only views that other programs may build on; their columns are stable (DESIGN section 7)."""

from sqlalchemy import Connection, text

_VIEWS = {
    "v_steps": """
SELECT s.key AS id, s.kind, s.batch, s.subject, s.city, s.owner, s.opened_at, s.due_on, s.provisional, s.state,
       s.settled_at,
       (SELECT COUNT(*) FROM occasion AS o WHERE o.step_id = s.id AND o.nature = 'reminder') AS reminded,
       (SELECT COUNT(*) FROM occasion AS o WHERE o.step_id = s.id AND o.nature = 'escalation') AS escalated
  FROM step AS s
""",
    "v_outbox": """
SELECT key, message_id, kind, address AS recipient, state, attempts, created_at, sent_at FROM letter
""",
    "v_audit": "SELECT seq, at, actor, act, subject, prev, hash FROM event",
    "v_ledger": "SELECT entry, payment, leg, batch, year, pair, account, fen, booked_at FROM ledger_line",
    # What a pair promised counts in the years at whose end it stood; what was done counts whoever did it. A visit is
    # senior workers sent, a trainee a professional trained; money counts once, so leg B (leg A's money) is left out.
    "v_rollup": """
SELECT f.year, p.batch, p.city, f.indicator, CAST(SUM(f.promised) AS BIGINT) AS promised,
       CAST(SUM(f.achieved) + SUM(f.fen) / 100 AS BIGINT) AS achieved
  FROM (SELECT i.year, i.pair, i.indicator, i.promised, 0 AS achieved, 0 AS fen
          FROM indicator AS i JOIN pair AS q ON q.key = i.pair
         WHERE q.effective_on IS NOT NULL
           AND (q.ended_on IS NULL OR SUBSTR(CAST(q.ended_on AS TEXT), 1, 4) > CAST(i.year AS TEXT))
        UNION ALL SELECT year, pair, indicator, 0, amount, 0 FROM activity
        UNION ALL SELECT year, pair, 'target_institutions', 0, amount, 0 FROM activity
                   WHERE indicator = 'institutions_incubated'
        UNION ALL SELECT year, pair, 'target_person_times', 0, amount, 0 FROM activity
                   WHERE indicator = 'people_trained'
        UNION ALL SELECT year, pair, 'target_professionals', 0, COUNT(DISTINCT id_hash), 0 FROM trainee
                   GROUP BY year, pair
        UNION ALL SELECT year, pair, 'senior_workers', 0, people, 0 FROM visit
        UNION ALL SELECT year, pair, 'invested', 0, 0, fen FROM payment
                   WHERE leg <> 'B' AND state IN ('paid', 'received')
        UNION ALL SELECT year, pair, 'invested', 0, 0, fen FROM own_funds) AS f
  JOIN pair AS p ON p.key = f.pair
 GROUP BY f.year, p.batch, p.city, f.indicator
""",
}


def create_views(connection: Connection) -> None:
    """Creates the views, replacing earlier ones; safe to repeat."""
    for name, query in _VIEWS.items():
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))


def drop_views(connection: Connection) -> None:
    """Takes the views away, for a migration that changes the tables under them."""
    for name in _VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
