"""Handing a step over inside its office: to whom, by whom, what it changes and what it never does."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.assignment import Assignment
from models.mail import Letter
from models.organisation import Duty
from tasks.acts import perform
from tasks.queries.checks import check
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound, Refusal
from tasks.work import Actor
from tests.factory import Bench
from tests.tasks.queries.test_rehearsal import rehearsed
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, OTHER_COUNTY, draft, events, sign, signing_bench

STEP = f"S13:{COUNTY_PAIR}:{COUNTY}"
OFFICER, FINANCE, SECOND = f"{COUNTY}.officer", f"{COUNTY}.finance", f"{COUNTY}.second"


def staffed(url: str) -> Bench:
    """The county has a second officer."""
    bench = signing_bench(url)
    form = {"code": "second", "name": "样例第二经办人", "email": "second@people.example"}
    bench.act("organisation.add_person", COUNTY, **form)
    return bench.at("2022-05-13T10:00")


def hand(bench: Bench, person: str = FINANCE, by: str = OFFICER, **form: Any) -> Any:
    plain = {"step": STEP, "person": person, "reason": "样例事由"}
    office = by.rpartition(".")[0]
    return perform(bench.house, "deadlines.hand_over", Actor(by, office), **{**plain, **form})


def back(bench: Bench, by: str = OFFICER, **form: Any) -> Any:
    office = by.rpartition(".")[0]
    plain = {"step": STEP, "reason": "样例事由"}
    return perform(bench.house, "deadlines.take_back", Actor(by, office), **{**plain, **form})


def told(bench: Bench) -> list[tuple[str | None, str]]:
    with bench.work() as work:
        wanted = select(Letter).where(col(Letter.kind) == "step_handed_over").order_by(col(Letter.id))
        return [(one.person_code, one.address) for one in work.session.execute(wanted).scalars()]


def holder(bench: Bench) -> str | None:
    with bench.work() as work:
        found = work.session.get(Assignment, STEP)
        return found.person if found is not None else None


def findings(bench: Bench) -> list[tuple[str, str]]:
    """The scene's own findings: its applications were never sent."""
    with bench.work() as work:
        return [(one.code, one.subject) for one in check(work)]


def test_a_colleague_is_named_and_has_one_letter(database_url: str) -> None:
    bench = staffed(database_url)
    found = findings(bench)

    hand(bench)

    assert holder(bench) == FINANCE
    assert told(bench) == [(FINANCE, f"{FINANCE}@people.example")]
    assert events(bench, "deadlines.hand_over") == [
        (OFFICER, STEP, {"person": FINANCE, "reason": "样例事由"})
    ]
    assert findings(bench) == found


def test_handed_over_again_it_is_the_next_ones_and_the_trail_keeps_all(database_url: str) -> None:
    bench = staffed(database_url)
    hand(bench)
    bench.at("2022-05-13T11:00")

    hand(bench, SECOND)
    bench.at("2022-05-13T12:00")
    hand(bench, FINANCE, SECOND)
    back(bench)

    assert holder(bench) is None
    assert [person for person, _ in told(bench)] == [FINANCE, SECOND, FINANCE]
    trail = [(facts["person"], facts.get("was")) for _, _, facts in events(bench, "deadlines.hand_over")]
    assert trail == [(FINANCE, None), (SECOND, FINANCE), (FINANCE, SECOND)]
    assert [facts["was"] for _, _, facts in events(bench, "deadlines.take_back")] == [FINANCE]


def test_whoever_takes_a_step_on_themself_is_not_written_to(sqlite_url: str) -> None:
    bench = staffed(sqlite_url)

    hand(bench, SECOND, SECOND)

    assert (holder(bench), told(bench)) == (SECOND, [])


def test_the_sweep_tells_whom_it_told_before(sqlite_url: str) -> None:
    bench = staffed(sqlite_url)
    before = rehearsed(bench, 20)

    hand(bench)

    assert rehearsed(bench, 20) == before


def _end_duty(bench: Bench) -> None:
    with bench.work() as work:
        found = work.session.execute(select(Duty).where(col(Duty.person) == FINANCE)).scalar_one()
        found.valid_to = date(2022, 5, 12)


def _go_away(bench: Bench) -> None:
    bench.act(
        "deadlines.register_absence",
        COUNTY,
        person=FINANCE,
        deputy=SECOND,
        absent_from=date(2022, 5, 12 + 1),
        absent_until=date(2022, 5, 20),
        reason="样例事由",
    )


def _settle(bench: Bench) -> None:
    draft(bench, COUNTY_PAIR)
    sign(bench, COUNTY_PAIR, "county_civil", COUNTY)


@pytest.mark.parametrize(
    ("prepare", "form", "kind", "code"),
    [
        (None, {"by": f"{OTHER_COUNTY}.officer"}, NotEntitled, "handover.other_office"),
        (None, {"by": FINANCE}, NotEntitled, "handover.other_office"),
        (None, {"person": f"{OTHER_COUNTY}.officer"}, BadInput, "handover.not_of_office"),
        (None, {"person": "nobody"}, BadInput, "handover.not_of_office"),
        (_end_duty, {}, BadInput, "handover.not_of_office"),
        (_go_away, {}, BadInput, "handover.away"),
        (hand, {}, AlreadyDone, "handover.same"),
        (_settle, {}, AlreadyDone, "handover.over"),
        (None, {"reason": " "}, BadInput, "act.reason_missing"),
    ],
)
def test_what_cannot_be_handed_over_is_refused(
    sqlite_url: str, prepare: Any, form: dict[str, Any], kind: type[Refusal], code: str
) -> None:
    bench = staffed(sqlite_url)
    if prepare is not None:
        prepare(bench)

    with pytest.raises(kind) as refused:
        hand(bench, **form)

    assert refused.value.code == code
    assert refused.value.text


def test_nothing_is_taken_back_that_nobody_has(sqlite_url: str) -> None:
    bench = staffed(sqlite_url)

    with pytest.raises(NotFound) as refused:
        back(bench)

    assert refused.value.code == "handover.none"
