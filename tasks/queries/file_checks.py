"""Whether every file the database knows of lies in the data folder and is what was handed in."""

from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from models.intake import ReceivedMail
from models.stored_file import Attachment, StoredFile
from tasks.file_store import FOLDER, fault_of
from tasks.queries.checks import Finding
from tasks.work import Work


def check_files(work: Work, home: Path | None) -> list[Finding]:
    """A finding for every recorded file that is lost or damaged; reads every byte of all of them."""
    names: dict[str, set[str]] = {}
    for sha256, name in work.session.connection().execute(
        select(col(StoredFile.sha256), col(Attachment.name))
        .outerjoin(Attachment, col(Attachment.sha256) == col(StoredFile.sha256))
        .order_by(col(StoredFile.sha256))
    ):
        names.setdefault(sha256, set()).update({name} if name else ())
    faults = ((sha256, fault_of(home, sha256) if home else "lost") for sha256 in names)
    return [
        Finding(f"file.{fault}", sha256, {"names": sorted(names[sha256])})
        for sha256, fault in faults
        if fault
    ]


def recorded_hashes(work: Work) -> frozenset[str]:
    """The hashes of all files that the database refers to: what is attached, and mails as they came."""
    connection = work.session.connection()
    stored = connection.execute(select(col(StoredFile.sha256))).scalars()
    mails = connection.execute(select(col(ReceivedMail.raw))).scalars()
    return frozenset(stored) | frozenset(mails)


def recorded_files(work: Work) -> int:
    """How many files the database knows of."""
    return int(work.session.connection().execute(select(func.count()).select_from(StoredFile)).scalar_one())


def missing_folder(work: Work, home: Path | None) -> tuple[int, Path] | None:
    """How many files are recorded and the folder they should lie in, where that folder is not there."""
    if home is None or (home / FOLDER).is_dir():
        return None
    count = recorded_files(work)
    return (count, home / FOLDER) if count else None
