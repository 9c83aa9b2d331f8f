"""A city's sheet: for its own offices and those above it, nobody else."""

import pytest

from tests.console.web.visiting import Visiting, visiting
from tests.factory import Bench


@pytest.fixture(scope="module")
def visits(played: Bench) -> Visiting:
    """The played house."""
    return visiting(played)


def test_the_sheet_has_quotas_applications_pairs_and_years(visits: Visiting) -> None:
    page = visits.as_("430100-mz.officer").page("/city/430100")

    assert page.title.startswith("长沙市")
    assert [row for row in page.rows if row and row[0] == "市州推选总数上限"]
    assert [row for row in page.rows if row and row[0] == "2023" and "30,000 / 30,000" in row]
    assert "/programme/quota.city_total" in [path for _label, path in page.links]


def test_a_county_sees_its_own_rows_and_no_quota_of_the_city(visits: Visiting) -> None:
    page = visits.as_("430121-mz.officer").page("/city/430100")

    assert "长沙县" in page.text
    assert "望城区" not in page.text
    assert "市州推选总数上限" not in page.text


@pytest.mark.parametrize(
    ("person", "city", "status"),
    [
        ("430000-mz.officer", "430200", 200),
        ("430000-xz.officer", "430200", 200),
        ("440300-mz.officer", "430200", 200),
        ("430100-xz.officer", "430100", 200),
        ("430100-mz.officer", "430200", 404),
        ("430121-mz.officer", "430200", 404),
        ("430000-mz.officer", "430121", 404),
        ("430000-mz.officer", "999999", 404),
        ("reviewer-01.reviewer", "430100", 403),
    ],
)
def test_who_may_open_which_city(visits: Visiting, person: str, city: str, status: int) -> None:
    assert visits.as_(person).get(f"/city/{city}").status_code == status


def test_an_institution_opens_no_city(visits: Visiting) -> None:
    with visits.bench.house.look() as work:
        sender = work.session.connection().exec_driver_sql("SELECT sender FROM pair LIMIT 1").scalar_one()

    assert visits.as_(f"{sender}.officer").get("/city/430100").status_code == 404
