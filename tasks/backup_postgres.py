"""Backups of a house on PostgreSQL: one archive with pg_dump's copy of the database and every file it knows of."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, make_url

from models.db import make_engine
from models.schema import SchemaMismatch, wanted_version
from tasks.backup import BackedUp, pack, unpack
from tasks.file_store import place_of, put_content
from tasks.refusal import BadInput, Refusal

DUMP = "qianshou.pgdump"
_FILES = "SELECT sha256 FROM stored_file UNION SELECT raw FROM received_mail ORDER BY 1"


class NoProgram(Refusal):
    """A program of PostgreSQL is not here, or too old for the server."""

    exit_code = 3


def write_postgres_backup(url: str, home: Path, file: Path) -> BackedUp:
    """Writes a backup to a new file while the house goes on working; it is there whole or not at all.

    The database is copied first, then its files are asked for: no reference is ever taken back, so all that the copy
    knows of is there. Raises NoProgram where pg_dump is missing or older than the server, BadInput where it fails.
    """
    program = _program("pg_dump", url)
    with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        copy = Path(folder) / DUMP
        _run(program, url, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")
        return pack(file, copy, home, _recorded(url))


def read_postgres_backup(file: Path, url: str, home: Path) -> int:
    """Puts a backup into an empty database and its files beside those that are there; returns how many came with it.

    Everything is proved before anything is changed: the archive, each file's hash, the dump's version. The files come
    first, the database last and in one transaction. A database with tables in it is refused: make another and name
    that. Raises NoProgram, BadInput, SchemaMismatch.
    """
    program = _program("pg_restore", url)
    with TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        dump = Path(folder) / DUMP
        files = unpack(file, dump, Path(folder))
        _require_version(program, url, dump)
        _require_empty(url)
        for sha256 in files:
            put_content(home, sha256, place_of(Path(folder), sha256).read_bytes())
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run(program, url, *options, f"--dbname={_place(url)['PGDATABASE']}", str(dump))
    return len(files)


def _program(name: str, url: str) -> str:
    """A program of PostgreSQL: of pg_config's folder, else of the path; not older than the server it asks."""
    found = None
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        found = shutil.which(name, path=told.stdout.strip()) if told.returncode == 0 else None
    found = found or shutil.which(name)
    if found is None:
        raise NoProgram("cli.pg_missing", program=name)
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    own, server = _major(told.stdout), _server(url)
    if own < server:
        raise NoProgram("cli.pg_older", program=name, found=own, server=server)
    return found


def _major(told: str) -> int:
    """The first number of `pg_dump (PostgreSQL) 15.18 (Debian …)`; 0 where there is none."""
    for word in told.split():
        number = word.partition(".")[0]
        if number.isdecimal():
            return int(number)
    return 0


def _server(url: str) -> int:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            told = connection.execute(text("SHOW server_version_num")).scalar_one()
    finally:
        engine.dispose()
    return int(told) // 10_000


def _recorded(url: str) -> list[str]:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return [str(one) for one in connection.execute(text(_FILES)).scalars()]
    finally:
        engine.dispose()


def _require_empty(url: str) -> None:
    engine = make_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise BadInput(
                "cli.pg_not_empty", field="QIANSHOU_DATABASE_URL", database=_place(url)["PGDATABASE"]
            )
    finally:
        engine.dispose()


def _require_version(program: str, url: str, dump: Path) -> None:
    told = _run(program, url, "--data-only", "--table=alembic_version", "--file=-", str(dump))
    wanted = wanted_version()
    lines = told.splitlines()
    if wanted not in lines:
        after = next((number for number, line in enumerate(lines) if line.startswith("COPY ")), len(lines))
        found = "".join(lines[after + 1 : after + 2])
        raise SchemaMismatch("schema.older" if found < wanted else "schema.newer", found, wanted)


def _run(program: str, url: str, *words: str) -> str:
    """Runs a program on the database; who connects and the password go by the environment, which nobody else reads."""
    environment = {**os.environ, **_place(url), "LC_ALL": "C.UTF-8"}
    told = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    if told.returncode:
        raise BadInput(
            "cli.pg_failed", field="file", program=Path(program).name, reason=told.stderr.strip()[-500:]
        )
    return told.stdout


def _place(url: str) -> dict[str, str]:
    """Where a database is, as PostgreSQL's own variables say it."""
    parsed: URL = make_url(url)
    given = {
        "PGHOST": parsed.host or _first(parsed, "host"),
        "PGPORT": str(parsed.port or _first(parsed, "port")),
        "PGUSER": parsed.username or _first(parsed, "user"),
        "PGPASSWORD": parsed.password or _first(parsed, "password"),
        "PGDATABASE": parsed.database or "",
        "PGSSLMODE": _first(parsed, "sslmode"),
    }
    return {name: str(value) for name, value in given.items() if value}


def _first(url: URL, name: str) -> str:
    found = url.query.get(name, "")
    return found if isinstance(found, str) else found[0]
