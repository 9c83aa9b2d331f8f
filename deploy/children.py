"""The processes of a house: started, watched, started again a few times, stopped all together in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

RESTARTS = 5
"""So many times in a row a child is started again, each time after a longer pause."""

STEADY_S = 600
"""A child that has run for so long is well again: earlier failures are no longer counted."""

STOP_S = 8
"""So long each child may take to stop; what it has not finished by then is made up for by the next start."""

GLANCE_S = 0.5
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class _Child:
    command: list[str]
    process: subprocess.Popen[bytes]
    since: float
    restarts: int = field(default=0)


class Children:
    """Inside `with`, SIGINT and SIGTERM become KeyboardInterrupt; at its end every child is stopped, the last first."""

    def __init__(
        self, logs: Path, *, restarts: int = RESTARTS, pause: Callable[[int], float] = float
    ) -> None:
        self._logs = logs
        self._allowed = restarts
        self._pause = pause
        self._running: dict[str, _Child] = {}

    def __enter__(self) -> "Children":
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        # A second Ctrl-C must not leave children behind: it has to wait, and waiting is bounded.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        for child in reversed(self._running.values()):
            _stop(child.process)

    def start(self, name: str, module: str) -> None:
        """Starts one of our own services as a module."""
        command = [sys.executable, "-m", module]
        self._running[name] = _Child(command, self._launch(name, command), time.monotonic())

    def is_up(self, name: str) -> bool:
        """Whether a child has not ended."""
        return self._running[name].process.poll() is None

    def log_of(self, name: str) -> Path:
        """Where a child's output goes."""
        return self._logs / f"{name}.log"

    def wait_for(self, name: str, ready: Callable[[], bool], patience_s: float) -> bool:
        """Waits until a child is ready; False when it has ended or takes too long."""
        deadline = time.monotonic() + patience_s
        while self.is_up(name) and time.monotonic() < deadline:
            if ready():
                return True
            time.sleep(GLANCE_S / 4)
        return False

    def watch(self) -> str:
        """Stays until a child is given up, whose name it returns; one that dies is started again before that."""
        while True:
            time.sleep(GLANCE_S)
            for name, child in self._running.items():
                if child.process.poll() is None:
                    continue
                if time.monotonic() - child.since > STEADY_S:
                    child.restarts = 0
                if child.restarts == self._allowed:
                    return name
                child.restarts += 1
                time.sleep(self._pause(child.restarts))
                child.process, child.since = self._launch(name, child.command), time.monotonic()

    def _launch(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log_of(name).open("ab") as log:
            # A group of its own: the terminal's Ctrl-C reaches only us, and we stop the children in order.
            return subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, preexec_fn=_END_WITH_PARENT
            )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    # What it has started itself goes with it, also what it did not stop: every effect is one transaction.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_with_parent() -> Callable[[], None] | None:
    """What a child does first: ask Linux for a SIGTERM when its parent dies, so that a kill -9 leaves no orphans."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


_END_WITH_PARENT = _end_with_parent()
