"""A city's list: ranked with reasons, e-mailed complete, in time or marked late, taken back before (K22, K23)."""

from datetime import date, datetime
from typing import Any

import pytest

from models.application import Submission
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, make_bench, sample_uscc
from tests.tasks.applying import (
    CITY,
    COUNTY,
    COUNTY_RURAL,
    OTHER_COUNTY,
    announce,
    city_code,
    consented,
    county_code,
    draft,
    email,
    emailed_bench,
    key_of,
    opened_bench,
    override,
    rank,
    recommend,
    recommended,
    recommended_bench,
    refusals,
    register,
    reopen,
    states_of,
    submit,
    submitted,
)
from tests.tasks.scenes import events, letters, row_of, step_keys, steps_of

SUBMISSION = "1:430100"
OTHER_CITY = "430300-mz"


def test_withdrawal_closes_the_gap_in_the_ranking(database_url: str) -> None:
    bench, keys = recommended_bench(database_url, 3)
    rank(bench, *keys)
    first, second, third = keys

    bench.act("application.withdraw", first.split("-")[1], application=first, reason="合并（示例）")
    assert states_of(bench, keys) == [("withdrawn", None), ("ranked", 1), ("ranked", 2)]
    email(bench, second, third)
    bench.act("application.withdraw", third.split("-")[1], application=third, reason="合并（示例）")

    assert states_of(bench, keys) == [("withdrawn", None), ("emailed", 1), ("withdrawn", None)]
    assert [facts.get("moved_up") for _, _, facts in events(bench, "application.withdraw")] == [
        {second: 1, third: 2},
        {},
    ]


# ---- ranked ------------------------------------------------------------------------------------------------


def test_city_ranks_and_e_mails_its_list(database_url: str) -> None:
    bench, keys = recommended_bench(database_url, 3)
    bench.at("2022-03-09T10:00")

    rank(bench, keys[2], keys[0], reasons={keys[1]: "名额有限（示例）"})
    assert states_of(bench, keys) == [("ranked", 2), ("not_sent", None), ("ranked", 1)]
    assert step_keys(bench, "S04:1:430100", state="settled") == ["S04:1:430100"]

    found = email(bench, keys[2], keys[0])

    assert (found.state, found.receipt_number, found.rows, found.email_late) == (
        "emailed",
        "1-430100-1",
        2,
        False,
    )
    assert step_keys(bench, "S05:1:430100", state="settled") == ["S05:1:430100"]
    assert steps_of(bench, "S06%") == [("S06:1:430100", CITY, date(2022, 3, 14))]
    assert steps_of(bench, "S08%") == [
        (f"S08:{key}", PROVINCE, date(2022, 3, 16)) for key in sorted((keys[0], keys[2]))
    ]
    told = letters(bench, "recommendation_result")
    assert sorted(
        (code, facts["result"], facts["reason"]) for code, facts in told if facts["result"] != "recommended"
    ) == sorted(
        [
            (county_code(2), "not_sent", "名额有限（示例）"),
            (COUNTY, "not_sent", "名额有限（示例）"),
            (county_code(1), "sent", "1-430100-1"),
            (COUNTY, "sent", "1-430100-1"),
            (sample_uscc(3, "430102"), "sent", "1-430100-1"),
            (OTHER_COUNTY, "sent", "1-430100-1"),
        ]
    )


def test_fourth_application_is_refused_whatever_the_province_says(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 4)

    with pytest.raises(BadInput):
        override(bench, keys[3], "K22")
    with pytest.raises(RuleBroken) as refused:
        rank(bench, *keys)

    assert refusals(refused) == [("rules.quotas.city_total", "K22")]
    assert states_of(bench, keys) == [("recommended", None)] * 4


def test_direct_application_counts_into_the_total(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 3)
    direct = recommended(bench, city_code(9), nominator=CITY)

    with pytest.raises(RuleBroken) as refused:
        rank(bench, *keys, direct)

    assert refusals(refused) == [("rules.quotas.city_total", "K22")]


def test_whoever_is_not_sent_gets_a_reason(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)

    with pytest.raises(RuleBroken) as refused:
        rank(bench, keys[0], reasons={keys[1]: " "})

    assert refusals(refused) == [("rules.quotas.reason", "K22")]


@pytest.mark.parametrize(
    ("ranking", "reasons"),
    [
        pytest.param([0], [], id="left-out"),
        pytest.param([0, 1, 0], [], id="twice"),
        pytest.param([0, 1], [0], id="ranked-and-not-sent"),
        pytest.param([0, 1, 2], [], id="not-recommended"),
    ],
)
def test_ranking_takes_every_recommended_application_once(
    sqlite_url: str, ranking: list[int], reasons: list[int]
) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    keys.append(submitted(bench, county_code(7)))

    with pytest.raises(BadInput) as refused:
        rank(bench, *(keys[place] for place in ranking), reasons={keys[place]: "理由" for place in reasons})

    assert refused.value.code == "application.ranking_incomplete"
    assert row_of(bench, Submission, SUBMISSION).state == "collecting"


def test_other_city_neither_ranks_nor_e_mails(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    form = {"batch": 1, "city": "430100"}

    with pytest.raises(NotEntitled):
        bench.act("application.rank_city", OTHER_CITY, **form, ranking=keys, reasons={})
    with pytest.raises(NotEntitled):
        bench.act("application.email_submission", OTHER_CITY, **form, applications=keys, rows=1, sealed=True)


def test_city_that_was_not_opened_has_no_list(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    announce(bench)

    with pytest.raises(NotFound):
        rank(bench)


def test_late_recommendation_needs_the_ranking_back(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, keys[0], reasons={keys[1]: "名额有限（示例）"})
    late = consented(bench, sample_uscc(3, "430102"), nominator=OTHER_COUNTY)
    with pytest.raises(AlreadyDone) as refused:
        recommend(bench, late, nominator=OTHER_COUNTY)
    assert refused.value.code == "application.ranked_already"

    reopen(bench)
    assert states_of(bench, keys) == [("recommended", None)] * 2
    assert step_keys(bench, "S04:1:430100%") == ["S04:1:430100+2"]
    recommend(bench, late, nominator=OTHER_COUNTY)
    rank(bench, late, keys[1], keys[0])

    assert states_of(bench, [*keys, late]) == [("ranked", 3), ("ranked", 2), ("ranked", 1)]
    assert step_keys(bench, "S04:1:430100%") == []


# ---- e-mailed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"rows": 2}, "application.rows", id="K23-count-and-rows"),
        pytest.param({"sealed": False}, "application.unsealed", id="K23-unstamped"),
        pytest.param({"applications": [], "rows": 0}, "application.mail_incomplete", id="K23-incomplete"),
        pytest.param({"sent_at": "2022-03-10T10:01:00+08:00"}, "application.mail_future", id="K23-to-come"),
        pytest.param(
            {"sent_at": "2022-02-24T23:59:00+08:00"}, "application.mail_early", id="K23-before-the-batch"
        ),
    ],
)
def test_mail_that_is_not_complete_does_not_count(sqlite_url: str, fields: dict[str, Any], code: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    rank(bench, *keys)
    bench.at("2022-03-10T10:00")

    with pytest.raises(RuleBroken) as refused:
        email(bench, *keys, **fields)

    assert refusals(refused) == [(code, "K23")]
    assert step_keys(bench, "S05:1:430100") == ["S05:1:430100"]


def test_list_is_not_e_mailed_before_it_is_ranked(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)

    with pytest.raises(AlreadyDone) as refused:
        email(bench)

    assert refused.value.code == "act.illegal_move"


@pytest.mark.parametrize(
    ("sent_at", "late"),
    [
        pytest.param("2022-03-10T23:59:59+08:00", False, id="A1-to-24-hours"),
        pytest.param("2022-03-11T00:00:00+08:00", True, id="A1-a-second-later"),
        pytest.param("2022-03-10T16:00:00+00:00", True, id="A1-china-time"),
        pytest.param("2022-03-10T23:00:00", False, id="A3-header-without-zone"),
        pytest.param(None, True, id="now"),
    ],
)
def test_late_mail_is_taken_and_marked(sqlite_url: str, sent_at: str | None, late: bool) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    rank(bench, *keys)
    bench.at("2022-03-12T09:00")

    found = email(bench, *keys, sent_at=sent_at, note="以邮件头时间为准（示例）")

    assert found.email_late is late
    assert [
        (facts["late"], facts["note"])
        for _, subject, facts in events(bench, "application.email_submission")
        if subject == SUBMISSION
    ] == [(late, "以邮件头时间为准（示例）")]


def test_mail_within_the_citys_extension_is_in_time(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    rank(bench, *keys)
    bench.act("deadlines.extend_step", PROVINCE, step="S05:1:430100", until=date(2022, 3, 14), reason="示例")
    bench.at("2022-03-14T09:00")

    found = email(bench, *keys)

    assert found.email_late is False


def test_check_is_due_from_the_mails_own_day(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    rank(bench, *keys)
    bench.at("2022-03-14T09:00")

    found = email(bench, *keys, sent_at=datetime(2022, 3, 10, 18, 0))  # noqa: DTZ001  (a header without zone)

    assert found.emailed_at is not None
    assert found.emailed_at.isoformat() == "2022-03-10T18:00:00+08:00"
    assert [due for _, _, due in steps_of(bench, "S08%")] == [date(2022, 3, 17)]


def test_city_that_sends_nobody_owes_no_parcel(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    rank(bench, reasons={keys[0]: "条件不足（示例）"})

    found = email(bench)

    assert (found.state, found.rows) == ("emailed", 0)
    assert step_keys(bench, "S05:1:430100") == []
    assert step_keys(bench, "S06%") == []


def test_nothing_begins_once_the_list_has_gone(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url, county_code(1))
    register(bench, county_code(2))

    with pytest.raises(AlreadyDone) as refused:
        draft(bench, county_code(2))

    assert refused.value.code == "application.list_gone"


def test_draft_is_not_handed_in_once_the_list_has_gone(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1))
    draft(bench, code)
    rank(bench)
    email(bench)

    with pytest.raises(AlreadyDone) as submitting:
        submit(bench, code)
    with pytest.raises(AlreadyDone) as taking_back:
        reopen(bench)

    assert (submitting.value.code, taking_back.value.code) == ("application.list_gone", "act.illegal_move")


def test_county_cannot_decide_after_the_list_has_gone(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    rank(bench)
    email(bench)
    bench.act("application.consent_plan", COUNTY_RURAL, application=key, opinion="同意（示例）")

    with pytest.raises(AlreadyDone) as refused:
        recommend(bench, key_of(county_code(1)))

    assert refused.value.code == "application.list_gone"
