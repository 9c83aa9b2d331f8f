"""A form that is sent twice has its effect once, whoever comes first, on both databases."""

import pytest

from models.account import Posting
from models.event import Event
from models.organisation import Person
from tasks.postings import perform_once
from tasks.refusal import AlreadyDone, BadInput
from tests.factory import actor, make_bench
from tests.tasks.scenes import rows
from tests.tasks.signing_in import OFFICE, together

FORM = {"code": "helper", "name": "帮手（示例）", "email": "new@people.example"}


def send(bench, key="k1", office=OFFICE, location="/people", **form):
    return perform_once(
        bench.house, "organisation.add_person", actor(office), key, {**FORM, **form}, location
    )


def joined(bench):
    return [event.subject for event in rows(bench, Event) if event.act == "organisation.add_person"]


def test_second_sending_does_nothing(database_url: str) -> None:
    bench = make_bench(database_url)

    first = send(bench, location=lambda person: f"/people/{person.code}")
    second = send(bench, location="/elsewhere")

    assert (first.repeated, first.result.code) == (False, f"{OFFICE}.helper")
    assert (second.repeated, second.result) == (True, None)
    assert first.location == second.location == f"/people/{OFFICE}.helper"
    assert joined(bench) == [f"{OFFICE}.helper"]


def test_two_at_once_have_one_effect(database_url: str) -> None:
    bench = make_bench(database_url)

    found = together(*(lambda: send(bench) for _ in range(4)))

    assert sorted(one.repeated for one in found) == [False, True, True, True]
    assert {one.location for one in found} == {"/people"}
    assert joined(bench) == [f"{OFFICE}.helper"]


def test_key_belongs_to_one_form_and_one_act(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    send(bench)

    with pytest.raises(BadInput) as other_form:
        send(bench, code="other")
    with pytest.raises(BadInput) as other_act:
        perform_once(bench.house, "account.open", actor(OFFICE), "k1", {"person": f"{OFFICE}.finance"})

    assert (other_form.value.code, other_act.value.code) == ("posting.other_form", "posting.other_form")
    assert joined(bench) == [f"{OFFICE}.helper"]


def test_key_is_each_person_s_own(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    found = [send(bench), send(bench, office="430321-mz")]

    assert [one.repeated for one in found] == [False, False]


def test_refused_form_leaves_its_key_free(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with pytest.raises(BadInput):
        send(bench, duty="king")

    assert rows(bench, Posting) == []
    assert not send(bench).repeated


def test_without_a_key_the_act_is_performed(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    for key in (None, ""):
        if key is None:
            assert send(bench, key).result.code == f"{OFFICE}.helper"
        else:
            with pytest.raises(AlreadyDone):
                send(bench, key)

    assert rows(bench, Posting) == []
    assert len([row for row in rows(bench, Person) if row.code == f"{OFFICE}.helper"]) == 1


def test_overlong_key_is_refused(sqlite_url: str) -> None:
    with pytest.raises(BadInput):
        send(make_bench(sqlite_url), "k" * 201)
