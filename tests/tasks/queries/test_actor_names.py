"""Names of those who acted, the deputy's with the absent one's behind it."""

from tasks.queries.actor_names import names_of_actors
from tests.factory import Bench


def test_people_have_names_and_the_machine_has_none(told: Bench) -> None:
    with told.house.look() as work:
        rows = work.session.connection().exec_driver_sql(
            "SELECT code, name FROM person ORDER BY code LIMIT 2"
        )
        (one, name), (other, absent) = rows.all()
        found = names_of_actors(work, [one, f"{one}>{other}", "qianshou"])

    assert set(found) == {one, f"{one}>{other}"}
    assert found[one] == name
    assert name in found[f"{one}>{other}"]
    assert absent in found[f"{one}>{other}"]
