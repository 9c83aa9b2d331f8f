"""A private PostgreSQL cluster for one test process: started in a temporary folder, gone when the process is."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
SECONDS_TO_START = 30.0
HOW_TO_INSTALL = (
    "The tests run on PostgreSQL too, and its server programs (initdb, postgres) are not installed. "
    "On Debian, as root: apt-get install postgresql. `make test` does that by itself when root runs it."
)
# Nothing in a test's cluster has to survive a power cut, and nobody but the tests may reach it.
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=60",
    "shared_buffers=64MB",
    "timezone=UTC",
)


class PostgresMissing(RuntimeError):
    """PostgreSQL's server programs are not on this machine; the message says what to install."""


class PostgresFailed(RuntimeError):
    """The private cluster did not start; the message ends with its log."""


class Cluster:
    """A running cluster and the databases made in it; `start_cluster` opens one.

    A database is a copy of a template, which costs some 20 ms; preparing each one by migrations would cost seconds.
    """

    def __init__(self, folder: Path, server_id: int) -> None:
        self.server_id = server_id
        self.folder = folder
        self._numbers = count(1)
        self._templates: dict[Callable[[str], object] | None, str] = {None: "template1"}

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database in this cluster."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    @contextmanager
    def fresh_database(self, prepare: Callable[[str], object] | None = None) -> Iterator[str]:
        """Yield the URL of a database of its own and drop it afterwards, whoever is still connected.

        ``prepare`` takes a URL and fills an empty database, by migrations for instance. It runs once per cluster;
        each later database is a copy of its result. It must close its connections.
        """
        template = self._template(prepare)
        name = f"test_{next(self._numbers)}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, template)
        try:
            yield self.url(name)
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)

    def _template(self, prepare: Callable[[str], object] | None) -> str:
        if prepare not in self._templates:
            assert prepare is not None
            name = f"template_{next(self._numbers)}"
            self._execute(sql.SQL("CREATE DATABASE {}"), name)
            prepare(self.url(name))
            self._templates[prepare] = name
        return self._templates[prepare]

    def _execute(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


@contextmanager
def start_cluster() -> Iterator[Cluster]:
    """Start a private cluster on a socket in a temporary folder, yield it, stop it and remove the folder.

    Raises PostgresMissing where PostgreSQL is not installed and PostgresFailed where it does not start. If this
    process is killed, the kernel tells the server to stop; only the folder stays behind then.
    """
    programs = server_programs()
    # A socket's path may have 107 characters, and the server's user must be able to enter: hence not TMPDIR.
    folder = Path(tempfile.mkdtemp(prefix="qianshou-pg-", dir="/tmp"))
    try:
        as_owner = _give_to_server_user(folder)
        _make_cluster(programs, folder, as_owner)
        with _running(programs, folder, as_owner) as server_id:
            yield Cluster(folder, server_id)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_programs() -> Path:
    """Return the folder of initdb and postgres, the newest version first; raise PostgresMissing without one."""
    debian = sorted(DEBIAN_PROGRAMS.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate
    raise PostgresMissing(HOW_TO_INSTALL)


def _give_to_server_user(folder: Path) -> list[str]:
    """Return the words that start a program as the cluster's owner: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return ["setpriv"]
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _make_cluster(programs: Path, folder: Path, as_owner: list[str]) -> None:
    command: list[str | Path] = [
        programs / "initdb",
        "--pgdata",
        folder / "data",
        "--username=postgres",
        "--auth=trust",
    ]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    made = subprocess.run([*as_owner, *command], cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise PostgresFailed(f"initdb did not make the tests' cluster:\n{made.stdout}{made.stderr}")


@contextmanager
def _running(programs: Path, folder: Path, as_owner: list[str]) -> Iterator[int]:
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder]
    for setting in SETTINGS:
        command += ["-c", setting]
    log = folder / "log"
    with log.open("wb") as output:
        # --pdeathsig: a killed test run leaves no server behind. start_new_session: Ctrl-C reaches the tests only.
        server = subprocess.Popen(
            [*as_owner, "--pdeathsig=INT", *command],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(server, folder, log)
        yield server.pid
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > give_up:
                text = log.read_text(errors="replace")
                raise PostgresFailed(f"The tests' PostgreSQL did not start:\n{text}") from error
        time.sleep(0.02)
