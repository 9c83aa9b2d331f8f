"""Who may apply where and again, and the soft rules that the province lets one application pass (K08, K17–K19)."""

from datetime import date
from typing import Any

import pytest

from models.application import Application, Override
from models.organisation import Institution
from models.pairing import Pair, PairingList
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, Bench, add_application, add_institution, sample_uscc, set_batch
from tests.tasks.applying import (
    CITY,
    COUNTY,
    COUNTY_RURAL,
    OTHER_COUNTY,
    city_code,
    county_code,
    draft,
    key_of,
    opened_bench,
    override,
    refusals,
    register,
    submitted,
)
from tests.tasks.scenes import letters, row_of, rows

# ---- who may apply where -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serial_division", "nominator", "fields", "expected"),
    [
        pytest.param(
            "430121",
            COUNTY,
            {"legal_person": False},
            ("rules.eligibility.legal_person", "K08"),
            id="K08-person",
        ),
        pytest.param("430121", COUNTY, {"type": "company"}, ("rules.eligibility.kind", "K08"), id="K08-kind"),
        pytest.param(
            "430121",
            COUNTY,
            {"type": "other", "type_note": "说明（示例）"},
            ("rules.eligibility.acceptance", "K08"),
            id="K08-other",
        ),
        pytest.param("430121", OTHER_COUNTY, {}, ("rules.eligibility.other_county", "K19"), id="K19-county"),
        pytest.param("430121", CITY, {}, ("rules.eligibility.county_by_city", "K19"), id="K19-by-city"),
        pytest.param("430300", CITY, {}, ("rules.eligibility.other_city", "K18"), id="K18-other-city"),
    ],
)
def test_who_may_not_apply_here_is_told_at_once(
    sqlite_url: str, serial_division: str, nominator: str, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, sample_uscc(1, serial_division), **fields)

    with pytest.raises(RuleBroken) as refused:
        draft(bench, code, nominator=nominator)

    assert refusals(refused) == [expected]
    assert rows(bench, Application) == []


def test_city_institution_may_choose_any_county_of_its_city(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, city_code(1))

    assert draft(bench, code, nominator=OTHER_COUNTY).channel == "county"


def test_one_application_stands_at_a_time(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, city_code(1))
    draft(bench, code, nominator=CITY)

    with pytest.raises(RuleBroken) as refused:
        draft(bench, code, nominator=COUNTY)

    assert refusals(refused) == [("rules.eligibility.second_application", "K18")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"channel": "province"}, "application.unknown_channel", id="channel"),
        pytest.param({"channel": "city"}, "application.unknown_nominator", id="K18-channel-and-office"),
        pytest.param({"nominator": COUNTY_RURAL}, "application.unknown_nominator", id="K19-other-line"),
    ],
)
def test_channel_and_nominator_belong_together(sqlite_url: str, fields: dict[str, Any], code: str) -> None:
    bench = opened_bench(sqlite_url)
    institution = register(bench, county_code(1))

    with pytest.raises(BadInput) as refused:
        draft(bench, institution, **fields)

    assert refused.value.code == code


def test_nobody_applies_for_another(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    mine, theirs = register(bench, county_code(1)), register(bench, county_code(2))

    with pytest.raises(NotEntitled):
        draft(bench, mine, uscc=theirs)


def test_institution_without_register_entry_is_not_found(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1))
    with bench.work() as work:
        work.session.delete(work.session.get_one(Institution, code))

    with pytest.raises(NotFound) as refused:
        draft(bench, code)

    assert refused.value.code == "application.not_registered"


# ---- again in the second batch (K17, A19) ------------------------------------------------------------------


def second_batch(url: str, *, state: str = "paired", pair_state: str = "effective") -> tuple[Bench, str]:
    """Batch 2 is open; an institution had an application in batch 1 and, if it was paired, a pair."""
    bench = opened_bench(url)
    with bench.work() as work:
        set_batch(work, 2, opened_on=date(2022, 3, 1), submit_by=date(2022, 3, 10), post_by=date(2022, 3, 14))
        code = add_institution(work, county_code(1))
        key = add_application(work, code, state=state)
        if state == "paired":
            add_institution(work, sample_uscc(101, "440305"), kind="sender", division="440305", level="city")
            work.session.add(PairingList(key="1:1", batch=1))
            work.session.flush()
            work.session.add(
                Pair(
                    key="P1-430100-01",
                    batch=1,
                    list_key="1:1",
                    application=key,
                    sender=sample_uscc(101, "440305"),
                    recipient=code,
                    nominator=COUNTY,
                    city="430100",
                    state=pair_state,
                    at=work.now,
                    effective_on=date(2022, 6, 1) if pair_state == "effective" else None,
                )
            )
    return bench, code


def test_recipient_of_the_first_batch_does_not_apply_again(sqlite_url: str) -> None:
    bench, code = second_batch(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        draft(bench, code, batch=2)

    assert refusals(refused) == [("rules.eligibility.again", "K17")]


def test_institution_that_took_over_a_recipient_does_not_apply_again(sqlite_url: str) -> None:
    bench, code = second_batch(sqlite_url)
    heir = county_code(2)
    bench.act(
        "application.register_institution",
        COUNTY,
        uscc=heir,
        name="合并后机构（示例）",
        type="social_work",
        level="county",
        division="430121",
        contact_name="样例联系人",
        contact_email="heir@people.example",
        predecessors=[code.lower()],
    )

    with pytest.raises(RuleBroken) as refused:
        draft(bench, heir, batch=2)

    assert refusals(refused) == [("rules.eligibility.again", "K17")]
    assert [one.facts["uscc"] for one in refused.value.breaches] == [code]


def test_province_may_let_a_recipient_apply_again(sqlite_url: str) -> None:
    bench, code = second_batch(sqlite_url)
    override(bench, key_of(code, batch=2), "K17")

    assert draft(bench, code, batch=2).key == key_of(code, batch=2)
    assert [
        (told, facts["clause"], facts["reason"]) for told, facts in letters(bench, "override_granted")
    ] == [(code, "K17", "确有必要（示例）")]


@pytest.mark.parametrize(
    ("state", "pair_state"),
    [
        pytest.param("rejected", "", id="K17-rejected"),
        pytest.param("withdrawn", "", id="A19-withdrawn"),
        pytest.param("waiting", "", id="A24-never-paired"),
        pytest.param("paired", "replaced", id="A19-replaced-before-signing"),
    ],
)
def test_who_never_became_a_recipient_may_apply_again(sqlite_url: str, state: str, pair_state: str) -> None:
    bench, code = second_batch(sqlite_url, state=state, pair_state=pair_state)

    assert draft(bench, code, batch=2).state == "draft"


# ---- overrides ---------------------------------------------------------------------------------------------


def test_override_keeps_who_why_and_by_what(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    override(bench, key, "K20")

    found = row_of(bench, Override, (key, "K20"))
    assert (found.reason, found.document, found.officer) == (
        "确有必要（示例）",
        "例外批件（示例）",
        f"{PROVINCE}.officer",
    )
    with pytest.raises(AlreadyDone) as again:
        override(bench, key, "K20")
    assert again.value.code == "application.override_granted"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"clause": "K22"}, "application.no_soft_rule", id="K22-is-hard"),
        pytest.param({"reason": ""}, "act.reason_missing", id="no-reason"),
        pytest.param({"document": " "}, "application.document_missing", id="no-document"),
        pytest.param({"application": "1-nobody-1"}, "application.no_candidate", id="nobody"),
        pytest.param({"application": "nonsense"}, "application.no_candidate", id="no-key"),
        pytest.param({"application": f"9-{COUNTY}-1"}, "application.no_candidate", id="office"),
    ],
)
def test_override_that_cannot_be_is_refused(sqlite_url: str, fields: dict[str, Any], code: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(BadInput) as refused:
        override(bench, fields.pop("application", key), fields.pop("clause", "K20"), **fields)

    assert refused.value.code == code
    assert rows(bench, Override) == []


def test_only_the_province_passes_a_soft_rule(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(NotEntitled):
        bench.act(
            "application.grant_override", CITY, application=key, clause="K20", reason="有", document="有"
        )


def test_other_kind_of_institution_applies_once_the_province_accepts_it(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1), type="other", type_note="说明（示例）")
    override(bench, key_of(code), "K08")

    first = draft(bench, code)
    bench.act("application.withdraw", code, application=first.key, reason="重报（示例）")

    assert draft(bench, code).key == key_of(code, 2)
