"""Advice beside the fields: every breach at its field, the words of the long texts with their limits."""

from typing import Any

from models.rules.form import submission_breaches
from tasks.dossier import application_of, form_context
from tasks.queries.form_advice import FieldAdvice, form_advice
from tests.factory import Bench
from tests.tasks.applying import (
    COUNTY,
    RESIDENT_NUMBER,
    county_code,
    draft,
    form_of,
    key_of,
    opened_bench,
    register,
)
from tests.tasks.scenes import events

CODE = county_code(1)
KEY = key_of(CODE)


def drafted(url: str) -> Bench:
    bench = opened_bench(url)
    register(bench, CODE)
    draft(bench, CODE)
    return bench


def advice(bench: Bench, **changes: Any) -> dict[str, FieldAdvice]:
    with bench.work() as work:
        return {one.id: one for one in form_advice(work, KEY, form_of(CODE, COUNTY, **changes))}


def test_a_sound_form_has_its_word_counts_only(database_url: str) -> None:
    bench = drafted(database_url)

    found = advice(bench)

    assert {one.id: (one.words, one.most, one.advice) for one in found.values()} == {
        "F29": (4, 400, ()),
        "F30": (4, 800, ()),
    }
    assert events(bench, "application.save_draft") == []


def test_faults_and_advice_stand_at_their_fields(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)

    found = advice(
        bench,
        background="字" * 401,
        lead_mobile="1380013800",
        contact_email="lead@people.example",
        uscc="52",
        professionals_trained=1,
        city="",
    )

    told = {number: [(one.hard, one.clause) for one in field.advice] for number, field in found.items()}
    assert told == {
        "F01": [(True, "F01")],
        "F04": [(True, "F04")],
        "F12": [(True, "F12")],
        "F17": [(False, "F17")],
        "F21": [(True, "K30")],
        "F29": [(True, "F29")],
        "F30": [],
    }
    assert (found["F29"].words, found["F29"].is_sound, found["F17"].is_sound) == (401, False, True)
    assert "401" in found["F29"].advice[0].text


def test_no_breach_is_lost_between_the_fields(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)
    broken: dict[str, Any] = {
        name: "?" for name in form_of(CODE) if name not in ("budget", "inspection_result")
    }
    broken |= {"budget": [{}], "inspection_result": "qualified", "inspection_year": 1999}

    with bench.work() as work:
        found = application_of(work, KEY)
        context = form_context(work, work.batch(1), found)
        breaches = submission_breaches(broken, context, work.rules(1))
        told = [one.text for field in form_advice(work, KEY, broken) for one in field.advice]

    assert sorted(told) == sorted(one.text for one in breaches if one.clause != "F26")


def test_a_masked_number_counts_as_the_stored_one(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)

    found = advice(bench, lead_id_number="110***********002X", contact_id_number="110105194912310021")

    assert "F14" not in found
    assert [one.hard for one in found["F18"].advice] == [True]
    assert RESIDENT_NUMBER not in str(found)
