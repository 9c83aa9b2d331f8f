"""Sub-commands that keep the data safe: backup and restore."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from console.commands.output import REFUSED, command, err, out
from models.messages import say
from tasks.backup import read_backup, write_backup
from tasks.backup_postgres import read_postgres_backup, write_postgres_backup
from tasks.installation import read_settings
from tasks.refusal import BadInput


@command
def backup(file: Annotated[Path, typer.Argument()]) -> None:
    """Writes database and attached files, consistent, to a new file while the house goes on working."""
    if file.exists():
        raise BadInput("cli.file_exists", field="file", path=str(file))
    settings = read_settings()
    if _is_postgres(settings.database_url):
        done = write_postgres_backup(settings.database_url, settings.home, file)
    else:
        done = write_backup(_database(), settings.home, file)
    for one in done.lost:
        err.print(say("cli.backup_lost", sha256=one))
    size = f"{file.stat().st_size:,}"
    out.print(say("cli.backup_done", path=str(file), size=size, files=done.files))
    if done.lost:
        raise typer.Exit(REFUSED)


@command
def restore(file: Annotated[Path, typer.Argument()]) -> None:
    """Puts a backup in the place of a database that is not there; one that is there is moved aside first."""
    if not file.is_file():
        raise BadInput("cli.no_file", field="file", path=str(file))
    settings = read_settings()
    if _is_postgres(settings.database_url):
        settings.home.mkdir(parents=True, exist_ok=True)
        count = read_postgres_backup(file, settings.database_url, settings.home)
        out.print(say("cli.restore_done", path=str(make_url(settings.database_url).database), files=count))
        return
    database = _database()
    database.parent.mkdir(parents=True, exist_ok=True)
    aside = database.with_suffix(".before-restore")
    if database.exists() and aside.exists():
        raise BadInput("cli.file_exists", field="file", path=str(aside))
    files = read_backup(file, database, read_settings().home, aside)
    out.print(say("cli.restore_done", path=str(database), files=files))


def _is_postgres(url: str) -> bool:
    return make_url(url).get_backend_name() == "postgresql"


def _database() -> Path:
    url = make_url(read_settings().database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput("cli.backup_sqlite", field="QIANSHOU_DATABASE_URL")
    return Path(url.database)
