"""The year's figures per city and province: indicators promised and achieved, people, days, money by leg, lateness."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, bindparam, text

from models.prepared import Prepared
from tasks.refusal import BadInput
from tasks.work import Work

# Whoever worked in the year is in its figures; `standing` are the pairs that still did at its end.
_PAIRS = """
SELECT p.key, p.city, CASE WHEN p.ended_on IS NULL OR p.ended_on > :last THEN 1 ELSE 0 END AS standing
  FROM pair AS p JOIN batch AS b ON b.number = p.batch
 WHERE p.effective_on <= :last AND (p.ended_on IS NULL OR p.ended_on >= :first)
   AND b.period_start <= :last AND b.period_end >= :first AND (:batch = 0 OR p.batch = :batch)
 ORDER BY p.key
"""
_INDICATORS = """
SELECT city, indicator, SUM(promised), SUM(achieved) FROM v_rollup
 WHERE year = :year AND (:batch = 0 OR batch = :batch) GROUP BY city, indicator
"""
# Each of these: pair, part of the figures, name within the part, amount.
_PEOPLE = "SELECT pair, 'people', '', COUNT(DISTINCT id_hash) FROM trainee WHERE year = :year GROUP BY pair"
_DAYS = """
SELECT t.pair, 'days', '', SUM(d.half_days) FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee
 WHERE t.year = :year GROUP BY t.pair
"""
_MONEY = """
SELECT pair, 'money', leg, SUM(fen) FROM payment
 WHERE year = :year AND state IN ('paid', 'received') GROUP BY pair, leg
"""
_OWN = "SELECT pair, 'money', 'own', SUM(fen) FROM own_funds WHERE year = :year GROUP BY pair"
_GRADES = "SELECT pair, 'grades', grade, COUNT(*) FROM evaluation WHERE year = :year GROUP BY pair, grade"
_LATE = {
    "sqlite": """
SELECT s.city, s.kind, COUNT(*) FROM step AS s
 WHERE s.state = 'settled' AND s.due_on IS NOT NULL AND date(s.settled_at, '+8 hours') > s.due_on
   AND s.due_on BETWEEN :first AND :last AND (:batch = 0 OR s.batch = :batch) GROUP BY s.city, s.kind
""",
    "postgresql": """
SELECT s.city, s.kind, COUNT(*) FROM step AS s
 WHERE s.state = 'settled' AND s.due_on IS NOT NULL
   AND CAST(s.settled_at AT TIME ZONE 'Asia/Shanghai' AS DATE) > s.due_on
   AND s.due_on BETWEEN :first AND :last AND (:batch = 0 OR s.batch = :batch)
 GROUP BY s.city, s.kind
""",
}


def rollup_of(work: Work, year: int, batch: int | None = None) -> dict[str, Any]:
    """The figures of a calendar year: `{year, batch, province, cities: {code: …}}`, sums in fen, days in days.

    Indicators are those of the view v_rollup. Equal records give equal figures; nothing is typed in anywhere.
    Raises BadInput for a year outside the programme (K04) or a batch that there is not.
    """
    require_year(work, year)
    if batch is not None:
        work.batch(batch)
    rows = _Reader(work, year, batch)
    listed = rows(_PAIRS)
    cities = {city: _empty(work) for city in sorted({city for _key, city, _standing in listed})}
    figures_of = {key: cities[city] for key, city, _standing in listed}

    for key, _city, standing in listed:
        figures_of[key]["pairs"] += int(standing)
    for city, indicator, promised, achieved in rows(_INDICATORS):
        if indicator in cities.get(city, {}).get("indicators", {}):
            cities[city]["indicators"][indicator] = {"promised": int(promised), "achieved": int(achieved)}
    for statement in (_PEOPLE, _DAYS, _MONEY, _OWN, _GRADES):
        for pair, part, name, amount in rows(statement):
            if pair in figures_of:
                _add(figures_of[pair], part, name, amount)
    late: dict[str, int] = {}
    for place, kind, count in rows(_LATE[rows.dialect]):
        if place in cities:
            cities[place]["late"][kind] = int(count)
        late[kind] = late.get(kind, 0) + int(count)
    return {
        "year": year,
        "batch": batch,
        "province": {**_sum(work, list(cities.values())), "late": dict(sorted(late.items()))},
        "cities": cities,
    }


def require_year(work: Work, year: int) -> None:
    """Raises BadInput for a year outside the programme (K04)."""
    rules = work.programme.rules(work.today)
    first, last = rules.day("programme.starts_on").year, rules.day("programme.ends_on").year
    if not first <= year <= last:
        raise BadInput("evaluation.year", field="year", year=year, first=first, last=last)


class _Reader:
    """Runs a statement for one year and batch (0 is every batch), giving it the parameters it names."""

    def __init__(self, work: Work, year: int, batch: int | None) -> None:
        self._session = work.session
        self.dialect = work.session.get_bind().dialect.name
        self._given = {
            "year": year,
            "batch": batch or 0,
            "first": date(year, 1, 1),
            "last": date(year, 12, 31),
        }

    def __call__(self, statement: str) -> list[Any]:
        return _prepared(statement).rows(self._session, self._given)


@cache
def _prepared(statement: str) -> Prepared:
    dated = [bindparam(name, type_=Date) for name in ("first", "last") if f":{name}" in statement]
    return Prepared(text(statement).bindparams(*dated))


def _add(figures: dict[str, Any], part: str, name: str, amount: Any) -> None:
    """Adds to a figure: people are counted, days come in half days, money and grades by their names."""
    if part == "days":
        figures["days"] += int(amount) / 2
    elif part == "people":
        figures["people"] += int(amount)
    else:
        figures[part][name] = figures[part].get(name, 0) + int(amount)


def _empty(work: Work) -> dict[str, Any]:
    codes = [one.code for one in work.programme.indicators if one.group in ("rollup", "target")]
    return {
        "pairs": 0,
        "people": 0,
        "days": 0.0,
        "indicators": {code: {"promised": 0, "achieved": 0} for code in codes},
        "money": dict.fromkeys([one.code for one in work.programme.legs] + ["own"], 0),
        "grades": {},
        "late": {},
    }


def _sum(work: Work, cities: list[dict[str, Any]]) -> dict[str, Any]:
    total = _empty(work)
    for one in cities:
        for name in ("pairs", "people", "days"):
            total[name] += one[name]
        for code, values in one["indicators"].items():
            for name, amount in values.items():
                total["indicators"][code][name] += amount
        for name in ("money", "grades"):
            for code, amount in one[name].items():
                total[name][code] = total[name].get(code, 0) + amount
    return total
