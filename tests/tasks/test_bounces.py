"""A bounce marks the address of the letter that it returns, once; a forged or foreign one changes nothing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.mail import Letter
from models.reach import Bounce, DeadAddress, Todo
from notifications.bounce_box import FoundMail
from tasks.bounces import read_bounces, restore_address
from tasks.deadlines import sweep
from tasks.queries.doctor import diagnoses
from tasks.queries.rehearsal import rehearse
from tasks.todos import todo_rows
from tests.console.test_bad_input import installed
from tests.factory import PROVINCE, Bench
from tests.notifications import bounces
from tests.notifications.bounces import report
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, events, rows, signing_bench

OFFICER = f"{COUNTY}.officer"
ADDRESS, OFFICE = f"{OFFICER}@people.example", f"{COUNTY}@offices.example"


def sent_bench(url: str) -> tuple[Bench, Letter]:
    """A letter to the county's officer has left on 18 May 2022 at ten; it is 19 May."""
    bench = signing_bench(url).at("2022-05-18T10:00")
    step = f"S13:{COUNTY_PAIR}:{COUNTY}"
    bench.act("deadlines.extend_step", PROVINCE, step=step, until="2022-06-20", reason="样例理由")
    with bench.work() as work:
        work.session.connection().execute(
            text("UPDATE letter SET state = 'sent', sent_at = created_at WHERE kind = 'step_extended'")
        )
    (letter,) = (one for one in rows(bench, Letter) if one.kind == "step_extended")
    return bench.at("2022-05-19T10:00"), letter


def mail_of(letter: Letter, *, to: str = ADDRESS, **fields: Any) -> bytes:
    """Postfix returns this letter."""
    given = {"message_id": letter.message_id, "key": letter.key}
    returned = bounces.headers(to, **{**given, **fields.pop("named", {})})
    return report(to=to, returned=returned, **fields)


def take(bench: Bench, *mails: bytes) -> dict[str, int]:
    found = [FoundMail(f"{number}.eml", raw, lambda: None) for number, raw in enumerate(mails)]
    return dict(read_bounces(bench.house, found))


def state(bench: Bench) -> tuple[list[str], list[tuple[str, str]]]:
    """Dead addresses, and open to-dos by kind and subject."""
    todos = [(one.kind, one.subject) for one in rows(bench, Todo) if one.done_at is None]
    return [one.address for one in rows(bench, DeadAddress) if one.lifted_on is None], sorted(todos)


def test_a_letter_that_comes_back_marks_its_address_with_evidence(database_url: str) -> None:
    bench, letter = sent_bench(database_url)

    assert take(bench, mail_of(letter)) == {"permanent": 1}

    (mark,) = rows(bench, DeadAddress)
    assert (mark.address, mark.since, mark.letter) == (ADDRESS, date(2022, 5, 19), letter.key)
    assert (mark.status, mark.evidence) == ("5.1.1", "smtp; 550 5.1.1 User unknown")
    assert state(bench) == ([ADDRESS], [("bounced", OFFICER)])
    assert [subject for _, subject, _ in events(bench, "bounces.mark_address")] == [ADDRESS]


def test_later_letters_go_to_the_office_in_sweep_act_and_rehearsal(database_url: str) -> None:
    bench, letter = sent_bench(database_url)
    take(bench, mail_of(letter))

    with bench.house.look() as work:
        foreseen = {one.address for one in rehearse(work, 60) if one.person == OFFICER}
    bench.at("2022-06-06T09:00")
    sweep(bench.house)
    step = f"S13:{COUNTY_PAIR}:{COUNTY}"
    bench.act("deadlines.extend_step", PROVINCE, step=step, until="2022-06-24", reason="样例理由")

    later = {
        one.address for one in rows(bench, Letter) if one.person_code == OFFICER and one.key != letter.key
    }
    assert (foreseen, later) == ({OFFICE}, {OFFICE})
    assert state(bench)[1] == [("bounced", OFFICER), ("unreached", OFFICER)]


def test_queued_letters_follow_to_the_office_and_wait_where_it_has_no_address(database_url: str) -> None:
    bench, letter = sent_bench(database_url)
    bench.at("2022-06-06T09:00")
    sweep(bench.house)

    take(bench, mail_of(letter), mail_of(letter, to=OFFICE))
    diverted = [
        (one.address, one.state)
        for one in rows(bench, Letter)
        if one.kind == "digest" and one.person_code == OFFICER
    ]
    with bench.work() as work:
        work.session.connection().execute(text(f"UPDATE organisation SET email = '' WHERE code = '{COUNTY}'"))
    bench.at("2022-06-13T09:00")
    sweep(bench.house)

    held = [
        one for one in rows(bench, Letter) if one.subject_key == "2022-06-13" and one.person_code == OFFICER
    ]
    assert diverted == [(OFFICE, "queued")]
    assert [(one.address, one.state) for one in held] == [("", "held")]
    assert ("unreached", COUNTY) in state(bench)[1]


def test_another_address_sends_what_was_held_and_closes_the_todo(database_url: str) -> None:
    bench, letter = sent_bench(database_url)
    take(bench, mail_of(letter))
    with bench.work() as work:
        work.session.connection().execute(text(f"UPDATE organisation SET email = '' WHERE code = '{COUNTY}'"))
    bench.at("2022-06-13T09:00")
    sweep(bench.house)

    bench.act("organisation.change_address", COUNTY, person=OFFICER, email="new@people.example")

    found = [
        one for one in rows(bench, Letter) if one.subject_key == "2022-06-13" and one.person_code == OFFICER
    ]
    assert [(one.address, one.state) for one in found] == [("new@people.example", "queued")]
    assert ("bounced", OFFICER) not in state(bench)[1]


def test_the_same_mail_twice_has_one_effect(database_url: str) -> None:
    bench, letter = sent_bench(database_url)
    mail = mail_of(letter)
    take(bench, mail)
    before = (state(bench), len(events(bench, "bounces.mark_address")))

    again = take(bench, mail, mail.replace(b"\n", b"\r\n"), mail.replace(b"bounce.1", b"bounce.9"))

    assert again == {"known": 2, "permanent": 1}
    assert (state(bench), len(events(bench, "bounces.mark_address"))) == before
    assert len(rows(bench, Bounce)) == 2


@pytest.mark.parametrize(
    ("fields", "instant"),
    [
        pytest.param({"to": "somebody@else.example"}, "2022-05-19T10:00", id="another-address"),
        pytest.param(
            {"named": {"message_id": "<nothing@x.example>"}}, "2022-05-19T10:00", id="id-and-key-differ"
        ),
        pytest.param({"named": {"key": "digest:x:2022"}}, "2022-05-19T10:00", id="key-and-id-differ"),
        pytest.param({}, "2022-07-19T10:00", id="months-late"),
        pytest.param({"named": {"message_id": "", "key": ""}}, "2022-05-19T10:00", id="names-no-letter"),
    ],
)
def test_a_forged_or_foreign_bounce_waits_and_changes_nothing(
    database_url: str, fields: dict[str, Any], instant: str
) -> None:
    bench, letter = sent_bench(database_url)
    bench.at(instant)

    assert take(bench, mail_of(letter, **fields)) == {"unmatched": 1}

    dead, todos = state(bench)
    assert (dead, [kind for kind, _ in todos]) == ([], ["bounce_unmatched"])


def test_a_letter_that_was_never_sent_cannot_come_back(sqlite_url: str) -> None:
    bench, letter = sent_bench(sqlite_url)
    with bench.work() as work:
        work.session.connection().execute(text("UPDATE letter SET state = 'queued', sent_at = NULL"))

    assert take(bench, mail_of(letter)) == {"unmatched": 1}


def test_what_is_delayed_delivered_or_no_report_is_noted_only(sqlite_url: str) -> None:
    bench, letter = sent_bench(sqlite_url)

    found = take(
        bench,
        mail_of(letter, action="delayed", status="4.4.1"),
        mail_of(letter, action="delivered", status="2.0.0"),
        bounces.ABSENCE_NOTE,
        mail_of(letter, status="5.7.1", diagnostic="smtp; 550 5.7.1 blocked"),
    )

    assert found == {"temporary": 1, "delivered": 1, "no_report": 1, "content": 1}
    assert state(bench) == ([], [("refused_there", letter.key)])


def test_an_address_that_works_after_all_is_written_to_again(database_url: str) -> None:
    bench, letter = sent_bench(database_url)
    take(bench, mail_of(letter))

    with bench.work() as work:
        restore_address(work, ADDRESS, note="样例核实")
        assert {one.address for one in rehearse(work, 60) if one.person == OFFICER} == {ADDRESS}

    assert state(bench) == ([], [])


def test_the_doctor_and_the_list_say_what_to_do(sqlite_url: str) -> None:
    bench, letter = sent_bench(sqlite_url)
    take(bench, mail_of(letter), bounces.qmail())

    with bench.house.look() as work:
        codes = [one.code for one in diagnoses(work, catcher_port=1)]
        listed = [str(row["what"]) for row in todo_rows(work)]

    assert "todos" in codes
    assert len(listed) == 2
    assert any(letter.key in one for one in listed)


def test_the_command_reads_lists_and_closes(sqlite_url: str, tmp_path: Path) -> None:
    bench, letter = sent_bench(sqlite_url)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(mail_of(letter))
    line = installed(bench, sqlite_url, tmp_path)

    read = json.loads(line.run("bounces", "read", str(tmp_path / "mails"), "--json").stdout)
    (todo,) = json.loads(line.run("todo", "list", "--json").stdout)
    done = line.run("todo", "done", todo["key"], "样例核实", "--as", "operator", "--address-works", ADDRESS)

    assert (read, todo["kind"], done.exit_code) == ({"permanent": 1}, "bounced", 0)
    assert json.loads(line.run("todo", "list", "--json").stdout) == []
    assert line.run("bounces", "read", str(tmp_path / "none")).exit_code == 3
    assert line.run("bounces", "read").exit_code == 2
