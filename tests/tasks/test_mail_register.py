"""A mail that reached the province outside the system: first record, second record, and what is refused (K23, A3)."""

from datetime import datetime
from typing import Any

import pytest

from models.application import Submission
from models.rules.breach import RuleBroken
from tasks.refusal import BadInput, NotEntitled
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import CITY, email, rank, recommended_bench, refusals, states_of
from tests.tasks.scenes import events, row_of, step_keys


def register_mail(bench: Bench, keys: list[str], office: str = PROVINCE, **fields: Any) -> Any:
    """The province registers Changsha's mail with the time of its header."""
    plain = {
        "sent_at": datetime(2022, 3, 9, 17),  # noqa: DTZ001  (a header without zone is China's)
        "message": "<list@430100.example>",
        "applications": keys,
        "rows": len(keys),
        "sealed": True,
    }
    return bench.act("application.register_mail", office, batch=1, city="430100", **{**plain, **fields})


def ranked_bench(url: str) -> tuple[Bench, list[str]]:
    """Changsha has ranked two; it is the day after the deadline."""
    bench, keys = recommended_bench(url, 2)
    rank(bench.at("2022-03-09T10:00"), *keys)
    return bench.at("2022-03-11T09:00"), keys


def test_mail_of_a_city_that_entered_nothing_is_its_list(database_url: str) -> None:
    bench, keys = ranked_bench(database_url)

    found = register_mail(bench, keys)

    assert (found.state, found.rows, found.email_late, found.receipt_number) == (
        "emailed",
        2,
        False,
        "1-430100-1",
    )
    assert states_of(bench, keys) == [("emailed", 1), ("emailed", 2)]
    assert step_keys(bench, "S05:1:430100", state="settled") == ["S05:1:430100"]
    assert [subject for _, subject, _ in events(bench, "application.register_mail")][-1] in keys


def test_later_mail_changes_nothing_but_the_audit(sqlite_url: str) -> None:
    bench, keys = ranked_bench(sqlite_url)
    email(bench, *keys)
    was = row_of(bench, Submission, "1:430100").emailed_at
    bench.at("2022-03-14T10:00")

    register_mail(bench, keys, sent_at=datetime(2022, 3, 12, 8))  # noqa: DTZ001

    assert row_of(bench, Submission, "1:430100").emailed_at == was
    [(_, _, facts)] = events(bench, "application.register_mail")
    assert facts["counts"] == facts["was"]
    assert events(bench, "steps.extend") == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"rows": 3}, "application.rows", id="K23-rows"),
        pytest.param({"sealed": False}, "application.unsealed", id="K23-unsealed"),
        pytest.param({"applications": []}, "application.mail_incomplete", id="K23-incomplete"),
        pytest.param({"sent_at": datetime(2022, 3, 12)}, "application.mail_future", id="K23-to-come"),  # noqa: DTZ001
        pytest.param({"sent_at": datetime(2022, 2, 24)}, "application.mail_early", id="K23-before"),  # noqa: DTZ001
    ],
)
@pytest.mark.parametrize("entered", [False, True], ids=["alone", "beside-an-entry"])
def test_incomplete_mail_is_no_record(
    sqlite_url: str, entered: bool, fields: dict[str, Any], code: str
) -> None:
    bench, keys = ranked_bench(sqlite_url)
    if entered:
        email(bench, *keys)
    was = row_of(bench, Submission, "1:430100").emailed_at

    with pytest.raises(RuleBroken) as refused:
        register_mail(bench, keys, **fields)

    assert (code, "K23") in refusals(refused)
    assert row_of(bench, Submission, "1:430100").emailed_at == was


def test_mail_is_named_and_registered_by_the_province(sqlite_url: str) -> None:
    bench, keys = ranked_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        register_mail(bench, keys, message=" ")
    with pytest.raises(NotEntitled):
        register_mail(bench, keys, office=CITY)

    assert refused.value.code == "application.mail_unnamed"
