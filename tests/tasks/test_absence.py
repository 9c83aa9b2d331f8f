"""Absences: letters go to the deputy while they last, and a deputy acts in the other's name, both checked."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.absence import Absence
from models.organisation import Duty
from models.rules.breach import RuleBroken
from notifications.digest import DigestReader
from notifications.outbox_claim import claim
from tasks.acts import perform
from tasks.deadlines import sweep
from tasks.deputies import deputies
from tasks.queries.explain import explain_step
from tasks.queries.rehearsal import rehearse
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound, Refusal
from tasks.watchman import watch
from tasks.work import Actor
from tests.factory import Bench
from tests.tasks.queries.test_rehearsal import lived, rehearsed
from tests.tasks.scenes import (
    CITY,
    COUNTY,
    COUNTY_PAIR,
    draft,
    events,
    letters,
    rows,
    signing_bench,
)
from tests.tasks.working import enter, working_bench

OFFICER, SECOND, FINANCE = f"{COUNTY}.officer", f"{COUNTY}.second", f"{COUNTY}.finance"


def staffed(url: str) -> Bench:
    """The county has a second officer; the list was confirmed on 2022-05-11, signatures are due on 2022-06-01."""
    bench = signing_bench(url)
    form = {"code": "second", "name": "样例第二经办人", "email": "second@people.example"}
    bench.act("organisation.add_person", COUNTY, **form)
    with bench.work() as work:
        held = work.session.get_one(Duty, (SECOND, COUNTY, "officer", date(2022, 5, 11)))
        work.session.delete(held)
        work.session.add(
            Duty(person=SECOND, organisation=COUNTY, duty="leader", valid_from=date(2022, 5, 11))
        )
    return bench


def away(bench: Bench, person: str = OFFICER, deputy: str = SECOND, **form: Any) -> Any:
    plain = {
        "absent_from": date(2022, 5, 16),
        "absent_until": date(2022, 5, 27),
        "reason": "样例事由",
    }
    office = person.rpartition(".")[0]
    return perform(
        bench.house,
        "deadlines.register_absence",
        Actor(person, office),
        **{"person": person, "deputy": deputy, **plain, **form},
    )


def told(bench: Bench, days: int = 40) -> set[tuple[str, str]]:
    """Days and people of the county in the rehearsal."""
    return {(day, person) for day, person, *_ in rehearsed(bench, days) if person.startswith(COUNTY)}


def test_letters_go_to_the_deputy_from_the_first_day_to_the_last(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)

    foreseen = told(bench)

    assert {person for day, person in foreseen if "2022-05-16" <= day <= "2022-05-27"} == {SECOND}
    assert {person for day, person in foreseen if day > "2022-05-27"} == {OFFICER}
    assert rehearsed(bench, 40) == lived(bench, 40)


def test_a_deputys_digest_says_for_whom(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)
    bench.at("2022-05-18T09:00")
    sweep(bench.house)

    house = bench.house
    reader = DigestReader(house.programme, house.workdays, house.divisions, house.clock.today)
    with bench.work() as work:
        claimed = claim(work.session, "test", 100, work.now, timedelta(minutes=1))
        (letter,) = (one for one in claimed if one.person_code == SECOND)
        lines = reader.lines(work.session, letter)

    assert [line.note.endswith(f"（代{name_of(bench, OFFICER)}）") for line in lines] == [True]


def test_the_watchman_knows_deputies_and_misses_whoever_was_told_in_vain(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)
    lived(bench, 40)
    today = bench.clock.today()

    with bench.work() as work:
        sound = watch(work, through=today, since=date.min)
        work.session.connection().execute(
            text("UPDATE notice SET person = :officer, on_behalf_of = NULL WHERE person = :second"),
            {"officer": OFFICER, "second": SECOND},
        )
        faults = watch(work, through=today, since=date.min)

    assert sound == []
    assert {(str(one.wrong), one.person) for one in faults} == {("missed", SECOND), ("misdirected", OFFICER)}


def test_a_letter_of_an_act_goes_to_the_deputy_and_says_so(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)
    bench.at("2022-05-18T10:00")
    step = f"S13:{COUNTY_PAIR}:{COUNTY}"

    bench.act("deadlines.extend_step", "430000-mz", step=step, until="2022-06-20", reason="样例理由")

    with bench.work() as work:
        found = work.session.connection().execute(
            text("SELECT person_code, recipient_name FROM letter WHERE kind = 'step_extended'")
        )
        assert [tuple(one) for one in found] == [(SECOND, f"样例第二经办人（代{name_of(bench, OFFICER)}）")]


def name_of(bench: Bench, person: str) -> str:
    with bench.house.look() as work:
        return str(
            work.session.connection()
            .execute(text(f"SELECT name FROM person WHERE code = '{person}'"))
            .scalar_one()
        )


def test_a_deputy_who_is_away_is_followed_on_and_nobody_in_circles(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)
    away(bench, SECOND, FINANCE, absent_from=date(2022, 5, 18), absent_until=date(2022, 5, 20))
    away(bench, FINANCE, OFFICER, absent_from=date(2022, 5, 20), absent_until=date(2022, 5, 20))

    found = {}
    for day in ("2022-05-17", "2022-05-18", "2022-05-20", "2022-05-30"):
        bench.at(f"{day}T10:00")
        with bench.house.look() as work:
            found[day] = [(one.absent, one.person) for one in deputies(work, COUNTY)]

    assert found == {
        "2022-05-17": [(OFFICER, SECOND)],
        "2022-05-18": [(OFFICER, FINANCE), (SECOND, FINANCE)],
        "2022-05-20": [(FINANCE, SECOND), (OFFICER, FINANCE), (SECOND, OFFICER)],
        "2022-05-30": [],
    }


def test_a_deputy_acts_and_both_names_are_kept(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)
    bench.at("2022-05-18T10:00")
    draft(bench, COUNTY_PAIR)
    form = {"pair": COUNTY_PAIR, "party": "county_civil", "signatory": "样例签署人", "seal_file": "seal.pdf"}
    form["signed_on"] = "2022-05-18"

    perform(bench.house, "agreement.sign", Actor(SECOND, COUNTY, OFFICER), **form)

    assert [actor for actor, *_ in events(bench, "agreement.sign")] == [f"{SECOND}>{OFFICER}"]


@pytest.mark.parametrize(
    ("actor", "instant"),
    [
        pytest.param(Actor(SECOND, COUNTY, OFFICER), "2022-05-15T10:00", id="too-early"),
        pytest.param(Actor(SECOND, COUNTY, OFFICER), "2022-05-28T10:00", id="too-late"),
        pytest.param(Actor(FINANCE, COUNTY, OFFICER), "2022-05-18T10:00", id="another"),
        pytest.param(Actor(SECOND, COUNTY, FINANCE), "2022-05-18T10:00", id="for-somebody-present"),
        pytest.param(Actor(SECOND, CITY, OFFICER), "2022-05-18T10:00", id="for-another-office"),
        pytest.param(Actor("nobody", COUNTY, OFFICER), "2022-05-18T10:00", id="unknown"),
    ],
)
def test_nobody_else_acts_in_anothers_name(sqlite_url: str, actor: Actor, instant: str) -> None:
    bench = staffed(sqlite_url)
    away(bench)
    bench.at(instant)

    with pytest.raises(NotEntitled) as refused:
        perform(bench.house, "deadlines.end_absence", actor, person=OFFICER, back_on="2022-05-30")

    assert refused.value.code in ("absence.not_deputy", "act.wrong_party")
    assert refused.value.text


def test_a_deputy_does_not_approve_what_the_absent_person_entered(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    form = {"code": "second", "name": "样例", "email": "second@people.example", "duty": "leader"}
    bench.act("organisation.add_person", COUNTY, **form)
    away(bench, FINANCE, SECOND, absent_from=date(2022, 6, 21), absent_until=date(2022, 6, 30))
    voucher = enter(bench, "C", COUNTY_PAIR)
    assert voucher.maker == FINANCE
    bench.at("2022-06-22T10:00")

    with pytest.raises(RuleBroken) as refused:
        perform(
            bench.house,
            "disbursement.approve_payment",
            Actor(SECOND, COUNTY, FINANCE),
            voucher=voucher.key,
        )

    assert [one.code for one in refused.value.breaches] == ["rules.money.same_person"]


def test_coming_back_early_ends_it_on_that_day(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)
    bench.at("2022-05-19T10:00")

    bench.act("deadlines.end_absence", COUNTY, person=OFFICER, back_on="2022-05-24")

    assert [one.absent_until for one in rows(bench, Absence)] == [date(2022, 5, 23)]
    assert {person for day, person in told(bench) if day >= "2022-05-24"} == {OFFICER}


def test_an_absence_that_never_began_holds_on_no_day_and_may_be_registered_again(database_url: str) -> None:
    bench = staffed(database_url)
    away(bench)

    bench.act("deadlines.end_absence", COUNTY, person=OFFICER, back_on="2022-05-12")

    assert {person for _, person in told(bench)} == {OFFICER}
    away(bench)
    assert SECOND in {person for _, person in told(bench)}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        pytest.param({"reason": " "}, BadInput, id="no-reason"),
        pytest.param({"absent_until": date(2022, 5, 15)}, BadInput, id="ends-before"),
        pytest.param(
            {"absent_from": date(2022, 5, 1), "absent_until": date(2022, 5, 10)}, BadInput, id="past"
        ),
        pytest.param({"deputy": OFFICER}, BadInput, id="themself"),
        pytest.param({"deputy": f"{CITY}.officer"}, BadInput, id="of-another-office"),
        pytest.param({"person": "nobody"}, NotFound, id="unknown"),
        pytest.param({"person": f"{CITY}.officer"}, NotEntitled, id="somebody-elses"),
        pytest.param(
            {"absent_from": date(2022, 5, 27), "absent_until": date(2022, 6, 3)}, AlreadyDone, id="overlap"
        ),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    sqlite_url: str, form: dict[str, Any], error: type[Refusal]
) -> None:
    bench = staffed(sqlite_url)
    if error is AlreadyDone:
        away(bench)

    with pytest.raises(error) as refused:
        bench.act(
            "deadlines.register_absence",
            COUNTY,
            **{
                "person": OFFICER,
                "deputy": SECOND,
                "absent_from": date(2022, 5, 16),
                "absent_until": date(2022, 5, 27),
                "reason": "样例",
                **form,
            },
        )

    assert refused.value.text


def test_an_explanation_says_who_stands_in_until_when(sqlite_url: str) -> None:
    bench = staffed(sqlite_url)
    away(bench)
    bench.at("2022-05-18T10:00")

    with bench.house.look() as work:
        explained = explain_step(work, f"S13:{COUNTY_PAIR}:{COUNTY}")

    assert explained.facts["deputies"] == [{"absent": OFFICER, "deputy": SECOND, "until": date(2022, 5, 27)}]
    assert "代办至 2022-05-27" in explained.text


def test_who_gives_a_duty_up_is_not_written_to_any_more(database_url: str) -> None:
    bench = staffed(database_url)

    bench.act("organisation.end_duty", COUNTY, person=OFFICER, duty="officer", last_day="2022-05-20")

    assert {person for day, person in told(bench) if day > "2022-05-20"} == {COUNTY}
    with bench.house.look() as work:
        office = [one for one in rehearse(work, 40) if one.organisation == COUNTY and one.person is None]
    assert {one.address for one in office} == {f"{COUNTY}@offices.example"}
    assert letters(bench, "digest") == []
