"""Sub-commands that keep the data safe: backup and restore of an SQLite house."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from console.commands.output import REFUSED, command, err, out
from models.messages import say
from tasks.backup import read_backup, write_backup
from tasks.installation import read_settings
from tasks.refusal import BadInput


@command
def backup(file: Annotated[Path, typer.Argument()]) -> None:
    """Writes database and attached files, consistent, to a new file while the house goes on working."""
    if file.exists():
        raise BadInput("cli.file_exists", field="file", path=str(file))
    done = write_backup(_database(), read_settings().home, file)
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
    database = _database()
    database.parent.mkdir(parents=True, exist_ok=True)
    aside = database.with_suffix(".before-restore")
    if database.exists() and aside.exists():
        raise BadInput("cli.file_exists", field="file", path=str(aside))
    files = read_backup(file, database, read_settings().home, aside)
    out.print(say("cli.restore_done", path=str(database), files=files))


def _database() -> Path:
    url = make_url(read_settings().database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput("cli.backup_sqlite", field="QIANSHOU_DATABASE_URL")
    return Path(url.database)
