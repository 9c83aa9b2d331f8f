"""Figures for a monitor: on this machine only, and true."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.visit import Console
from models.mail import Letter
from tasks.deadlines import sweep
from tests.factory import Bench
from tests.tasks.scenes import rows
from tests.tasks.working import working_bench


@pytest.fixture
def bench(database_url: str) -> Bench:
    return working_bench(database_url)


def figures_for(bench: Bench, host: str) -> tuple[int, list[str]]:
    client = TestClient(make_app(Console(replace(bench.house, sample=True))), client=(host, 5000))
    answer = client.get("/metrics")
    return answer.status_code, answer.text.splitlines()


def test_a_monitor_on_this_machine_reads_the_figures(bench: Bench) -> None:
    sweep(bench.house)

    status, lines = figures_for(bench, "127.0.0.1")

    assert status == 200
    assert "qianshou_ready 1" in lines
    assert f'qianshou_letters{{state="queued"}} {len(rows(bench, Letter))}' in lines
    assert 'qianshou_steps_overdue{stage="disbursement"} 0' in lines
    assert len({line.split(" ")[0] for line in lines if not line.startswith("#")}) == len(
        [line for line in lines if not line.startswith("#")]
    )


@pytest.mark.parametrize("host", ["192.0.2.7", "testclient"])
def test_nobody_else_does(bench: Bench, host: str) -> None:
    assert figures_for(bench, host)[0] == 403
