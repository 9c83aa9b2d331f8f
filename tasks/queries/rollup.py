"""The year's figures per city and province: indicators promised and achieved, people, days, money by leg, lateness."""

from collections import defaultdict
from typing import Any

from sqlalchemy import text

from tasks.work import Work

_PAIRS = """
SELECT p.key, p.city FROM pair AS p
 WHERE p.effective_on IS NOT NULL AND p.effective_on <= :last AND (p.ended_on IS NULL OR p.ended_on >= :first)
   AND (:batch = 0 OR p.batch = :batch)
 ORDER BY p.key
"""
_PROMISED = "SELECT pair, indicator, SUM(promised) FROM indicator WHERE year = :year GROUP BY pair, indicator"
_ACHIEVED = "SELECT pair, indicator, SUM(amount) FROM activity WHERE year = :year GROUP BY pair, indicator"
_VISITORS = "SELECT pair, SUM(people) FROM visit WHERE year = :year GROUP BY pair"
_PEOPLE = "SELECT pair, COUNT(DISTINCT id_hash) FROM trainee WHERE year = :year GROUP BY pair"
_DAYS = """
SELECT t.pair, SUM(d.half_days) FROM service_day AS d JOIN trainee AS t ON t.key = d.trainee
 WHERE t.year = :year GROUP BY t.pair
"""
_MONEY = """
SELECT pair, leg, SUM(fen) FROM payment WHERE year = :year AND state IN ('paid', 'received') GROUP BY pair, leg
"""
_OWN = "SELECT pair, SUM(fen) FROM own_funds WHERE year = :year GROUP BY pair"
_GRADES = "SELECT pair, grade FROM evaluation WHERE year = :year"
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
   AND s.due_on BETWEEN CAST(:first AS DATE) AND CAST(:last AS DATE) AND (:batch = 0 OR s.batch = :batch)
 GROUP BY s.city, s.kind
""",
}


def rollup_of(work: Work, year: int, batch: int | None = None) -> dict[str, Any]:
    """The figures of a calendar year: `{year, batch, province, cities: {code: …}}`, sums in fen, days in days.

    Leg B passes on the money of leg A, so `invested` adds A, C and own funds, never B. Equal records give equal
    figures; nothing is typed in anywhere.
    """
    given = {"year": year, "batch": batch or 0, "first": f"{year}-01-01", "last": f"{year}-12-31"}
    connection = work.session.connection()

    def rows(statement: str) -> list[Any]:
        wanted = {name: value for name, value in given.items() if f":{name}" in statement}
        return list(connection.execute(text(statement), wanted))

    dated = connection.dialect.name == "postgresql"
    pairs_sql = (
        _PAIRS.replace(":last", "CAST(:last AS DATE)").replace(":first", "CAST(:first AS DATE)")
        if dated
        else _PAIRS
    )
    city_of = {key: city for key, city in rows(pairs_sql)}
    cities: dict[str, dict[str, Any]] = {city: _empty(work) for city in sorted(set(city_of.values()))}

    for city in city_of.values():
        cities[city]["pairs"] += 1
    for name, statement in (("promised", _PROMISED), ("achieved", _ACHIEVED)):
        for pair, indicator, amount in rows(statement):
            if pair in city_of and indicator in cities[city_of[pair]]["indicators"]:
                cities[city_of[pair]]["indicators"][indicator][name] += int(amount)
    for pair, people in rows(_VISITORS):
        if pair in city_of:
            cities[city_of[pair]]["indicators"]["senior_workers"]["achieved"] += int(people)
    for pair, people in rows(_PEOPLE):
        if pair in city_of:
            cities[city_of[pair]]["people"] += int(people)
    for pair, halves in rows(_DAYS):
        if pair in city_of:
            cities[city_of[pair]]["days"] += int(halves) / 2
    for pair, leg, fen in rows(_MONEY):
        if pair in city_of:
            cities[city_of[pair]]["money"][leg] += int(fen)
    for pair, fen in rows(_OWN):
        if pair in city_of:
            cities[city_of[pair]]["money"]["own"] += int(fen)
    for pair, grade in rows(_GRADES):
        if pair in city_of:
            cities[city_of[pair]]["grades"][grade] = cities[city_of[pair]]["grades"].get(grade, 0) + 1
    late: dict[str, int] = defaultdict(int)
    for city, kind, count in rows(_LATE[connection.dialect.name]):
        if city in cities:
            cities[city]["late"][kind] = int(count)
        late[kind] += int(count)
    for figures in cities.values():
        money = figures["money"]
        figures["indicators"]["invested"]["achieved"] = (money["A"] + money["C"] + money["own"]) // 100
    return {
        "year": year,
        "batch": batch,
        "province": {**_sum(work, list(cities.values())), "late": dict(sorted(late.items()))},
        "cities": cities,
    }


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
