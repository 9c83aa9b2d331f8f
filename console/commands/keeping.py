"""Sub-commands that keep the data safe: backup and restore of an SQLite house."""

import sqlite3
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from console.commands.output import command, out
from models.db import make_engine
from models.messages import say
from models.schema import require_schema
from tasks.installation import read_settings
from tasks.refusal import BadInput


@command
def backup(file: Annotated[Path, typer.Argument()]) -> None:
    """Writes a consistent copy of the database to a new file, while the house goes on working."""
    if file.exists():
        raise BadInput("cli.file_exists", field="file", path=str(file))
    half = file.with_name(f".{file.name}.part")
    with sqlite3.connect(_database()) as source, sqlite3.connect(half) as target:
        source.backup(target)
    target.close()
    source.close()
    half.replace(file)
    out.print(say("cli.backup_done", path=str(file), size=f"{file.stat().st_size:,}"))


@command
def restore(file: Annotated[Path, typer.Argument()]) -> None:
    """Puts a backup in the place of a database that is not there; one that is there is moved aside first."""
    if not file.is_file():
        raise BadInput("cli.no_file", field="file", path=str(file))
    require_schema(make_engine(f"sqlite:///{file.resolve()}"))
    database = _database()
    database.parent.mkdir(parents=True, exist_ok=True)
    aside = database.with_suffix(".before-restore")
    if database.exists():
        if aside.exists():
            raise BadInput("cli.file_exists", field="file", path=str(aside))
        database.replace(aside)
    fresh = database.with_name(f".{database.name}.part")
    with sqlite3.connect(file) as source, sqlite3.connect(fresh) as target:
        source.backup(target)
    source.close()
    target.close()
    fresh.replace(database)
    out.print(say("cli.restore_done", path=str(database)))


def _database() -> Path:
    url = make_url(read_settings().database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput("cli.backup_sqlite", field="QIANSHOU_DATABASE_URL")
    return Path(url.database)
