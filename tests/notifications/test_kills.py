"""A dispatcher that is killed again and again loses no letter and doubles none silently."""

import random
import subprocess
import sys
import time

import pytest

from notifications.outbox import message_id_of
from tests.notifications.letters import draft
from tests.notifications.sink import Sink
from tests.notifications.victim import LEASE

KILLS = 12
LETTERS = 1500


@pytest.mark.parametrize("seed", [1])
def test_killed_dispatcher_loses_and_doubles_nothing(small_outbox, tmp_path, seed):
    chance = random.Random(seed)
    kinds = ["decision_approved", "payment_made", "digest"]
    small_outbox.write([draft(f"{number:04}", kind=kinds[number % 3]) for number in range(LETTERS)])
    url = f"sqlite:///{tmp_path / 'post.sqlite'}"

    with Sink() as sink:
        for number in range(KILLS):
            victim = start(url, sink.port, f"victim-{number}")
            time.sleep(chance.uniform(0.02, 0.25))
            victim.kill()
            victim.communicate()
        time.sleep(LEASE.total_seconds() + 0.2)
        final = start(url, sink.port, "survivor")
        final.communicate(timeout=60)

    states, doubted, kind_of = (
        small_outbox.states(),
        small_outbox.column("doubted_at"),
        small_outbox.column("kind"),
    )
    times = {key: sink.accepted[message_id_of(key, "qianshou.example")] for key in states}
    assert set(states.values()) <= {"sent", "in_doubt"}
    assert [key for key, state in states.items() if state == "sent" and times[key] == 0] == []
    assert [key for key in states if times[key] > 1 and kind_of[key] != "digest"] == []
    assert [key for key in states if times[key] > 1 and doubted[key] is None] == []
    assert [key for key, state in states.items() if state == "in_doubt" and doubted[key] is None] == []
    # At most the eight sessions' letters come into doubt by a kill.
    assert sum(instant is not None for instant in doubted.values()) <= 8 * KILLS


def start(url: str, port: int, owner: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.notifications.victim", url, str(port), owner]
    victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    victim.stdout.readline()
    return victim
