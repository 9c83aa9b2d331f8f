"""The catalogue of sentences: filling is strict, safe and complete."""

from datetime import date

import pytest

from models import messages


def test_say_fills_facts_and_joins_lists() -> None:
    found = messages.say("pack.unknown_key", where="steps[0]", key="ownr", known=("id", "owner"))

    comma = messages.sentence("list.comma")
    assert "steps[0]" in found
    assert f"id{comma}owner" in found


def test_say_refuses_missing_fact() -> None:
    with pytest.raises(messages.MissingFact) as caught:
        messages.say("pack.unknown_key", where="steps[0]", key="ownr")

    assert (caught.value.code, caught.value.fact) == ("pack.unknown_key", "known")


def test_say_refuses_unknown_code() -> None:
    with pytest.raises(messages.UnknownMessage):
        messages.say("pack.no_such_sentence")


def test_say_does_not_interpret_facts() -> None:
    found = messages.say("pack.missing_key", where="{key.__class__}", key=date(2022, 3, 10))

    assert "{key.__class__}" in found
    assert "2022-03-10" in found


def test_pack_sentences_end_as_sentences() -> None:
    unfinished = [
        code
        for code in messages.codes("pack.")
        if not code.startswith("pack.kind.") and messages.sentence(code)[-1] not in "\u3002\uff1f\uff01"
    ]

    assert unfinished == []


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "零"),
        (1, "一"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (35, "三十五"),
        (100, "100"),
        ("甲", "甲"),
    ],
)
def test_numbers_of_batches_are_written_as_people_write_them(number: object, written: str) -> None:
    assert messages.numeral(number) == written


def test_a_sentence_asks_for_a_numeral() -> None:
    assert (messages.places("act.no_batch"), "没有第三批" in messages.say("act.no_batch", batch=3)) == (
        frozenset({"batch"}),
        True,
    )
