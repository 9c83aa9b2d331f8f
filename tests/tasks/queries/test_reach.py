"""How far each role sees: pairs, applications, steps and cities, by its place."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.reach import OF_PAIRS, cities_seen, recipients_seen
from tasks.queries.scope import applications_seen, pairs_seen, steps_seen
from tests.factory import Bench
from tests.tasks.queries.viewers import (
    BUREAU_VIEWER,
    CITY_VIEWER,
    COUNTY_VIEWER,
    OPERATOR_VIEWER,
    OTHER_CITY_VIEWER,
    PROVINCE_VIEWER,
    RECIPIENT_VIEWER,
    REVIEWER_VIEWER,
    RURAL_VIEWER,
    SENDER_VIEWER,
)
from tests.tasks.scenes import CITY_CASE, CITY_PAIR, COUNTY_CASE, COUNTY_PAIR, OTHER_CASE, OTHER_PAIR

ALL = {CITY_PAIR: CITY_CASE, COUNTY_PAIR: COUNTY_CASE, OTHER_PAIR: OTHER_CASE}


@pytest.mark.parametrize(
    ("viewer", "pairs"),
    [
        (PROVINCE_VIEWER, [CITY_PAIR, COUNTY_PAIR, OTHER_PAIR]),
        (BUREAU_VIEWER, [CITY_PAIR, COUNTY_PAIR, OTHER_PAIR]),
        (CITY_VIEWER, [CITY_PAIR, COUNTY_PAIR]),
        (OTHER_CITY_VIEWER, [OTHER_PAIR]),
        (COUNTY_VIEWER, [COUNTY_PAIR]),
        (RURAL_VIEWER, [COUNTY_PAIR]),
        (SENDER_VIEWER, [COUNTY_PAIR]),
        (RECIPIENT_VIEWER, [COUNTY_PAIR]),
        (OPERATOR_VIEWER, []),
        (REVIEWER_VIEWER, []),
    ],
    ids=lambda one: one.role if isinstance(one, Viewer) else "",
)
def test_each_role_sees_its_own_pairs_and_applications(told: Bench, viewer: Viewer, pairs: list[str]) -> None:
    with told.house.look() as work:
        seen = work.session.execute(select(col(Pair.key)).where(pairs_seen(work, viewer))).scalars().all()
        applications = (
            work.session.execute(
                select(col(Application.uscc)).where(applications_seen(work, viewer, OF_PAIRS))
            )
            .scalars()
            .all()
        )

    assert sorted(seen) == pairs
    assert sorted(applications) == sorted(ALL[pair] for pair in pairs)


def test_a_county_sees_the_steps_of_its_pair_and_what_its_offices_owe(told: Bench) -> None:
    with told.house.look() as work:
        seen = set(
            work.session.execute(
                select(col(Step.key)).where(steps_seen(work, COUNTY_VIEWER, OF_PAIRS))
            ).scalars()
        )
        every = list(work.session.execute(select(Step)).scalars())

    assert seen == {
        step.key
        for step in every
        if step.pair == COUNTY_PAIR or step.owner in ("430121-mz", "430121-xz") or COUNTY_CASE in step.subject
    }


def test_an_institution_sees_no_step_of_another_pair(told: Bench) -> None:
    with told.house.look() as work:
        wanted = select(col(Step.pair)).where(steps_seen(work, SENDER_VIEWER, OF_PAIRS)).distinct()
        assert list(work.session.execute(wanted).scalars()) == [COUNTY_PAIR]


def test_cities_and_registered_institutions(told: Bench) -> None:
    with told.house.look() as work:
        cities = {
            viewer.role: [one.code for one in cities_seen(work, viewer)]
            for viewer in (PROVINCE_VIEWER, CITY_VIEWER, COUNTY_VIEWER, SENDER_VIEWER, OPERATOR_VIEWER)
        }
        registered = {
            viewer.role: sorted(
                work.session.execute(
                    select(col(Organisation.code)).where(
                        col(Organisation.kind) == "recipient", recipients_seen(viewer)
                    )
                ).scalars()
            )
            for viewer in (PROVINCE_VIEWER, CITY_VIEWER, COUNTY_VIEWER, RECIPIENT_VIEWER, OPERATOR_VIEWER)
        }

    assert len(cities.pop("province_civil")) == 14
    assert cities == {
        "city_civil": ["430100"],
        "county_civil": ["430100"],
        "sender": ["430100"],
        "operator": [],
    }
    assert registered == {
        "province_civil": sorted(ALL.values()),
        "city_civil": sorted([CITY_CASE, COUNTY_CASE]),
        "county_civil": [COUNTY_CASE],
        "recipient": [COUNTY_CASE],
        "operator": [],
    }
