"""Backups of an SQLite house: one archive with a consistent copy of the database and every file it knows of."""

import hashlib
import os
import sqlite3
import tarfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from models.db import make_engine
from models.schema import require_schema
from tasks.file_store import FOLDER, fault_of, place_of, put_content
from tasks.refusal import BadInput

DATABASE = "qianshou.sqlite"
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """How many files are in a backup, and which the database knows of but the data folder lacks."""

    files: int
    lost: tuple[str, ...]


def write_backup(database: Path, home: Path, file: Path) -> BackedUp:
    """Writes a backup to a new file while the house goes on working; it is there whole or not at all.

    The database is copied first: a file lies in the folder before it is recorded, so all that the copy knows of is
    there. What is lost or damaged is left out and named.
    """
    with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        copy = Path(folder) / DATABASE
        _copy_database(database, copy)
        return pack(file, copy, home, _recorded(copy))


def pack(file: Path, copy: Path, home: Path, known: Sequence[str]) -> BackedUp:
    """One archive of a copy of the database, under its own name, and of these files; there whole or not at all."""
    half = file.with_name(f".{file.name}.part")
    lost = tuple(one for one in known if fault_of(home, one))
    with tarfile.open(half, "w") as archive:
        archive.add(copy, copy.name)
        for one in known:
            if one not in lost:
                archive.add(place_of(home, one), f"{FOLDER}/{one}")
    half.replace(file)
    return BackedUp(len(known) - len(lost), lost)


def read_backup(file: Path, database: Path, home: Path, aside: Path) -> int:
    """Puts a backup in the place of database and files; returns how many files came with it.

    Takes a plain copy of the database too, as earlier versions wrote it. Everything is proved before anything is
    changed; then the files come first, each under its hash beside what is there, and last the database: whenever this
    is cut off, the database that stands finds its files. Raises BadInput, SchemaMismatch.
    """
    with TemporaryDirectory(dir=database.parent, prefix=".restore-") as folder:
        fresh = Path(folder) / DATABASE
        if _is_plain(file):
            _copy_plain(file, fresh)
            files = []
        else:
            files = unpack(file, fresh, Path(folder))
        _require_version(fresh)
        for sha256 in files:
            put_content(home, sha256, place_of(Path(folder), sha256).read_bytes())
        for suffix in _WITH_DATABASE:
            # A journal left by a crash would be replayed into whatever database stands beside it.
            old = database.with_name(database.name + suffix)
            if old.exists():
                old.replace(aside.with_name(aside.name + suffix))
        fresh.replace(database)
    return len(files)


_WITH_DATABASE = ("", "-wal", "-shm", "-journal")


def _require_version(database: Path) -> None:
    engine = make_engine(f"sqlite:///{database}")
    try:
        require_schema(engine)
    finally:
        engine.dispose()


def _is_plain(file: Path) -> bool:
    try:
        with file.open("rb") as begin:
            return begin.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise BadInput("cli.backup_unreadable", field="file", path=str(file), reason=str(error)) from error


def _copy_plain(file: Path, database: Path) -> None:
    try:
        _copy_database(file, database)
    except (OSError, sqlite3.DatabaseError) as error:
        raise BadInput("cli.backup_unreadable", field="file", path=str(file), reason=str(error)) from error


def unpack(file: Path, database: Path, folder: Path) -> list[str]:
    """The database (under its own name) and the files of a backup, in a folder of their own; returns the files' hashes.

    Nothing else of the archive is looked at. Raises BadInput for what is no such archive.
    """
    try:
        with tarfile.open(file, "r:") as archive:
            found = []
            for member in archive:
                part = archive.extractfile(member)
                if part is None:
                    raise BadInput("cli.backup_unreadable", field="file", path=str(file), reason=member.name)
                if member.name == database.name:
                    with database.open("xb") as target:
                        while piece := part.read(_CHUNK):
                            target.write(piece)
                        target.flush()
                        os.fsync(target.fileno())
                else:
                    found.append(_unpack_file(folder, member.name, part.read()))
        if not database.exists():
            raise BadInput("cli.backup_unreadable", field="file", path=str(file), reason=database.name)
        return found
    except (tarfile.TarError, ValueError, OSError) as error:
        raise BadInput("cli.backup_unreadable", field="file", path=str(file), reason=str(error)) from error


_CHUNK = 1024 * 1024


def _unpack_file(folder: Path, name: str, content: bytes) -> str:
    """One file of an archive; raises ValueError where its name is not the hash of its content."""
    sha256 = name.removeprefix(f"{FOLDER}/")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(name)
    put_content(folder, sha256, content)
    return sha256


def _copy_database(origin: Path, target: Path) -> None:
    with closing(sqlite3.connect(origin)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _recorded(database: Path) -> list[str]:
    """The files that a database knows of; none where it is of a version that had no files."""
    with closing(sqlite3.connect(database)) as connection:
        tables = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        found: set[str] = set()
        for table, column in _FILES:
            if table in tables:
                found.update(str(one) for (one,) in connection.execute(f"SELECT {column} FROM {table}"))
        return sorted(found)


_FILES = (("stored_file", "sha256"), ("received_mail", "raw"))
"""Where the database refers to files: what is attached, and mails as they came."""
