"""What waited in a mail is taken up by the machine when its time has come: once, whoever tries how often."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.application import Application
from models.intake import ReceivedMail
from tasks.intake.taking_up import mails_to_take_up, take_up_mails
from tasks.todos import open_todo
from tests.documents.paper import summary_docx
from tests.factory import PROVINCE, Bench, make_bench
from tests.mails import mail_of, scan
from tests.tasks.applying import announce, key_of, rank, recommended_bench, register
from tests.tasks.filing import with_folder
from tests.tasks.intake.writing import CODE, STRANGER, own_form, receive, sender_of
from tests.tasks.scenes import events, letters, row_of, rows, run_chores

EARLY = "2022-02-25T08:30"


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    """Batch 1 is announced and opens in an hour; the institution is registered."""
    made = with_folder(make_bench(sqlite_url, "2022-02-25T08:00"), tmp_path / "home")
    announce(made)
    register(made, CODE)
    return made.at(EARLY)


def opens(bench: Bench) -> None:
    bench.at("2022-02-25T09:00")
    run_chores(bench, "opening")


def early(bench: Bench, sender: str, **mail: object) -> ReceivedMail:
    """A mail that comes before the batch opens."""
    return receive(bench, mail_of(sender, own_form(bench), scan("甲.pdf"), sent_at=EARLY, **mail))  # type: ignore[arg-type]


def test_a_form_that_came_too_early_becomes_a_draft_when_the_batch_opens(bench: Bench) -> None:
    mail = early(bench, sender_of(bench))
    before = take_up_mails(bench.house), mail.state
    opens(bench)

    taken = take_up_mails(bench.house)

    found = row_of(bench, ReceivedMail, mail.number)
    assert (before, taken) == ((0, "waiting"), 1)
    assert row_of(bench, Application, key_of(CODE)).form["received_with"] == mail.number
    assert (found.state, found.batch, found.city) == ("filed", 1, "430100")
    assert [one["done"] for one in found.findings] == ["drafted", "with_both"]
    with bench.work() as work:
        assert open_todo(work, "mail", mail.number) is None


def test_the_sender_hears_that_it_was_taken_up(bench: Bench) -> None:
    early(bench, sender_of(bench))
    opens(bench)

    take_up_mails(bench.house)

    assert sorted(facts["standing"] for _, facts in letters(bench, "mail_received")) == ["filed", "waiting"]


def test_taken_up_twice_and_by_two_at_once_has_one_effect(bench: Bench) -> None:
    early(bench, sender_of(bench))
    opens(bench)

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda _: take_up_mails(bench.house), range(2)))
    again = take_up_mails(bench.house)

    assert (sorted(taken), again) == ([0, 1], 0)
    assert len(rows(bench, Application)) == 1
    assert len(events(bench, "intake.take_up")) == 1
    assert len(letters(bench, "mail_received")) == 2


def test_a_strangers_form_is_not_taken_up_by_the_machine(bench: Bench) -> None:
    mail = early(bench, STRANGER)
    opens(bench)

    take_up_mails(bench.house)

    found = row_of(bench, ReceivedMail, mail.number)
    assert (rows(bench, Application), found.state, found.findings[0]["waits"]) == ([], "waiting", "sender")
    assert take_up_mails(bench.house) == 0


def test_a_programs_mail_is_left_alone(bench: Bench) -> None:
    early(bench, sender_of(bench), headers=[("Auto-Submitted", "auto-generated")])
    opens(bench)

    assert (take_up_mails(bench.house), rows(bench, Application)) == (0, [])


@pytest.mark.parametrize("away", ["intake.dismiss", "intake.settle"])
def test_what_an_officer_is_done_with_is_left_alone(bench: Bench, away: str) -> None:
    mail = early(bench, sender_of(bench))
    opens(bench)
    with bench.work() as work:
        work.session.get_one(ReceivedMail, mail.number).batch = 1 if away == "intake.settle" else None
    bench.act(away, PROVINCE, mail=mail.number, reason="不再需要（示例）")

    assert (take_up_mails(bench.house), rows(bench, Application)) == (0, [])


def test_a_mail_that_was_placed_is_taken_up_when_its_institution_is_registered(
    sqlite_url: str, tmp_path: Path
) -> None:
    bench = with_folder(make_bench(sqlite_url, "2022-02-25T08:00"), tmp_path / "home")
    announce(bench)
    opens(bench)
    mail = receive(bench, mail_of(STRANGER, own_form(bench, name="样例")))
    bench.act("intake.place", PROVINCE, mail=mail.number, batch=1, city="430100")
    waiting = take_up_mails(bench.house)
    register(bench, CODE)

    assert (waiting, take_up_mails(bench.house)) == (0, 1)
    assert row_of(bench, Application, key_of(CODE)).state == "draft"


def test_a_summary_is_compared_when_the_list_is_ranked(sqlite_url: str, tmp_path: Path) -> None:
    made, keys = recommended_bench(sqlite_url, 2)
    bench = with_folder(made, tmp_path / "home").at("2022-03-09T11:00")
    mail = receive(bench, mail_of(sender_of(bench), ("汇总表.docx", summary_docx())))
    rank(bench, *keys)

    taken = take_up_mails(bench.house)

    found = row_of(bench, ReceivedMail, mail.number).findings[0]
    assert (mail.findings[0]["waits"], taken, found["done"], found["waits"]) == ("ranking", 1, "compared", "")


def test_looking_writes_nothing(bench: Bench) -> None:
    mail = early(bench, sender_of(bench))
    opens(bench)

    with bench.house.look() as work:
        found = mails_to_take_up(work)

    assert (found, events(bench, "intake.take_up")) == ([mail.number], [])
