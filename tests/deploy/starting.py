"""A house started by the real command in a folder of its own, on free ports, stopped by its process id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.tree import ROOT

PATIENCE_S = 60.0
PORTS = ("QIANSHOU_PORT_PREFECT", "QIANSHOU_PORT_SMTP", "QIANSHOU_PORT_MAIL", "QIANSHOU_PORT_CONSOLE")


def free_ports() -> dict[str, str]:
    """A free port for each of a house's services."""
    sockets = [socket.socket() for _ in PORTS]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = {name: str(one.getsockname()[1]) for name, one in zip(PORTS, sockets, strict=True)}
    for one in sockets:
        one.close()
    return found


def plain_environment(home: Path, **given: str) -> dict[str, str]:
    """The environment of a terminal in which nothing of a house is set but its folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("QIANSHOU_", "PREFECT_"))}
    return {**kept, "QIANSHOU_HOME": str(home), "PYTHONUNBUFFERED": "1", **given}


def run(home: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """One command of the house as another terminal would run it."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        cwd=ROOT,
        env=plain_environment(home, **given),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@dataclass
class Started:
    """`qianshou up` as a process, with what it printed."""

    home: Path
    ports: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with self.printed_to.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", "up"],
                cwd=ROOT,
                env=plain_environment(self.home, **self.ports, **self.given),
                stdout=file,
                stderr=file,
            )

    @property
    def printed_to(self) -> Path:
        return self.home / "printed"

    @property
    def printed(self) -> str:
        return self.printed_to.read_text()

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Waits until something has happened; fails with what was printed when the house ends before or in vain."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.1)

    def wait_until_ready(self) -> "Started":
        self.wait_until(lambda: f"{self.address('QIANSHOU_PORT_MAIL')}/" in self.printed)
        return self

    def children(self) -> list[int]:
        """The process ids of everything that was started, grandchildren too."""
        return descendants(self.process.pid)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Tells it to stop and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def descendants(parent: int) -> list[int]:
    """The processes below one, by the kernel's own list."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def is_alive(process: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
