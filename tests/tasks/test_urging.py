"""Reminding by hand: by an office above, once a day and step, told as it stands when the letter leaves."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from models.mail import Letter
from models.urging import Urging
from notifications.digest import DigestReader
from notifications.outbox_claim import claim
from tasks.queries.checks import check
from tasks.refusal import AlreadyDone, NotEntitled
from tests.factory import PROVINCE, PROVINCE_RURAL, SHENZHEN, Bench
from tests.notifications.letters import LEASE
from tests.tasks.applying import county_code, opened_bench, submitted
from tests.tasks.scenes import (
    CITY,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_COUNTY,
    SENDERS,
    draft,
    events,
    letters,
    rows,
    sign,
    signing_bench,
)

RECIPIENTS_STEP = f"S13:{COUNTY_PAIR}:{COUNTY_CASE}"
SENDERS_STEP = f"S13:{COUNTY_PAIR}:{SENDERS[0]}"
COUNTYS_STEP, CITYS_STEP = f"S13:{COUNTY_PAIR}:{COUNTY}", f"S13:{COUNTY_PAIR}:{CITY}"


def urge(bench: Bench, office: str, step: str = RECIPIENTS_STEP, **form: Any) -> Any:
    return bench.act("deadlines.remind_now", office, step=step, **form)


def lines(bench: Bench) -> list[tuple[str, str]]:
    """Step and note of every line of the reminders that leave now."""
    house = bench.house
    with bench.work() as work:
        reader = DigestReader(house.programme, house.workdays, house.divisions, lambda: work.today)
        work.session.connection().execute(
            text("UPDATE letter SET state = 'dropped' WHERE kind <> 'reminder_now'")
        )
        claimed = claim(work.session, "test", 500, work.now, LEASE)
        return [(line.step, line.note) for one in claimed for line in reader.lines(work.session, one)]


def queued(bench: Bench) -> list[tuple[str, str, str]]:
    """Key, state and first instant of every reminder."""
    with bench.work() as work:
        wanted = select(Letter).where(col(Letter.kind) == "reminder_now").order_by(col(Letter.key))
        found = work.session.execute(wanted).scalars().all()
        return [(one.key, one.state, f"{one.not_before:%Y-%m-%d %H:%M}") for one in found]


def test_an_urging_is_one_letter_with_the_step_and_the_note(database_url: str) -> None:
    bench = signing_bench(database_url)
    bench.at("2022-05-18T15:00")

    urge(bench, COUNTY, note="请尽快盖章（示例）")

    (key, state, _first), *rest = queued(bench)
    assert (key, state, rest) == (
        f"reminder_now:{RECIPIENTS_STEP}:2022-05-18:{COUNTY_CASE}.officer",
        "queued",
        [],
    )
    ((step, note),) = lines(bench)
    assert step == RECIPIENTS_STEP
    assert note.endswith("长沙县民政局催办：请尽快盖章（示例）")
    assert [(actor, subject) for actor, subject, _ in events(bench, "deadlines.remind_now")] == [
        (f"{COUNTY}.officer", RECIPIENTS_STEP)
    ]


def test_a_second_urging_of_the_day_names_the_first(database_url: str) -> None:
    bench = signing_bench(database_url)
    bench.at("2022-05-18T15:00")
    urge(bench, COUNTY)
    bench.at("2022-05-18T16:00")

    with pytest.raises(AlreadyDone) as refused:
        urge(bench, PROVINCE)

    assert refused.value.code == "urging.urged"
    assert "2022-05-18 15:00" in refused.value.text
    assert "长沙县民政局" in refused.value.text
    bench.at("2022-05-19T09:30")
    urge(bench, PROVINCE)
    assert [(one.day.isoformat(), one.office) for one in rows(bench, Urging)] == [
        ("2022-05-18", COUNTY),
        ("2022-05-19", PROVINCE),
    ]


def test_an_urging_on_a_day_off_goes_on_the_next_working_day_and_counts_for_it(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    bench.at("2022-05-21T15:00")
    urge(bench, PROVINCE)

    bench.at("2022-05-23T08:00")
    with pytest.raises(AlreadyDone) as refused:
        urge(bench, CITY)

    assert refused.value.code == "urging.urged"
    assert [first for _key, _state, first in queued(bench)] == ["2022-05-23 09:00"]


def test_what_is_settled_before_the_letter_leaves_has_no_line(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, COUNTY_PAIR)
    urge(bench, PROVINCE)

    sign(bench, COUNTY_PAIR, "recipient", COUNTY_CASE)

    assert lines(bench) == []
    with pytest.raises(AlreadyDone) as refused:
        urge(bench, CITY)
    assert refused.value.code == "urging.over"


@pytest.mark.parametrize(
    ("office", "step", "may"),
    [
        (PROVINCE, RECIPIENTS_STEP, True),
        (PROVINCE, CITYS_STEP, True),
        (CITY, RECIPIENTS_STEP, True),
        (CITY, COUNTYS_STEP, True),
        (CITY, CITYS_STEP, False),
        ("430300-mz", RECIPIENTS_STEP, False),
        (COUNTY, SENDERS_STEP, True),
        (COUNTY, COUNTYS_STEP, False),
        (COUNTY, CITYS_STEP, False),
        (OTHER_COUNTY, RECIPIENTS_STEP, False),
        (SHENZHEN, SENDERS_STEP, True),
        (SHENZHEN, RECIPIENTS_STEP, False),
        (PROVINCE_RURAL, RECIPIENTS_STEP, False),
    ],
)
def test_only_offices_above_the_owner_urge(sqlite_url: str, office: str, step: str, may: bool) -> None:
    bench = signing_bench(sqlite_url)

    if may:
        urge(bench, office, step)
    else:
        with pytest.raises(NotEntitled):
            urge(bench, office, step)

    assert len(letters(bench, "reminder_now")) == may


def test_a_county_urges_the_applicant_it_would_nominate(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    bench.act("application.return_for_changes", COUNTY, application=key, remarks={"background": "补充"})

    urge(bench, COUNTY, f"S02:{key}+2")

    with bench.work() as work:
        assert check(work) == []
    assert [office for office, _ in letters(bench, "reminder_now")] == [county_code(1)]
