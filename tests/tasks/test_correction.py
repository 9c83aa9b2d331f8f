"""What was registered wrongly put right: as far as open applications bear it (K08, K18, K19)."""

from typing import Any

import pytest

from models.event import Event
from models.mail import Letter
from models.organisation import Institution, Organisation, Person
from models.rules.breach import RuleBroken
from tasks.refusal import BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    county_code,
    draft,
    key_of,
    opened_bench,
    override,
    refusals,
    register,
    submitted,
)
from tests.tasks.scenes import row_of, rows

CODE = county_code(1)
CORRECT, OF_PERSON = "organisation.correct_registration", "organisation.correct_person"


def correct(bench: Bench, office: str = COUNTY, **fields: Any) -> Any:
    return bench.act(CORRECT, office, **{"organisation": CODE, "reason": "登记时选错（示例）", **fields})


def told(bench: Bench, act: str) -> list[tuple[str, str]]:
    return [(one.subject_type, one.subject) for one in rows(bench, Event) if one.act == act]


def test_what_was_registered_wrongly_is_corrected_and_the_rest_stays(database_url: str) -> None:
    bench = opened_bench(database_url)
    register(bench, CODE, name="样例机购（示例）")

    correct(
        bench, name="样例机构（示例）", type="child_welfare", division="430102", predecessors=[county_code(7)]
    )

    found, institution = row_of(bench, Organisation, CODE), row_of(bench, Institution, CODE)
    assert (found.name, found.division, found.city) == ("样例机构（示例）", "430102", "430100")
    assert (institution.type, institution.level, institution.registration_division) == (
        "child_welfare",
        "county",
        "430102",
    )
    assert (institution.legal_person, institution.predecessors) == (True, [county_code(7)])
    facts = rows(bench, Event)[-1].facts
    assert facts["old"] == {
        "name": "样例机购（示例）",
        "type": "social_work",
        "division": "430121",
        "predecessors": [],
    }
    assert facts["reason"] == "登记时选错（示例）"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"level": "county"}, None, id="nothing-changes"),
        pytest.param({"division": "430102"}, ("rules.eligibility.other_county", "K19"), id="K19-county"),
        pytest.param({"division": "430300"}, ("rules.eligibility.other_county", "K19"), id="K19-city"),
        pytest.param(
            {"type": "other", "type_note": "说明"}, ("rules.eligibility.acceptance", "K08"), id="K08-other"
        ),
    ],
)
def test_an_open_application_must_still_stand(
    sqlite_url: str, fields: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    before = row_of(bench, Institution, CODE)

    with pytest.raises((RuleBroken, BadInput)) as refused:
        correct(bench, **fields)

    if expected is not None:
        assert refusals(refused) == [("organisation.correction_while_open", "K18"), expected]
        assert key_of(CODE) in str(refused.value)
    assert row_of(bench, Institution, CODE) == before
    assert told(bench, CORRECT) == []


def test_what_may_not_be_registered_at_all_is_refused(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)

    with pytest.raises(RuleBroken) as refused:
        correct(bench, legal_person=False, type="other", type_note="")

    assert refusals(refused) == [
        ("rules.eligibility.legal_person", "K08"),
        ("rules.eligibility.explain", "K08"),
    ]


def test_an_override_lets_a_correction_pass_and_the_application_tells_of_it(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    override(bench, key_of(CODE), "K08")

    correct(bench, type="other", type_note="性质特殊（示例）")

    assert told(bench, CORRECT) == [("organisation", CODE), ("application", key_of(CODE))]


def test_a_withdrawn_application_stands_in_no_ones_way(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    bench.act("application.withdraw", CODE, application=key_of(CODE), reason="登记地有误（示例）")

    correct(bench, division="430102")

    assert draft(bench, CODE, nominator=OTHER_COUNTY).attempt == 2


@pytest.mark.parametrize(
    ("office", "error"),
    [
        pytest.param(OTHER_COUNTY, NotEntitled, id="another-county"),
        pytest.param("430300-mz", NotEntitled, id="another-city"),
        pytest.param(CITY, None, id="its-city"),
        pytest.param(PROVINCE, None, id="the-province"),
    ],
)
def test_only_offices_that_answer_for_it_correct_it(
    sqlite_url: str, office: str, error: type[Exception] | None
) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)

    if error is None:
        assert correct(bench, office, type="child_welfare").code == CODE
        return
    with pytest.raises(error):
        correct(bench, office, type="child_welfare")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"reason": " ", "type": "child_welfare"}, BadInput, id="no-reason"),
        pytest.param({"level": "village"}, BadInput, id="no-level"),
        pytest.param({"division": "990000"}, BadInput, id="no-division"),
        pytest.param({"organisation": county_code(2)}, NotFound, id="unknown"),
        pytest.param({"organisation": COUNTY}, NotFound, id="an-office"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    sqlite_url: str, fields: dict[str, Any], error: type[Exception]
) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)

    with pytest.raises(error):
        correct(bench, **fields)


@pytest.mark.parametrize("office", [CODE, COUNTY], ids=["by-itself", "by-who-keeps-the-account"])
def test_a_persons_data_are_corrected_and_waiting_letters_follow(database_url: str, office: str) -> None:
    bench = opened_bench(database_url)
    submitted(bench, CODE)
    bench.act("application.return_for_changes", COUNTY, application=key_of(CODE), remarks={"address": "不全"})

    bench.act(
        OF_PERSON,
        office,
        person=f"{CODE}.officer",
        email="right@people.example",
        mobile="13900000000",
        reason="错",
    )

    found = row_of(bench, Person, f"{CODE}.officer")
    assert (found.email, found.mobile) == ("right@people.example", "13900000000")
    assert [one.address for one in rows(bench, Letter) if one.kind == "application_returned"] == [
        "right@people.example"
    ]
    assert "right@people.example" not in str(rows(bench, Event)[-1].facts)


@pytest.mark.parametrize(
    ("office", "fields", "error"),
    [
        pytest.param(OTHER_COUNTY, {"name": "甲"}, NotEntitled, id="foreign"),
        pytest.param(CODE, {"email": "no address"}, RuleBroken, id="F17"),
        pytest.param(CODE, {"mobile": "1"}, RuleBroken, id="F16"),
        pytest.param(CODE, {}, BadInput, id="nothing"),
        pytest.param(CODE, {"name": "甲", "reason": ""}, BadInput, id="no-reason"),
        pytest.param(CODE, {"name": "甲", "person": "nobody"}, NotFound, id="unknown"),
    ],
)
def test_a_persons_correction_that_cannot_be_is_refused(
    sqlite_url: str, office: str, fields: dict[str, Any], error: type[Exception]
) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)

    with pytest.raises(error):
        bench.act(OF_PERSON, office, **{"person": f"{CODE}.officer", "reason": "错", **fields})
