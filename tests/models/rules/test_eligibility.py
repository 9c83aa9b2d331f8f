"""K08, K17, K18, K19: who may apply, where, and whether again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as gb32100

from models.rules.breach import split
from models.rules.eligibility import (
    Candidate,
    Channel,
    Level,
    Nomination,
    OpenApplication,
    PastApplication,
    channel_breaches,
    eligibility_breaches,
    institution_breaches,
    repeat_breaches,
    was_recipient,
)
from tests.models.rules.standin import HUNAN, codes, reading


def code_of(division: str, serial: int = 1) -> str:
    body = f"52{division}MJ{serial:07d}"
    return body + gb32100.calc_check_digit(body)


COUNTY = Candidate(code_of("430121"), "sample one", "social_work", Level.COUNTY, "430100")
CITY = Candidate(code_of("430100"), "sample two", "elderly_welfare", Level.CITY, "430100")
BY_COUNTY = Nomination(Channel.COUNTY, "430121", "430100")
BY_CITY = Nomination(Channel.CITY, "430100", "430100")
PAIRED = PastApplication(COUNTY.uscc, 1, approved=True, paired=True, signed=True, completed=True)


@pytest.mark.parametrize("kind", HUNAN.value("eligibility.types"))
def test_each_named_kind_may_apply(kind: str) -> None:
    assert institution_breaches(replace(COUNTY, kind=kind), HUNAN) == ()


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        pytest.param(replace(COUNTY, legal_person=False), ["legal_person"], id="K08-branch-office"),
        pytest.param(replace(COUNTY, kind="individual"), ["kind"], id="K08-individual"),
        pytest.param(replace(COUNTY, uscc="1"), ["length"], id="K08-uscc"),
        pytest.param(replace(COUNTY, kind="other"), ["explain", "acceptance"], id="K08-other"),
        pytest.param(
            replace(COUNTY, kind="other", explanation="x"), ["acceptance"], id="K08-other-explained"
        ),
        pytest.param(
            replace(COUNTY, kind="other", explanation="x", accepted_by_province=True),
            [],
            id="K08-other-accepted",
        ),
        pytest.param(
            replace(COUNTY, legal_person=False, kind="individual", uscc="1"),
            ["legal_person", "length", "kind"],
            id="K08-all-at-once",
        ),
    ],
)
def test_institution(candidate: Candidate, expected: list[str]) -> None:
    assert codes(institution_breaches(candidate, HUNAN)) == expected


def test_past_recipient_is_refused_softly() -> None:
    found = repeat_breaches(replace(COUNTY, name="another name"), [PAIRED], HUNAN)

    assert codes(found) == ["again"]
    assert split(found)[0] == ()


def test_merged_institution_carries_its_past() -> None:
    merged = replace(COUNTY, uscc=code_of("430121", 7), predecessors=(COUNTY.uscc.lower(),))

    assert codes(repeat_breaches(merged, [PAIRED], HUNAN)) == ["again"]


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        pytest.param(PastApplication("", 1), {"applied"}, id="A19-refused"),
        pytest.param(PastApplication("", 1, approved=True), {"applied", "approved"}, id="A19-waiting-list"),
        pytest.param(
            PastApplication("", 1, approved=True, paired=True, withdrawn=True),
            {"applied", "approved"},
            id="A19-withdrawn-before-signing",
        ),
        pytest.param(
            PastApplication("", 1, approved=True, paired=True, signed=True, withdrawn=True),
            {"applied", "approved", "approved_and_paired"},
            id="A19-withdrawn-after-signing",
        ),
        pytest.param(PAIRED, {"applied", "approved", "approved_and_paired", "completed"}, id="A19-completed"),
    ],
)
def test_readings_of_recipient(past: PastApplication, expected: set[str]) -> None:
    known = ("applied", "approved", "approved_and_paired", "completed")

    assert {one for one in known if was_recipient(past, one)} == expected


def test_unknown_reading_is_an_error() -> None:
    with pytest.raises(ValueError, match="A19"):
        repeat_breaches(COUNTY, [PAIRED], reading(eligibility__excluded_reading="?"))


@pytest.mark.parametrize(
    ("candidate", "nomination", "expected"),
    [
        pytest.param(COUNTY, BY_COUNTY, [], id="K19-own-county"),
        pytest.param(COUNTY, BY_CITY, ["county_by_city"], id="K19-by-city"),
        pytest.param(
            COUNTY, Nomination(Channel.COUNTY, "430181", "430100"), ["other_county"], id="K19-other-county"
        ),
        pytest.param(
            replace(COUNTY, registered_in="430181"),
            Nomination(Channel.COUNTY, "430181", "430100"),
            [],
            id="K19-register-is-newer-than-code",
        ),
        pytest.param(CITY, BY_CITY, [], id="K18-city"),
        pytest.param(CITY, BY_COUNTY, [], id="A8-any-county"),
        pytest.param(
            CITY, Nomination(Channel.COUNTY, "430211", "430200"), ["other_city"], id="A8-other-city"
        ),
    ],
)
def test_channel(candidate: Candidate, nomination: Nomination, expected: list[str]) -> None:
    assert codes(channel_breaches(candidate, nomination, (), HUNAN)) == expected


def test_any_county_can_be_read_narrowly() -> None:
    narrow = reading(eligibility__city_level_any_county=False)

    assert codes(channel_breaches(CITY, BY_COUNTY, (), narrow)) == ["any_county"]
    assert channel_breaches(CITY, BY_CITY, (), narrow) == ()


def test_second_application_is_refused() -> None:
    other = OpenApplication("1-x-1", CITY.uscc.lower(), "430121")

    assert codes(channel_breaches(CITY, BY_CITY, [other], HUNAN)) == ["second_application"]


def test_every_breach_is_told() -> None:
    found = eligibility_breaches(
        replace(COUNTY, legal_person=False),
        BY_CITY,
        HUNAN,
        past=[PAIRED],
        same_batch=[OpenApplication("1-x-1", COUNTY.uscc, "430121")],
    )

    assert [one.clause for one in found] == ["K08", "K17", "K19", "K18"]


@given(st.sampled_from(Level), st.sampled_from(Channel), st.sampled_from(["430121", "430181", "430211"]))
def test_no_institution_leaves_its_own_city(level: Level, channel: Channel, county: str) -> None:
    candidate = replace(COUNTY, level=level)
    city = county[:4] + "00"
    nomination = Nomination(channel, city if channel is Channel.CITY else county, city)

    if channel_breaches(candidate, nomination, (), HUNAN) == ():
        assert nomination.city == candidate.city
