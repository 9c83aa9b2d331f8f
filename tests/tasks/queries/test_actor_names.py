"""Names of those who acted, with their office, a deputy's with the absent one's."""

from models.messages import say
from tasks.queries.actor_names import actor_names, named_actor
from tests.factory import Bench


def test_people_are_named_with_their_office_and_the_machine_as_such(told: Bench) -> None:
    with told.house.look() as work:
        rows = work.session.connection().exec_driver_sql(
            "SELECT code, name FROM person ORDER BY code LIMIT 2"
        )
        (one, name), (other, absent) = rows.all()
        people = actor_names(work, [f"{one}>{other}", "qianshou"])

    first, second = named_actor(f"{one}>{other}", people).split(" > ")
    assert first.endswith(name)
    assert second.endswith(absent)
    assert named_actor("qianshou", people) == say("web.machine")
    assert named_actor("nobody", people) == "nobody"
