"""The rules and the rest of the house name the same things: parameters, sentences, form fields, words."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models import messages, rules
from models.programme.loader import load_programme
from models.programme.pack import Programme
from models.programme.workdays import load_workdays
from models.rules.deadlines import due_on
from models.rules.form import FIELDS
from models.rules.money import Leg, due_fen, parties_of, payment_breaches
from tests.models.rules.standin import VALUES
from tests.models.rules.test_money import FUNDING, TODAY, A, B, C

SOURCES = sorted(Path(rules.__file__).parent.glob("*.py"))


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme()


def test_every_parameter_asked_for_is_in_the_standin_and_no_other() -> None:
    asked: set[str] = set()
    for source in SOURCES:
        asked |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', source.read_text()))
    asked |= {"money.leg_a_yuan", "money.leg_b_yuan"}  # named by the pack's legs

    # A part of a file has a name like a parameter's.
    asked = {key for key in asked if not key.startswith("rules.") and not key.endswith(".xml")}

    assert asked == set(VALUES)


@pytest.mark.parametrize("key", sorted(VALUES))
def test_standin_has_the_value_of_the_pack(key: str, programme: Programme) -> None:
    batch_day = programme.batch(1).period_start

    assert programme.rules(batch_day).value(key) == VALUES[key]


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    text = "".join(source.read_text() for source in SOURCES)
    used = set(re.findall(r'"(rules\.[a-z_.0-9]+)"', text))
    families = set(re.findall(r'f"(rules\.[a-z_.]+)\{', text))
    known = set(messages.codes("rules."))

    assert used <= known
    assert {one for one in known - used if not any(one.startswith(family) for family in families)} == set()


def test_required_fields_are_those_of_the_pack(programme: Programme) -> None:
    required = {
        one.key: one.id for one in programme.form if one.required and one.printed and one.type != "signature"
    }

    assert dict(FIELDS) == required


def test_words_are_those_of_the_pack(programme: Programme) -> None:
    groups = (
        "institution_type",
        "inspection",
        "grade",
        "evaluation_grade",
        "fund",
        "own_fund",
        "use",
        "visit_kind",
        "option",
    )
    known = {word for group in groups for word in programme.words[group].items()}
    parties = {one.code for one in programme.parties}

    ours = {
        (code.removeprefix("list.words."), messages.sentence(code)) for code in messages.codes("list.words.")
    }

    assert {word for word in ours if word[0] not in parties} <= known


def test_every_leg_of_the_pack_can_be_reckoned(programme: Programme) -> None:
    funding = replace(FUNDING, legs=programme.legs)
    in_force = programme.rules(date(2022, 2, 25))

    assert [due_fen(leg, 2022, funding, in_force) for leg in Leg] == [3_000_000, 3_000_000, 1_000_000]
    assert [parties_of(leg, funding) for leg in Leg] == [
        ("province_civil", "city_civil"),
        ("city_civil", "sender"),
        ("county_civil", "recipient"),
    ]
    for new in (A, B, C):
        standing = [A] if new is B else []
        assert payment_breaches(new, funding, standing, today=TODAY, rules=in_force) == ()


def test_every_step_of_the_pack_gets_a_due_date(programme: Programme) -> None:
    workdays = load_workdays()
    anchors = {one.id: date(2022, 3, 14) for one in programme.anchors}

    for kind in programme.steps:
        found = due_on(kind.due, anchors, programme.rules(date(2022, 2, 25)), workdays)
        assert (found is None) == (kind.due == ())
