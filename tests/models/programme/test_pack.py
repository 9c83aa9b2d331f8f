"""The shipped Hunan pack says what the notice says; loading it is strict; its values are dated and frozen."""

import hashlib
import time
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from enum import EnumType, StrEnum
from fractions import Fraction
from pathlib import Path

import pytest

from models import states
from models.programme import (
    NotYetInForce,
    PackInvalid,
    Programme,
    UnknownInPack,
    UnknownParameter,
    ValueOfOtherKind,
    check_programme,
    load_programme,
    split_address,
)
from models.programme.loader import SHIPPED
from tests.models.programme.packs import SECOND_PROVINCE, Plant, entry, planted

NOTICE_DAY = date(2022, 2, 25)
NOTICE_SHA256 = "f427e42e30c3950ca704d2d20b35c437bdff8a47110e2a3811e9261593192d25"


@pytest.fixture(scope="module")
def hunan() -> Programme:
    return load_programme()


def test_pack_holds_every_clause_ambiguity_field_and_step_once(hunan: Programme) -> None:
    assert [one.id for one in hunan.clauses] == [f"K{n:02}" for n in range(1, 50)]
    assert [one.id for one in hunan.ambiguities] == [f"A{n}" for n in range(1, 27)]
    assert [one.id for one in hunan.form if one.printed] == [f"F{n:02}" for n in range(1, 32)]
    steps = [f"S{n:02}" for n in range(1, 28)]
    with_a_second = ("S03", "S08", "S19", "S23", "S24")
    expected = [one for step in steps for one in ((step, f"{step}C") if step in with_a_second else (step,))]
    assert [one.id for one in hunan.steps] == expected


def test_pack_does_not_contradict_itself(hunan: Programme) -> None:
    assert [one.text for one in check_programme(hunan)] == []


def test_notice_text_is_the_published_one(hunan: Programme) -> None:
    assert hashlib.sha256(hunan.notice_text.encode()).hexdigest() == NOTICE_SHA256


def test_quotes_stand_in_the_notice(hunan: Programme) -> None:
    missing = [
        (clause.id, part)
        for clause in hunan.clauses
        for part in clause.quote.split("\u2026")
        if part not in hunan.notice_text
    ]

    assert missing == []


def test_ambiguities_have_the_default_readings(hunan: Programme) -> None:
    rules = hunan.rules(NOTICE_DAY)

    assert {one.id: rules.value(one.key) for one in hunan.ambiguities} == {
        "A1": True,
        "A2": "posted",
        "A3": "first_complete",
        "A4": ("province_civil", "city_civil", "county_civil", "recipient"),
        "A5": True,
        "A6": False,
        "A7": "batch",
        "A8": True,
        "A9": "nominator",
        "A10": False,
        "A11": "recipient",
        "A12": "pooled",
        "A13": "calendar_clipped",
        "A14": "count_with_note",
        "A15": "full",
        "A16": 1,
        "A17": "joint_two_receipts",
        "A18": 10,
        "A19": "approved_and_paired",
        "A20": "programme_end",
        "A21": "word",
        "A22": "any_employed",
        "A23": "chair",
        "A24": "waiting_list",
        "A25": "amendment_new_pair",
        "A26": ("visiting", "trained"),
    }


@pytest.mark.parametrize(
    ("key", "clause", "value"),
    [
        ("quota.county", "K20", 2),
        ("quota.city_direct", "K21", 1),
        ("quota.city_total", "K22", 3),
        ("quota.province_total", "K22", 42),
        ("application.copies", "K24", 4),
        ("application.summaries", "K24", 1),
        ("agreement.signing_workdays", "K27", 15),
        ("fieldwork.trainees_min", "K30", 3),
        ("fieldwork.days_min", "K31", 120),
        ("money.leg_a_yuan", "K39", 30000),
        ("money.leg_c_yuan", "K42", 10000),
        ("form.background_limit", "K15", 400),
        ("form.proposal_limit", "K15", 800),
        ("programme.ends_on", "K04", date(2025, 12, 31)),
    ],
)
def test_numbers_of_the_notice_cite_their_clause(
    hunan: Programme, key: str, clause: str, value: object
) -> None:
    rules = hunan.rules(NOTICE_DAY)

    assert (rules.value(key), rules.clause(key)) == (value, clause)


def test_first_batch_has_the_notices_dates(hunan: Programme) -> None:
    first, second = hunan.batches

    assert (first.opened_on, first.submit_by, first.post_by) == (
        date(2022, 2, 25),
        date(2022, 3, 10),
        date(2022, 3, 14),
    )
    assert (first.period_start, first.period_end) == (date(2022, 3, 1), date(2023, 12, 31))
    assert (second.announce_by, second.opened_on, second.submit_by) == (date(2024, 2, 29), None, None)
    assert (second.excludes, second.period_end) == ((1,), None)


def test_agreement_ladder_tells_as_the_table_of_steps(hunan: Programme) -> None:
    step = hunan.step("S13")

    assert step.reminders == (-10, -5, -3, -1, 0)
    assert [(one.after, one.tell) for one in step.ladder] == [
        (1, ("city_civil",)),
        (3, ("province_civil",)),
        (7, ("province_civil", "sender_bureau")),
    ]
    assert [one.workdays for one in step.due] == ["agreement.signing_workdays"]


def test_steps_without_ladder_tell_nobody(hunan: Programme) -> None:
    silent = {one.id for one in hunan.steps if not one.ladder}

    assert silent == {"S07", "S08", "S14", "S25", "S26", "S27"}


def test_opened_by_names_what_follows(hunan: Programme) -> None:
    assert [one.id for one in hunan.opened_by("S13")] == ["S14", "S15", "S16", "S18"]
    assert [one.id for one in hunan.opened_by("leg_a_received")] == ["S15"]


def test_indicators_are_eight_figures_four_lines_four_targets(hunan: Programme) -> None:
    groups = [one.group for one in hunan.indicators]

    assert groups == ["rollup"] * 8 + ["line"] * 4 + ["target"] * 4


def test_labels_speak_chinese_for_codes(hunan: Programme) -> None:
    assert hunan.label("step", "S13") == hunan.step("S13").title
    assert hunan.party_label("city_civil.leader") == (
        hunan.label("party", "city_civil") + hunan.label("duty", "leader")
    )
    with pytest.raises(UnknownInPack):
        hunan.label("step_state", "vanished")


def test_every_state_has_its_word(hunan: Programme) -> None:
    enums = [one for one in vars(states).values() if isinstance(one, EnumType) and one is not StrEnum]

    spoken = {f"{one.__name__.removesuffix('State').lower()}_state": {*one} for one in enums}

    assert {group: hunan.words[group].keys() for group in spoken} == spoken


def test_split_address_means_the_officer_without_a_dot() -> None:
    assert split_address("city_civil") == ("city_civil", "officer")
    assert split_address("province_civil.finance") == ("province_civil", "finance")


def test_every_ambiguitys_reading_has_its_word(hunan: Programme) -> None:
    options = hunan.words["option"].keys() | hunan.words["party"].keys()

    wordless = [
        (one.id, option)
        for one in hunan.ambiguities
        for option in one.options
        if isinstance(option, str) and option not in options
    ]

    assert wordless == []


def test_rules_give_each_kind_of_value(hunan: Programme) -> None:
    rules = hunan.rules(NOTICE_DAY)

    assert rules.fen("money.leg_a_yuan") == 3_000_000
    assert rules.fen("form.fund_outlier_wan") == 1_000_000_000
    assert rules.decimal("fieldwork.day_step") == Decimal("0.5")
    assert rules.fraction("review.quorum") == Fraction(2, 3)
    assert rules.month_day("money.leg_a_later", 2023) == date(2023, 4, 30)
    assert rules.names("agreement.parties_city") == ("city_civil", "sender", "recipient")
    assert rules.flag("quota.county_hard") is False
    assert rules.day("programme.starts_on") == date(2022, 1, 1)


def test_rules_refuse_unknown_key_early_day_and_other_kind(hunan: Programme) -> None:
    with pytest.raises(UnknownParameter):
        hunan.rules(NOTICE_DAY).value("quota.district")
    with pytest.raises(NotYetInForce) as early:
        hunan.rules(date(2022, 2, 24)).value("quota.county")
    with pytest.raises(ValueOfOtherKind):
        hunan.rules(NOTICE_DAY).fen("quota.county")
    with pytest.raises(ValueOfOtherKind):
        hunan.rules(NOTICE_DAY).number("quota.county_hard")

    assert early.value.since == NOTICE_DAY
    assert not hunan.rules(date(2022, 2, 24)).has("quota.county")


def test_amended_value_holds_from_its_day_and_only_from_it() -> None:
    def amend(data: dict) -> None:
        amended = {"from": date(2024, 2, 1), "value": 20, "by": "amendment"}
        data["parameters"]["agreement.signing_workdays"]["values"].append(amended)

    amended, problems = planted(amend)

    assert amended is not None, problems
    days = (NOTICE_DAY, date(2024, 1, 31), date(2024, 2, 1))
    assert [amended.rules(day).number("agreement.signing_workdays") for day in days] == [15, 15, 20]
    assert check_programme(amended) == ()
    assert amended.digest != load_programme().digest


def test_pack_is_frozen_and_its_digest_repeatable(hunan: Programme) -> None:
    with pytest.raises(FrozenInstanceError):
        hunan.step("S13").title = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        hunan.words["step"]["S13"] = "other"  # type: ignore[index]

    assert load_programme(SHIPPED).digest == hunan.digest


@pytest.mark.parametrize(
    ("plant", "code", "where"),
    [
        (lambda d: entry(d, "steps", "S05").update(ownr="x"), "unknown_key", "step S05"),
        (lambda d: entry(d, "steps", "S05").pop("owner"), "missing_key", "step S05"),
        (
            lambda d: entry(d, "steps", "S05")["ladder"][0].update(tell="city_civil"),
            "wrong_type",
            "step S05.ladder[0].tell",
        ),
        (
            lambda d: entry(d, "steps", "S05")["ladder"][0].update(tell=[3]),
            "wrong_type",
            "step S05.ladder[0].tell[0]",
        ),
        (lambda d: entry(d, "steps", "S13").update(reminders=[True]), "wrong_type", "step S13.reminders[0]"),
        (
            lambda d: entry(d, "steps", "S13")["due"][0].update(workday=3),
            "unknown_key",
            "step S13.due[0]",
        ),
        (lambda d: entry(d, "clauses", "K20").update(binding="maybe"), "not_a_choice", "clause K20.binding"),
        (lambda d: d["parameters"]["quota.county"].pop("clause"), "missing_key", "parameter quota.county"),
        (
            lambda d: d["parameters"]["quota.county"]["values"][0].update(value=1.5),
            "wrong_type",
            "parameter quota.county.values[0].value",
        ),
        (
            lambda d: d["parameters"]["quota.county"]["values"][0].update({"from": "2022-02-25"}),
            "wrong_type",
            "parameter quota.county.values[0].from",
        ),
        (
            lambda d: entry(d, "batches", 2, "number").update(announce_by="soon"),
            "wrong_type",
            "batch 2.announce_by",
        ),
        (lambda d: d.update(surprise=1), "unknown_key", "pack"),
        (lambda d: d.pop("legs"), "missing_key", "pack"),
        (lambda d: d.update(legs={}), "wrong_type", "leg"),
        (lambda d: d["words"]["per"].update(city=3), "wrong_type", "words.per.city"),
        (lambda d: d.update(title=3), "wrong_type", "title"),
    ],
)
def test_loading_names_the_place_of_each_malformation(plant: Plant, code: str, where: str) -> None:
    programme, problems = planted(plant)

    assert programme is None
    assert [(one.code, one.where) for one in problems] == [(f"pack.{code}", where)]
    assert where in problems[0].text


def test_loading_lists_all_problems_at_once(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    broken = tmp_path / "broken.toml"
    misspelt = text.replace('owner = "committee.reviewer"', 'ownr = "committee.reviewer"')
    broken.write_text(f"{misspelt}\n[surprise]\n", encoding="utf-8")
    (tmp_path / "hunan.notice.txt").write_text("", encoding="utf-8")

    with pytest.raises(PackInvalid) as caught:
        load_programme(broken)

    assert [(one.code, one.where) for one in caught.value.problems] == [
        ("pack.unknown_key", "pack"),
        ("pack.missing_key", "step S09"),
        ("pack.unknown_key", "step S09"),
    ]
    assert str(caught.value).count("\n") == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "unreadable"), (b"\xff\xfe", "unreadable"), (b"steps = [", "not_toml")],
)
def test_loading_refuses_files_it_cannot_read(tmp_path: Path, content: bytes | None, code: str) -> None:
    file = tmp_path / "pack.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(PackInvalid) as caught:
        load_programme(file)

    assert [one.code for one in caught.value.problems] == [f"pack.{code}"]
    assert str(file) in str(caught.value)


def test_loading_takes_less_than_thirty_milliseconds(hunan: Programme) -> None:
    durations = []
    for _ in range(5):
        began = time.process_time()
        load_programme()
        durations.append(time.process_time() - began)

    assert min(durations) < 0.030


def test_second_province_is_data_only() -> None:
    sample = load_programme(SECOND_PROVINCE)

    assert [one.text for one in check_programme(sample)] == []
    assert [one.code for one in sample.legs] == ["A"]
    assert sample.rules(date(2022, 8, 1)).names("agreement.parties_county") == ("sender", "recipient")
    assert sample.rules(date(2022, 8, 1)).fen("money.leg_a_yuan") == 5_000_000
    assert sample.rules(date(2024, 1, 1)).number("agreement.signing_workdays") == 30
    assert not sample.rules(date(2022, 8, 1)).has("quota.county")
