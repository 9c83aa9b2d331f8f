"""`qianshou up`: everything on one machine, from the first database to the running services, stopped by one Ctrl-C."""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from urllib.request import urlopen

from console.commands.house import prepare
from console.commands.output import BAD_INPUT, DEPENDENCY_DOWN, LOCKED, err, out
from models.clock import FileClock, as_instant
from models.db import make_engine
from models.messages import say
from tasks.installation import Settings, open_house, read_settings
from tasks.offices import settle_programme

DEMONSTRATION_BEGAN = "2022-02-25T08:00"
DEMONSTRATION_UNTIL = "2024-03-08T09:30"
PATIENCE_S = 120
RESTARTS = 5


def up(*, real: bool) -> int:
    """Starts the house and stays until SIGINT or SIGTERM; returns the exit code of DESIGN section 7."""
    demonstration = not (real or os.environ.get("QIANSHOU_MODE") == "real")
    settings = replace(read_settings(), demonstration=demonstration)
    settings.home.mkdir(parents=True, exist_ok=True)
    if demonstration and not _is_loopback(os.environ.get("QIANSHOU_SMTP_URL")):
        err.print(say("up.real_mail_server"))
        return BAD_INPUT
    lock = _lock(settings.home)
    if lock is None:
        err.print(say("up.locked", home=str(settings.home)))
        return LOCKED
    busy = [port for port in _ports(settings) if _is_taken(port)]
    if busy:
        err.print(say("up.port_taken", ports=tuple(str(port) for port in busy)))
        return DEPENDENCY_DOWN
    settings = _environment(settings)
    with _Children(settings) as children:
        if not children.start_prefect():
            err.print(say("up.prefect_down", log=str(settings.home / "logs" / "prefect.log")))
            return DEPENDENCY_DOWN
        try:
            _furnish(settings)
            children.start("catcher", "deploy.catcher")
            children.start("runner", "deploy.serve")
            _welcome(settings)
            children.watch()
        except KeyboardInterrupt:
            return 0
    return 0


def _environment(settings: Settings) -> Settings:
    """Sets what every child inherits: folder, clock, keys, Prefect's quiet and safe settings (DESIGN section 10)."""
    home = settings.home
    given = {
        "QIANSHOU_HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{settings.prefect_port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_RUNNER_POLL_FREQUENCY": "5",
        "PREFECT_LOGGING_LEVEL": "WARNING",
    }
    if settings.demonstration:
        given |= {
            "QIANSHOU_DEMONSTRATION": "1",
            "QIANSHOU_CLOCK": f"file:{home / 'clock'}",
            "QIANSHOU_FIELD_KEY": "sample",
        }
    else:
        # Whoever holds this password can run code: it is this house's own, and only its user can read it.
        given |= {
            "PREFECT_SERVER_API_AUTH_STRING": _password(home),
            "PREFECT_API_AUTH_STRING": _password(home),
        }
    os.environ.update(given)
    return read_settings()


def _furnish(settings: Settings) -> None:
    """Database, offices and, in the demonstration, its past; what is there already stays."""
    prepare(settings)
    if settings.demonstration:
        clock = FileClock(settings.home / "clock")
        if not clock.path.exists():
            _play_past(settings)
            clock.set(os.environ.get("QIANSHOU_DEMONSTRATION_UNTIL") or DEMONSTRATION_UNTIL)
        return
    with open_house(settings).transaction() as work:
        settle_programme(work, sample=False)
    make_engine(settings.database_url).dispose()


def _play_past(settings: Settings) -> None:
    # Prefect reads its settings when it is imported, so this comes after they are set.
    from deploy.demonstration import through_flows_on_great_days
    from deploy.replaying import play

    out.print(say("up.playing"))
    until = os.environ.get("QIANSHOU_DEMONSTRATION_UNTIL") or DEMONSTRATION_UNTIL
    play(
        settings,
        began=as_instant(DEMONSTRATION_BEGAN),
        until=as_instant(until),
        seed=1,
        advance=through_flows_on_great_days,
    )


def _welcome(settings: Settings) -> None:
    clock = settings.clock_now()
    out.print(say("up.ready", now=clock.now().isoformat(" ", "minutes")))
    for name, address in (
        ("prefect", f"http://127.0.0.1:{settings.prefect_port}/runs"),
        ("artifacts", f"http://127.0.0.1:{settings.prefect_port}/artifacts"),
        ("mail", f"http://127.0.0.1:{settings.catcher_page_port}/"),
    ):
        out.print(f"  {say(f'up.{name}')}  {address}", soft_wrap=True)
    out.print(say("up.first" if settings.demonstration else "up.first_real"), soft_wrap=True)


class _Children:
    """The processes of the house: started, watched, started again a few times, stopped all together."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, list[str]] = {}
        self._restarts: dict[str, int] = {}
        self._stopping = False

    def __enter__(self) -> "_Children":
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._running.values():
            child.terminate()
        deadline = time.monotonic() + 10
        for child in self._running.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        out.print(say("up.stopped"))

    def start_prefect(self) -> bool:
        """Starts Prefect's server and waits until it is healthy."""
        port = str(self._settings.prefect_port)
        self._launch(
            "prefect",
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port],
        )
        health = f"http://127.0.0.1:{port}/api/health"
        for _ in range(PATIENCE_S * 4):
            if self._stopping or self._running["prefect"].poll() is not None:
                return False
            if _answers(health):
                return True
            time.sleep(0.25)
        return False

    def start(self, name: str, module: str) -> None:
        """Starts one of our own services as a module."""
        self._launch(name, [sys.executable, "-m", module])

    def watch(self) -> None:
        """Stays until told to stop; a child that dies is started again, at most a few times."""
        while not self._stopping:
            time.sleep(0.5)
            for name, child in list(self._running.items()):
                if child.poll() is None or self._stopping:
                    continue
                self._restarts[name] = self._restarts.get(name, 0) + 1
                if self._restarts[name] > RESTARTS:
                    err.print(say("up.gave_up", name=name, log=str(self._log(name))))
                    return
                time.sleep(self._restarts[name])
                self._launch(name, self._commands[name])

    def _launch(self, name: str, command: list[str]) -> None:
        self._commands[name] = command
        self._log(name).parent.mkdir(parents=True, exist_ok=True)
        with self._log(name).open("ab") as log:
            # A group of its own: the terminal's Ctrl-C reaches only us, and we stop the children in order.
            self._running[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def _log(self, name: str) -> Path:
        return self._settings.home / "logs" / f"{name}.log"

    def _stop(self, *_: object) -> None:
        self._stopping = True
        raise KeyboardInterrupt


def _lock(home: Path) -> IO[str] | None:
    file = (home / "up.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _password(home: Path) -> str:
    path = home / "prefect.password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"qianshou:{secrets.token_urlsafe(24)}")
    return path.read_text()


def _ports(settings: Settings) -> tuple[int, ...]:
    return (settings.prefect_port, settings.catcher_port, settings.catcher_page_port)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_loopback(url: str | None) -> bool:
    return not url or urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):
            return True
    except OSError:
        return False
