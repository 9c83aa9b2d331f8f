"""The replay's figures at the end: steps, letters, money by leg, days and reports."""

from typing import Any

from sqlalchemy import text

from models.messages import say
from tasks.work import Work

_STEPS = """
SELECT kind, COUNT(*), SUM(CASE WHEN state = 'settled' AND (due_on IS NULL OR settled_on <= due_on) THEN 1 ELSE 0 END),
       SUM(CASE WHEN state = 'settled' AND settled_on > due_on THEN 1 ELSE 0 END),
       SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END)
  FROM ({steps}) AS s GROUP BY kind ORDER BY kind
"""
# The day of settling in China: eight hours after UTC, the whole year round.
_SETTLED_ON = {
    "sqlite": "SELECT kind, state, due_on, date(settled_at, '+8 hours') AS settled_on FROM step",
    "postgresql": "SELECT kind, state, due_on, CAST(settled_at AT TIME ZONE 'Asia/Shanghai' AS DATE) AS settled_on FROM step",
}
_LETTERS = "SELECT kind, COUNT(*) FROM letter WHERE state = 'sent' GROUP BY kind ORDER BY kind"
_MONEY = """
SELECT batch, year, leg, COUNT(*), SUM(fen) FROM payment WHERE state IN ('paid', 'received')
 GROUP BY batch, year, leg ORDER BY batch, year, leg
"""
_DAYS = """
SELECT t.year, COUNT(DISTINCT t.key), SUM(d.half_days) FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee
 GROUP BY t.year ORDER BY t.year
"""
_REPORTS = "SELECT year, COUNT(*) FROM annual_report WHERE state = 'received' GROUP BY year ORDER BY year"
_PAIRS = "SELECT batch, state, COUNT(*) FROM pair GROUP BY batch, state ORDER BY batch, state"


def summary_of(work: Work) -> dict[str, dict[str, Any]]:
    """Every figure by its Chinese heading; money in yuan, days in days."""
    connection = work.session.connection()
    steps = _STEPS.format(steps=_SETTLED_ON[connection.dialect.name])
    programme = work.programme
    return {
        say("replay.steps"): {
            f"{kind} {programme.step(kind).title}": say(
                "replay.step_counts",
                opened=opened,
                on_time=on_time or 0,
                late=late or 0,
                still=still,
                cancelled=gone,
            )
            for kind, opened, on_time, late, still, gone in connection.execute(text(steps))
        },
        say("replay.letters"): {str(kind): int(count) for kind, count in connection.execute(text(_LETTERS))},
        say("replay.pairs"): {
            say("replay.pair_state", batch=batch, state=programme.label("pair_state", state)): count
            for batch, state, count in connection.execute(text(_PAIRS))
        },
        say("replay.money"): {
            say("replay.leg", batch=batch, year=year, leg=programme.label("leg", leg)): say(
                "replay.amount", count=count, yuan=f"{int(fen) // 100:,}"
            )
            for batch, year, leg, count, fen in connection.execute(text(_MONEY))
        },
        say("replay.days"): {
            str(year): say("replay.day_counts", people=people, days=int(halves) / 2)
            for year, people, halves in connection.execute(text(_DAYS))
        },
        say("replay.reports"): {str(year): count for year, count in connection.execute(text(_REPORTS))},
    }
