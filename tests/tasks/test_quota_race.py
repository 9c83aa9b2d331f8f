"""Two officers at the same moment: the quota holds, exactly one is refused, on both databases (K18, K20–K22)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.application import Application
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput
from tests.factory import Bench, sample_uscc
from tests.tasks.applying import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    city_code,
    consented,
    county_code,
    draft,
    email,
    opened_bench,
    rank,
    recommend,
    recommended,
    register,
)
from tests.tasks.scenes import rows


def at_once(*officers: Callable[[], Any]) -> list[Exception]:
    """Lets all act at the same moment, each in a thread and connection of its own; returns the refusals."""
    start = Barrier(len(officers))

    def act(officer: Callable[[], Any]) -> Exception | None:
        start.wait()
        try:
            officer()
        except (RuleBroken, AlreadyDone, BadInput) as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(len(officers)) as pool:
        return [refusal for refusal in pool.map(act, officers) if refusal is not None]


def count_of(bench: Bench, *states: str) -> int:
    """How many applications stand in these states."""
    with bench.work() as work:
        wanted = select(func.count()).select_from(Application).where(col(Application.state).in_(states))
        return int(work.session.connection().execute(wanted).scalar_one())


def clauses_of(refusals: list[Exception]) -> list[list[str]]:
    """The clauses of each refusal by a rule."""
    return [
        [one.clause for one in refusal.breaches] for refusal in refusals if isinstance(refusal, RuleBroken)
    ]


def test_county_s_last_place_is_given_once(database_url: str) -> None:
    bench = opened_bench(database_url)
    recommended(bench, county_code(1))
    rivals = [consented(bench, county_code(serial)) for serial in (2, 3, 4)]

    refusals = at_once(*(lambda key=key: recommend(bench, key) for key in rivals))

    assert clauses_of(refusals) == [["K20"], ["K20"]]
    assert sorted(
        row.nominator_slot for row in rows(bench, Application) if row.nominator_slot is not None
    ) == [1, 2]


def test_city_s_direct_place_is_given_once(database_url: str) -> None:
    bench = opened_bench(database_url)
    rivals = [consented(bench, city_code(serial), nominator=CITY) for serial in (1, 2)]

    refusals = at_once(*(lambda key=key: recommend(bench, key, nominator=CITY) for key in rivals))

    assert clauses_of(refusals) == [["K21"]]
    assert count_of(bench, "recommended") == 1


def test_same_application_is_recommended_once(database_url: str) -> None:
    bench = opened_bench(database_url)
    key = consented(bench, county_code(1))

    refusals = at_once(lambda: recommend(bench, key), lambda: recommend(bench, key))

    assert [type(refusal) for refusal in refusals] == [AlreadyDone]
    assert [row.nominator_slot for row in rows(bench, Application)] == [1]


def test_city_is_ranked_once_and_never_sends_four(database_url: str) -> None:
    bench = opened_bench(database_url)
    keys = [recommended(bench, county_code(serial)) for serial in (1, 2)]
    keys += [recommended(bench, sample_uscc(serial, "430102"), nominator=OTHER_COUNTY) for serial in (3, 4)]

    refusals = at_once(
        lambda: rank(bench, *keys[:3], reasons={keys[3]: "名额有限（示例）"}),
        lambda: rank(bench, *keys[1:], reasons={keys[0]: "名额有限（示例）"}),
        lambda: rank(bench, *keys),
    )

    assert len(refusals) == 2
    assert (count_of(bench, "ranked"), count_of(bench, "not_sent")) == (3, 1)
    assert sorted(row.city_rank for row in rows(bench, Application) if row.city_rank is not None) == [1, 2, 3]


def test_recommendation_and_ranking_at_once_leave_nobody_between(database_url: str) -> None:
    bench = opened_bench(database_url)
    first, second = recommended(bench, county_code(1)), consented(bench, county_code(2))

    refusals = at_once(lambda: recommend(bench, second), lambda: rank(bench, first))

    # Whoever is later is refused: the ranking must take what came before it, a ranked city takes nobody.
    assert len(refusals) == 1
    assert (count_of(bench, "ranked"), count_of(bench, "recommended")) in ((1, 0), (0, 2))


def test_list_is_e_mailed_once(database_url: str) -> None:
    bench = opened_bench(database_url)
    key = recommended(bench, county_code(1))
    rank(bench, key)

    refusals = at_once(lambda: email(bench, key), lambda: email(bench, key))

    assert len(refusals) == 1
    assert count_of(bench, "emailed") == 1


def test_institution_applies_once_through_two_doors(database_url: str) -> None:
    bench = opened_bench(database_url)
    code = register(bench, city_code(1))

    refusals = at_once(
        lambda: draft(bench, code, nominator=CITY), lambda: draft(bench, code, nominator=COUNTY)
    )

    assert clauses_of(refusals) == [["K18"]]
    assert count_of(bench, "draft") == 1
