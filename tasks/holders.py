"""Who is told of a duty on a day, and at which address: the one truth of sweep, letters, rehearsal and explanation.

Whoever holds the duty is told; while they are absent their deputy is; where nobody holds it, the office itself is.
"""

import re

# `days(day)` must stand before this. A deputy who is away too is followed to their own deputy, and nobody twice: a
# circle ends with the last who was not passed yet. The fragment is the same text on both databases.
_STAND_IN = """
stand_in(day, person, deputy, hops, path) AS (
  SELECT y.day, a.person, a.deputy, 1, '/' || a.person || '/' || a.deputy || '/'
    FROM days AS y JOIN absence AS a ON a.absent_from <= y.day AND a.absent_until >= y.day
  UNION ALL
  SELECT s.day, s.person, a.deputy, s.hops + 1, s.path || a.deputy || '/'
    FROM stand_in AS s
    JOIN absence AS a ON a.person = s.deputy AND a.absent_from <= s.day AND a.absent_until >= s.day
   WHERE REPLACE(s.path, '/' || a.deputy || '/', '') = s.path
), stands(day, person, deputy) AS (
  SELECT s.day, s.person, s.deputy FROM stand_in AS s
   WHERE s.hops = (SELECT MAX(t.hops) FROM stand_in AS t WHERE t.day = s.day AND t.person = s.person)
)"""

# An office that was merged into another is that one from the day on, also for steps that still name the old office.
_HOLDER = """
base(day, organisation, duty, person, on_behalf_of) AS (
  SELECT y.day, d.organisation, d.duty, COALESCE(s.deputy, d.person),
         CASE WHEN s.deputy IS NULL THEN NULL ELSE d.person END
    FROM days AS y
    JOIN duty AS d ON d.valid_from <= y.day AND (d.valid_to IS NULL OR d.valid_to >= y.day){of_duty}
    LEFT JOIN stands AS s ON s.day = y.day AND s.person = d.person
  UNION ALL
  SELECT y.day, o.code, t.duty, o.code, NULL
    FROM days AS y CROSS JOIN organisation AS o CROSS JOIN ({duties}) AS t
   WHERE NOT EXISTS (SELECT 1 FROM duty AS d WHERE d.organisation = o.code AND d.duty = t.duty
                        AND d.valid_from <= y.day AND (d.valid_to IS NULL OR d.valid_to >= y.day)){of_office}
), heir(day, predecessor, successor) AS (
  SELECT y.day, c.predecessor, c.successor FROM days AS y JOIN succession AS c ON c.since <= y.day
  UNION ALL
  SELECT h.day, h.predecessor, c.successor
    FROM heir AS h JOIN succession AS c ON c.predecessor = h.successor AND c.since <= h.day
), holder(day, organisation, office, duty, person, on_behalf_of) AS (
  SELECT b.day, b.organisation, b.organisation, b.duty, b.person, b.on_behalf_of FROM base AS b
   WHERE NOT EXISTS (SELECT 1 FROM succession AS c WHERE c.predecessor = b.organisation AND c.since <= b.day)
  UNION ALL
  SELECT b.day, h.predecessor, b.organisation, b.duty, b.person, b.on_behalf_of
    FROM heir AS h JOIN base AS b ON b.day = h.day AND b.organisation = h.successor
   WHERE NOT EXISTS (SELECT 1 FROM succession AS c WHERE c.predecessor = h.successor AND c.since <= h.day)
)"""

LADDER_DUTIES = "SELECT DISTINCT duty FROM policy_tell"
"""The duties that steps ask for."""

TODAY = "SELECT :today"
"""The one day of a sweep or an act."""


def stand_ins(days: str = TODAY) -> str:
    """`WITH` tables ending in `stands(day, person, deputy)`; `days` is a query that gives the days."""
    return f"WITH RECURSIVE days(day) AS ({days}), {_STAND_IN.strip()}"


def holders(days: str = TODAY, duties: str = LADDER_DUTIES, offices: str | None = None) -> str:
    """`WITH` tables ending in `holder(day, organisation, office, duty, person, on_behalf_of)`.

    `office` is the organisation, or who took over from it; `person` is the office's own code where nobody there holds
    one of the `duties` asked for. `offices` is a query of the only ones looked at, with all who took over from them.
    """
    of_duty = f" AND d.organisation IN ({offices})" if offices else ""
    of_office = f" AND o.code IN ({offices})" if offices else ""
    holder = _HOLDER.strip().format(duties=duties, of_duty=of_duty, of_office=of_office)
    return f"{stand_ins(days)}, {holder}"


def reach(person: str, office: str) -> str:
    """An SQL expression for where a person (or, with no row of persons, an office) is written to; '' for nowhere.

    `person` and `office` are aliases of the tables, `:today` is the day. An address that does not work is passed over.
    """
    return f"COALESCE({_working(person)}, {_working(office)}, '')"


def _working(alias: str) -> str:
    if not re.fullmatch("[a-z]+", alias):
        raise ValueError(f"{alias!r} is no alias")
    dead = (
        f"SELECT 1 FROM dead_address AS x WHERE x.address = LOWER({alias}.email) AND x.since <= :today"
        " AND (x.lifted_on IS NULL OR x.lifted_on > :today)"
    )
    return f"CASE WHEN {alias}.email LIKE '_%@_%' AND NOT EXISTS ({dead}) THEN {alias}.email END"
