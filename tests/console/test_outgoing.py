"""The commands of the post on a real installation: list, show, resolve, and an end in good order."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from models.clock import as_instant
from models.db import make_engine
from models.mail import LetterState
from notifications.catcher_store import CatcherStore, Caught
from notifications.mailer import Fate
from tasks.deadlines import sweep
from tests.console.test_bad_input import BAD_INPUT, DEPENDENCY_DOWN, REFUSED, ROOT, installed, said
from tests.engines import keep
from tests.notifications.archive_box import Mailbox
from tests.notifications.scripted import ScriptedServer
from tests.tasks.applying import opened_bench


@pytest.fixture
def line(sqlite_url, tmp_path):
    """Batch 1 is open, and a day later the sweep has reminded."""
    bench = opened_bench(sqlite_url)
    bench.at("2022-03-07T09:00")
    sweep(bench.house)
    return installed(bench, sqlite_url, tmp_path)


def start(line, *words, smtp, **settings):
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", *words],
        cwd=ROOT,
        env={
            **os.environ,
            **line.environment(),
            "QIANSHOU_SMTP_URL": smtp,
            "QIANSHOU_POST_PACE": "none",
            **settings,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(line, *words, smtp="smtp://127.0.0.1:9", **settings):
    process = start(line, *words, smtp=smtp, **settings)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def listed(line, *states):
    words = [word for state in states for word in ("--state", state)]
    found = line.run("outbox", "list", "--json", "--limit", "1000", *words)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def shown(line, key):
    found = line.run("outbox", "show", key, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def of_kind(line, kind):
    return next(one["key"] for one in listed(line)["letters"] if one["key"].startswith(f"{kind}:"))


def test_list_is_filtered_by_states(line):
    everything = listed(line)

    assert everything["counts"] == {"queued": len(everything["letters"])}
    assert listed(line, "queued") == everything
    assert listed(line, "sent", "queued") == everything
    assert listed(line, "sent")["letters"] == []


def test_list_refuses_an_unknown_state(line):
    found = line.run("outbox", "list", "--state", "lost")

    assert found.exit_code == BAD_INPUT
    assert "in_doubt" in said(found)


def test_show_refuses_an_unknown_letter(line):
    found = line.run("outbox", "show", "digest:nobody")

    assert found.exit_code == BAD_INPUT
    assert "digest:nobody" in said(found)


def test_show_tells_why_a_digest_was_written_and_what_it_said(line):
    key = of_kind(line, "digest")
    before = shown(line, key)

    with ScriptedServer() as server:
        code, _, err = run(line, "post", "--until-empty", smtp=server.url)

    after = shown(line, key)
    assert (code, err) == (0, "")
    assert (before["state"], before["attempts"], before["text"]) == ("queued", [], None)
    assert before["reasons"] == after["reasons"]
    assert {"step", "kind", "title", "nature", "level", "clauses"} == set(after["reasons"][0])
    assert after["reasons"][0]["kind"] == after["reasons"][0]["step"].partition(":")[0]
    assert after["reasons"][0]["nature"] == "reminder"
    assert after["reasons"][0]["clauses"] != []
    assert [(one["fate"], one["code"], one["server"]) for one in after["attempts"]] == [
        ("sent", 250, server.url.removeprefix("smtp://"))
    ]
    assert after["text"]["same_to_the_byte"] is True
    assert after["reasons"][0]["step"] in after["text"]["text"]


def test_show_tells_which_act_wrote_a_letter(line):
    found = shown(line, of_kind(line, "opening"))

    assert found["label"]
    assert found["acts"] != []
    assert "K20" in found["clauses"]
    assert found["legal_class"] == "legal"


def test_show_for_people_has_text_and_attempts(line):
    key = of_kind(line, "opening")
    with ScriptedServer() as server:
        run(line, "post", "--until-empty", smtp=server.url)

    found = line.run("outbox", "show", key)

    assert found.exit_code == 0, found.output
    assert shown(line, key)["text"]["text"].splitlines()[0][:10] in found.stdout


def test_show_finds_the_text_of_what_only_the_catcher_has(line):
    key = of_kind(line, "opening")
    letter = shown(line, key)
    raw = b"Message-ID: %b\r\nContent-Type: text/plain\r\n\r\nas it was caught\r\n"
    caught = raw % letter["message_id"].encode()
    with CatcherStore(line.home) as store:
        store.keep(
            Caught(letter["message_id"], key, letter["address"], "subject", as_instant("2022-03-07"), caught)
        )

    found = shown(line, key)["text"]

    assert (found["caught"], found["text"].strip()) == (True, "as it was caught")


def doubted(line, key):
    with keep(make_engine(line.url)).begin() as connection:
        connection.execute(
            text(
                "UPDATE letter SET state = 'in_doubt', handed_at = created_at, claimed_by = 'dead' WHERE key = :key"
            ),
            {"key": key},
        )


def resolve(line, key, **settings):
    words = ("outbox", "resolve", key, "resend", "telephoned", "--as", "430000-mz.officer")
    return run(line, *words, **settings)


def test_resend_looks_into_the_archive_first(line):
    key = of_kind(line, "opening")
    doubted(line, key)

    with Mailbox(shown(line, key)["message_id"]) as box:
        code, out, _ = resolve(line, key, QIANSHOU_ARCHIVE_URL=box.url)

    found = shown(line, key)
    assert code == REFUSED
    assert "Sent copies UID 1" in out.replace("\n", "")
    assert (found["state"], [one["fate"] for one in found["attempts"]]) == ("sent", ["in_archive"])


def test_resend_goes_when_the_archive_does_not_hold_it(line):
    key = of_kind(line, "opening")
    doubted(line, key)

    with Mailbox() as box:
        code, _, _ = resolve(line, key, QIANSHOU_ARCHIVE_URL=box.url)

    found = shown(line, key)
    assert code == 0
    assert (found["state"], [one["fate"] for one in found["attempts"]]) == ("queued", ["not_in_archive"])


def test_resend_waits_for_an_archive_that_is_down(line):
    key = of_kind(line, "opening")
    doubted(line, key)
    with Mailbox() as box:
        gone = box.url

    code, _, err = resolve(line, key, QIANSHOU_ARCHIVE_URL=gone)

    assert code == DEPENDENCY_DOWN
    assert "--without-archive" in err.replace("\n", "")
    assert shown(line, key)["state"] == "in_doubt"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("QIANSHOU_SMTP_URL", "http://post.example"),
        ("QIANSHOU_POST_PACE", "163.com=0/60"),
        ("QIANSHOU_POST_PER_CONNECTION", "many"),
        ("QIANSHOU_ARCHIVE_URL", "imaps://archive.example"),
    ],
)
def test_setting_that_cannot_be_used_is_said_without_a_traceback(line, setting, value):
    code, out, err = run(
        line, "post", **({"smtp": value} if setting == "QIANSHOU_SMTP_URL" else {setting: value})
    )

    assert (code, out) == (BAD_INPUT, "")
    assert "Traceback" not in err


def test_post_that_is_told_to_end_finishes_what_it_hands_over(line):
    total = len(listed(line)["letters"])
    with ScriptedServer(lambda stage, to: "slow" if stage in ("rcpt", "after") else "") as server:
        process = start(line, "post", "--until-empty", "--json", smtp=server.url)
        while len(server.keys) < 3 and process.poll() is None:
            time.sleep(0.01)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        took = time.monotonic() - began

    counts = listed(line)["counts"]
    assert (process.returncode, err) == (0, "")
    assert took < 10
    assert set(counts) == {LetterState.SENT, LetterState.QUEUED}
    assert 3 <= counts[Fate.SENT] < total
    assert sorted(server.keys) == sorted(one["key"] for one in listed(line, "sent")["letters"])
    assert json.loads(out)["sent"] == counts["sent"]
