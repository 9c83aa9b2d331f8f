"""Every ambiguity of the notice as a setting: what happens under the default reading, and under the other."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from models.agreement import Agreement
from models.application import Application, Submission
from models.disbursement import Spending
from models.pairing import Pair
from models.rules.breach import RuleBroken
from tasks.queries.checks import check
from tasks.queries.explain import explain_step
from tests.factory import PROVINCE, SHENZHEN, Bench, add_application, add_institution
from tests.tasks.applying import (
    consented,
    county_code,
    email,
    emailed_bench,
    opened_bench,
    override,
    post,
    rank,
    recommend,
    recommended_bench,
)
from tests.tasks.scenes import (
    ALL_THREE,
    CITY_CASE,
    COUNTY_CASE,
    COUNTY_PAIR,
    LAUNCH,
    OTHER_CASE,
    SPARE_SENDERS,
    decide,
    events,
    pairing_bench,
    proposed,
    reviewing_bench,
    row_of,
    rows,
    score_all,
    signing_bench,
    step_keys,
    steps_of,
)
from tests.tasks.working import pay, receive, working_bench


def breaches_of(deed: Callable[[], object]) -> list[tuple[str, str]]:
    """Why a deed is refused, with its clauses; nothing when it is done."""
    try:
        deed()
    except RuleBroken as broken:
        return [(one.code.rpartition(".")[2], one.clause) for one in broken.breaches if one.text]
    return []


def confirmed(bench: Bench) -> Bench:
    """The three pairs proposed and confirmed by both offices on the day of the launch."""
    bench.at("2022-05-11T10:00")
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    for office in (PROVINCE, SHENZHEN):
        bench.act("pairing.confirm_list", office, batch=1, confirmed_on=LAUNCH)
    return bench


@pytest.mark.parametrize(
    ("counted", "due", "rule", "first"),
    [
        pytest.param(
            False, date(2022, 6, 1), "其后第 15 个工作日，起算日不计", "2022-05-12", id="A10-default"
        ),
        pytest.param(True, date(2022, 5, 31), "第 15 个工作日，起算日计入", "2022-05-11", id="A10-included"),
    ],
)
def test_fifteen_days_begin_after_the_confirmation_or_with_it(
    sqlite_url: str, counted: bool, due: date, rule: str, first: str
) -> None:
    bench = confirmed(pairing_bench(sqlite_url).reading("deadlines.first_day_counted", counted))

    key = f"S13:{COUNTY_PAIR}:430121-mz"
    with bench.house.look() as work:
        found = explain_step(work, key)

    assert {step for _, _, step in steps_of(bench, "S13%")} == {due}
    assert row_of(bench, Agreement, COUNTY_PAIR).due_on == due
    assert any(rule in line for line in found.lines)
    assert next((day, number) for day, number, *_ in found.facts["days"] if number) == (first, 1)


@pytest.mark.parametrize(
    ("scope", "refused"),
    [
        pytest.param("batch", {"county": [], "list": []}, id="A7-default"),
        pytest.param(
            "programme", {"county": [("county", "K20")], "list": [("city_total", "K22")]}, id="A7-programme"
        ),
    ],
)
def test_caps_count_one_batch_or_the_whole_programme(
    sqlite_url: str, scope: str, refused: dict[str, list[tuple[str, str]]]
) -> None:
    bench = opened_bench(sqlite_url).reading("quota.scope", scope)
    with bench.work() as work:
        for place in (1, 2, 3):
            code = add_institution(work, county_code(10 + place))
            slot = place if place < 3 else None
            add_application(work, code, batch=2, state="ranked", nominator_slot=slot, city_rank=place)

    key = consented(bench, county_code(1))
    found = {"county": breaches_of(lambda: recommend(bench, key))}
    if found["county"]:
        override(bench, key, "K20")
        recommend(bench, key)
    found["list"] = breaches_of(lambda: rank(bench, key))

    assert found == refused
    with bench.house.look() as work:
        assert [one.subject for one in check(work) if one.code == "quota"] == []
    with bench.work() as work:
        work.session.get_one(Application, key).city_rank = 1
    with bench.house.look() as work:
        over = [one.subject for one in check(work) if one.code == "quota"]
    assert over == (["2:430100"] if refused["list"] else [])


@pytest.mark.parametrize(
    ("counts", "settled_by", "late"),
    [
        pytest.param("posted", "application.post_originals", [False, None], id="A2-default"),
        pytest.param("arrived", "application.record_arrival", [None, True], id="A2-arrived"),
    ],
)
def test_originals_are_posted_or_have_to_arrive_in_time(
    sqlite_url: str, counts: str, settled_by: str, late: list[bool | None]
) -> None:
    bench = emailed_bench(sqlite_url)[0].reading("application.post_counts", counts)
    done: list[str] = []
    for instant, deed in (("2022-03-14T16:00", post), ("2022-03-16T11:00", arrive)):
        deed(bench.at(instant))
        done += step_keys(bench, "S06%", state="settled")

    told = [facts.get("late") for _, _, facts in [*events(bench, POSTED), *events(bench, ARRIVED)]]
    with bench.house.look() as work:
        acts = [act for _, _, act in explain_step(work, done[-1]).facts["events"]]

    assert (set(done), told) == ({"S06:1:430100"}, late)
    assert len(done) == (2 if settled_by == POSTED else 1)
    assert settled_by in acts


POSTED, ARRIVED = "application.post_originals", "application.record_arrival"


def arrive(bench: Bench) -> object:
    """Changsha's parcel arrives today."""
    today = bench.house.clock.today()
    return bench.act(ARRIVED, PROVINCE, batch=1, city="430100", arrived_on=today)


@pytest.mark.parametrize(
    ("replacement", "refused", "state"),
    [
        pytest.param("amendment_new_pair", [], "replaced", id="A25-default"),
        pytest.param("end_pair", [("no_replacement", "K28")], "confirmed", id="A25-end"),
    ],
)
def test_pair_is_replaced_or_only_ended(
    sqlite_url: str, replacement: str, refused: list[tuple[str, str]], state: str
) -> None:
    bench = signing_bench(sqlite_url, spare=1).reading("agreement.replacement", replacement)
    form = {"reason": "机构注销（示例）", "document": "样例文号", "new_sender": SPARE_SENDERS[0]}

    found = breaches_of(lambda: bench.act("agreement.replace_pair", PROVINCE, pair=COUNTY_PAIR, **form))

    assert (found, row_of(bench, Pair, COUNTY_PAIR).state) == (refused, state)


@pytest.mark.parametrize(
    ("paid_for", "people", "refused"),
    [
        pytest.param(("visiting", "trained"), [], [], id="A26-default"),
        pytest.param(("trained",), [], [("board_unsaid", "K44")], id="A26-trained-unsaid"),
        pytest.param(("trained",), ["visiting"], [("board_for", "K44")], id="A26-trained-only"),
        pytest.param(("trained",), ["trained"], [], id="A26-trained"),
    ],
)
def test_leg_c_pays_for_the_people_that_are_meant(
    sqlite_url: str, paid_for: tuple[str, ...], people: list[str], refused: list[tuple[str, str]]
) -> None:
    bench = working_bench(sqlite_url).reading("money.board_for", paid_for)
    receive(bench, pay(bench, "C", COUNTY_PAIR))
    form = {"year": 2022, "lines": {"board_lodging": 100}, "board_for": people}

    found = breaches_of(
        lambda: bench.act("disbursement.record_spending", COUNTY_CASE, pair=COUNTY_PAIR, **form)
    )

    assert (found, len(rows(bench, Spending))) == (refused, 0 if refused else 1)


@pytest.mark.parametrize(
    ("holders", "copies"),
    [
        pytest.param(
            ("province_civil", "city_civil", "county_civil", "recipient"),
            {
                COUNTY_CASE: [PROVINCE, "430100-mz", "430121-mz", COUNTY_CASE],
                CITY_CASE: [PROVINCE, "430100-mz", "430100-mz", CITY_CASE],
            },
            id="A4-default",
        ),
        pytest.param(
            ("province_civil", "province_rural", "city_civil", "recipient"),
            {
                COUNTY_CASE: [PROVINCE, "430000-xz", "430100-mz", COUNTY_CASE],
                CITY_CASE: [PROVINCE, "430000-xz", "430100-mz", CITY_CASE],
            },
            id="A4-rural",
        ),
    ],
)
def test_approved_application_is_kept_by_four(
    sqlite_url: str, holders: tuple[str, ...], copies: dict[str, list[str]]
) -> None:
    bench, people = reviewing_bench(sqlite_url)
    bench = bench.reading("application.copy_holders", holders)
    score_all(bench, people, {COUNTY_CASE: 20, OTHER_CASE: 15, CITY_CASE: 10})

    decide(bench)

    kept = {
        subject.split("-")[1]: list(facts["copies"].values())
        for _, subject, facts in events(bench, "review.decide")
        if "copies" in facts
    }
    assert {case: kept[case] for case in copies} == copies


MAIL_TIME, ENTERED = "2022-03-09T17:00", "2022-03-11T09:00"


@pytest.mark.parametrize(
    ("wins", "entry", "mail", "came", "late"),
    [
        pytest.param("first_complete", [], [], MAIL_TIME, False, id="A3-default"),
        pytest.param("email", [("record_does_not_count", "K23")], [], MAIL_TIME, False, id="A3-email"),
        pytest.param("system", [], [("record_does_not_count", "K23")], ENTERED, True, id="A3-system"),
    ],
)
def test_record_that_counts_decides_when_a_list_came(
    sqlite_url: str,
    wins: str,
    entry: list[tuple[str, str]],
    mail: list[tuple[str, str]],
    came: str,
    late: bool,
) -> None:
    bench, keys = recommended_bench(sqlite_url, 1)
    bench = bench.at("2022-03-09T10:00").reading("application.which_wins", wins)
    rank(bench, *keys)
    bench.at(ENTERED)

    refused = breaches_of(lambda: email(bench, *keys)), breaches_of(lambda: register_mail(bench, *keys))

    found = row_of(bench, Submission, "1:430100")
    assert refused == (entry, mail)
    assert (found.state, found.email_late) == ("emailed", late)
    assert found.emailed_at == datetime.fromisoformat(f"{came}+08:00")
    assert [due for _, _, due in steps_of(bench, "S08%")] == [
        date(2022, 3, 16) if came == MAIL_TIME else date(2022, 3, 18)
    ]


def register_mail(bench: Bench, *keys: str, **fields: object) -> object:
    """The province registers Changsha's mail with its header's time."""
    plain: dict[str, object] = {
        "sent_at": datetime.fromisoformat(MAIL_TIME),
        "message": "<list@430100.example>",
        "applications": list(keys),
        "rows": len(keys),
        "sealed": True,
    }
    return bench.act("application.register_mail", PROVINCE, batch=1, city="430100", **{**plain, **fields})
