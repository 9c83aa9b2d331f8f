"""Versions of a form: what each changed by the form's own labels, numbers as they are shown."""

import pytest

from models.rules.form_seen import seen_token
from tasks.queries.form_versions import FieldChange, FormVersion, form_versions
from tasks.refusal import NotFound
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import (
    COUNTY,
    RESIDENT_NUMBER,
    county_code,
    draft,
    emailed_bench,
    form_of,
    key_of,
    opened_bench,
    register,
    submit,
)

CODE = county_code(1)
KEY = key_of(CODE)


def versions(bench: Bench) -> list[FormVersion]:
    with bench.work() as work:
        return form_versions(work, KEY)


def returned(url: str) -> Bench:
    bench = opened_bench(url)
    register(bench, CODE)
    draft(bench, CODE)
    submit(bench, CODE)
    bench.act("application.return_for_changes", COUNTY, application=KEY, remarks={"background": "补充"})
    return bench


def test_a_draft_that_was_never_submitted_is_the_only_one(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)
    draft(bench, CODE)

    (only,) = versions(bench)

    assert (only.number, only.at, only.changes) == (None, None, ())


def test_each_version_says_what_it_changed(database_url: str) -> None:
    bench = returned(database_url)
    form = form_of(
        CODE, background="新背景", grade="4A", awards="样例奖", budget=[{"item": "食宿", "wan": "2"}]
    )
    bench.act("application.revise", CODE, application=KEY, form=form)
    submit(bench, CODE)

    first, second = versions(bench)

    assert (first.number, first.changes, second.number) == (1, (), 2)
    assert second.changes == (
        FieldChange("F09", "grade", "考核等级", "3A级", "4A级"),
        FieldChange("F10", "awards", "曾获何种奖励", "", "样例奖"),
        FieldChange("F29", "background", "项目背景", "样例背景", "新背景"),
        FieldChange("F31", "budget", "项目预算", "食宿 1.5\n服务 0.5", "食宿 2"),
    )


def test_what_is_saved_and_not_submitted_stands_last(sqlite_url: str) -> None:
    bench = returned(sqlite_url)
    assert [one.number for one in versions(bench)] == [1]
    seen = versions(bench)[-1].token
    form = form_of(CODE, lead_id_number="110105194912310038", inspection_result="")

    bench.act("application.save_draft", CODE, application=KEY, form=form, seen=seen)

    _first, last = versions(bench)
    assert (last.number, last.at) == (None, None)
    assert [(one.id, one.before, one.after) for one in last.changes] == [
        ("F08", "合格", ""),
        ("F14", "110***********002X", "110***********0038"),
    ]
    assert RESIDENT_NUMBER not in str(versions(bench))
    assert "sealed_numbers" not in last.form


def test_a_recommendation_is_no_version_and_a_correction_is_one(sqlite_url: str) -> None:
    bench, _keys = emailed_bench(sqlite_url, CODE)
    assert [one.number for one in versions(bench)] == [1]
    bench.act("application.request_correction", PROVINCE, application=KEY, problems={"background": "补充"})

    bench.act("application.correct", CODE, application=KEY, form=form_of(CODE, background="改好"))

    changes = versions(bench)[-1].changes
    assert [(one.label, one.after) for one in changes] == [
        ("推选单位意见", "是"),
        ("推选单位意见", "2022-03-01"),
        ("推选单位意见", "同意推选（示例）"),
        ("项目背景", "改好"),
    ]


def test_the_token_is_the_stored_forms(sqlite_url: str) -> None:
    bench = returned(sqlite_url)

    (first,) = versions(bench)

    assert first.token != seen_token(first.form)


def test_an_unknown_application_has_no_versions(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)

    with pytest.raises(NotFound):
        versions(bench)
