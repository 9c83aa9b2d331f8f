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
    "v_rollup": """
SELECT i.year, p.batch, p.city, i.indicator, SUM(i.promised) AS promised,
       COALESCE((SELECT SUM(a.amount) FROM activity AS a JOIN pair AS q ON q.key = a.pair
                  WHERE a.year = i.year AND a.indicator = i.indicator AND q.city = p.city AND q.batch = p.batch), 0)
       AS achieved
  FROM indicator AS i JOIN pair AS p ON p.key = i.pair
 GROUP BY i.year, p.batch, p.city, i.indicator
""",
}


def create_views(connection: Connection) -> None:
    """Creates the views, replacing earlier ones; safe to repeat."""
    for name, query in _VIEWS.items():
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))
