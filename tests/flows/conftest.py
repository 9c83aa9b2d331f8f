"""Fixtures of the flows: one Prefect server a test process, as `qianshou up` starts it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from deploy.loopback import answers
from tests.deploy.starting import free_ports
from tests.house.tree import ROOT

PATIENCE_S = 90.0


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server's API; this process's flows report to it."""
    home = tmp_path_factory.mktemp("prefect")
    port = free_ports()["QIANSHOU_PORT_PREFECT"]
    address = f"http://127.0.0.1:{port}/api"
    given = {**os.environ, "PREFECT_HOME": str(home), "PREFECT_SERVER_API_PORT": port}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "deploy.prefect_server"], cwd=ROOT, env=given, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(f"{address}/health"):
            assert server.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(0.1)
        with temporary_settings({PREFECT_API_URL: address}):
            yield address
    finally:
        server.terminate()
        server.wait(PATIENCE_S)
