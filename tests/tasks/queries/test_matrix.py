"""Stages by cities: every cell as the steps themselves say, totals that add up, nobody else's cells."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import text

from tasks.queries.matrix import PROVINCE, Cell, stage_matrix
from tasks.refusal import NotFound
from tasks.work import Work
from tests.factory import Bench
from tests.tasks.queries.viewers import (
    CITY_VIEWER,
    COUNTY_VIEWER,
    OPERATOR_VIEWER,
    OTHER_CITY_VIEWER,
    PROVINCE_VIEWER,
    SENDER_VIEWER,
)
from tests.tasks.scenes import COUNTY_CASE, COUNTY_PAIR


def counted(work: Work, condition: str) -> Counter[tuple[str, str]]:
    """The steps of batch 1 that meet a condition, by stage and column, counted one by one."""
    rows = work.session.connection().execute(
        text(f"SELECT kind, COALESCE(city, 'province') FROM step WHERE batch = 1 AND {condition}")
    )
    return Counter((work.programme.step(kind).stage, place) for kind, place in rows)


def test_cells_are_what_the_steps_say(told: Bench) -> None:
    with told.house.look() as work:
        found = stage_matrix(work, PROVINCE_VIEWER, 1)
        opened = counted(work, "state = 'open'")
        soon = counted(work, "state = 'open' AND due_on BETWEEN '2023-01-11' AND '2023-01-18'")
        late = counted(work, "state = 'open' AND due_on < '2023-01-11'")
        settled = counted(work, "state = 'settled'")

    cells = {(cell.stage, cell.city): cell for row in found.rows for cell in row.cells}
    assert found.soon_until == date(2023, 1, 18)
    assert [row.stage for row in found.rows] == [one.code for one in told.house.programme.stages]
    assert [one.code for one in found.columns][-1] == PROVINCE
    assert len(cells) == 8 * 15
    assert {place: cell.open for place, cell in cells.items() if cell.open} == opened
    assert {place: cell.soon for place, cell in cells.items() if cell.soon} == soon
    assert {place: cell.late for place, cell in cells.items() if cell.late} == late
    assert {place: cell.settled for place, cell in cells.items() if cell.settled} == settled
    assert soon == {("evaluation", "430300"): 1}
    assert sum(late.values()) > 5
    assert settled["agreement", "430100"] > 5


def test_the_worst_lateness_is_counted_in_working_days(told: Bench) -> None:
    with told.house.look() as work:
        found = stage_matrix(work, PROVINCE_VIEWER, 1)
        oldest = """
SELECT COUNT(*) FROM calendar_day AS c WHERE c.is_workday AND c.day <= '2023-01-11' AND c.day >
 (SELECT MIN(s.due_on) FROM step AS s WHERE s.state = 'open' AND s.city = '430300' AND s.kind IN ('S19', 'S21'))
"""
        expected = work.session.connection().execute(text(oldest)).scalar_one()

    fieldwork = next(row for row in found.rows if row.stage == "fieldwork")
    other = next(cell for cell in fieldwork.cells if cell.city == "430300")
    assert other.worst == expected
    assert fieldwork.total.worst == max(cell.worst or 0 for cell in fieldwork.cells)


def test_totals_add_up_both_ways_and_know_their_filters(told: Bench) -> None:
    with told.house.look() as work:
        found = stage_matrix(work, PROVINCE_VIEWER, 1)

    assert (
        sum(row.total.open for row in found.rows) == sum(one.open for one in found.totals) == found.total.open
    )
    assert sum(row.total.settled for row in found.rows) == found.total.settled
    assert found.rows[0].cells[0].filter == {"stage": "opening", "city": "430100"}
    assert found.rows[0].total.filter == {"stage": "opening"}
    assert found.totals[0].filter == {"city": "430100"}
    assert found.total.filter == {}


def test_everybody_has_only_their_own_columns_and_steps(told: Bench) -> None:
    own = f"(pair = '{COUNTY_PAIR}' OR owner IN ('430121-mz', '430121-xz') OR subject LIKE '%{COUNTY_CASE}%')"
    with told.house.look() as work:
        matrices = {
            viewer.role: stage_matrix(work, viewer, 1)
            for viewer in (CITY_VIEWER, OTHER_CITY_VIEWER, COUNTY_VIEWER, SENDER_VIEWER, OPERATOR_VIEWER)
        }
        expected = {
            "city_civil": sum(counted(work, "state = 'open' AND city = '430100'").values()),
            "city_rural": sum(counted(work, "state = 'open' AND city = '430300'").values()),
            "county_civil": sum(counted(work, f"state = 'open' AND {own}").values()),
            "sender": sum(counted(work, f"state = 'open' AND pair = '{COUNTY_PAIR}'").values()),
            "operator": 0,
        }

    assert {role: one.total.open for role, one in matrices.items()} == expected
    assert {role: [place.code for place in one.columns] for role, one in matrices.items()} == {
        "city_civil": ["430100"],
        "city_rural": ["430300"],
        "county_civil": ["430100"],
        "sender": ["430100"],
        "operator": [],
    }


def test_an_empty_batch_has_empty_cells_and_another_is_refused(told: Bench) -> None:
    with told.house.look() as work:
        assert stage_matrix(work, PROVINCE_VIEWER, 2).rows[3].total == Cell("pairing", None)
        with pytest.raises(NotFound):
            stage_matrix(work, PROVINCE_VIEWER, 9)
