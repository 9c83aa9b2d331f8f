"""Where the bytes of files lie: in the data folder under their SHA-256, there before the database knows of them."""

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.rules.upload import media_type_of, plain_name, upload_fault
from tasks.refusal import BadInput, NotFound, Refusal

FOLDER = "files"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was judged and lies in the store; nothing in the database knows of it yet."""

    sha256: str
    name: str
    media_type: str
    size: int


class NotKept(Refusal):
    """The bytes could not be written: a full disk, a folder without rights. Nothing was recorded."""

    exit_code = 3


def judged(name: str, content: bytes, *, field: str) -> str:
    """The name under which a file may be kept; raises BadInput: what is wrong, what is allowed, what to do."""
    plain = plain_name(name)
    fault = upload_fault(plain, content)
    if fault:
        raise BadInput(f"upload.{fault.code}", field=field, **fault.facts)
    return plain


def keep_file(home: Path | None, content: bytes, name: str, *, field: str = "file") -> KeptFile:
    """Judges a file and keeps it; safe to repeat, the same content is one file.

    Written under a temporary name, flushed to the disk and renamed, the folder flushed too: when this returns, a power
    cut takes nothing away. It comes before the transaction that records it; what no transaction records (an orphan)
    harms nobody and is the same file when the same content comes again. Raises BadInput, NotKept.
    """
    plain = judged(name, content, field=field)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        put_content(_required(home), sha256, content)
    except OSError as error:
        raise NotKept("files.not_kept", field=field, reason=error.strerror or type(error).__name__) from error
    return KeptFile(sha256, plain, media_type_of(plain), len(content))


def put_content(home: Path, sha256: str, content: bytes) -> None:
    """Puts bytes in their place, durable when it returns; what lies there whole already stays, and is fresh again.

    Fresh first, looked at then: whoever clears away old orphans (tasks/file_sweep.py) sees the one or leaves the other.
    """
    path = place_of(home, sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        os.utime(path)
    if not _is_whole(path, sha256):
        half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with half.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent, home):
        _flush_folder(folder)


def read_file(home: Path | None, sha256: str, *, name: str = "") -> bytes:
    """The bytes of a kept file, proved by their hash; raises NotFound where they are not there or not the same."""
    try:
        content = place_of(_required(home), sha256).read_bytes()
    except OSError as error:
        raise NotFound("files.lost", name=name or sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NotFound("files.damaged", name=name or sha256)
    return content


def place_of(home: Path, sha256: str) -> Path:
    """Where the bytes of that hash lie. Raises ValueError for what is no hash: a path is made of it."""
    if len(sha256) != _HEX or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256")
    return home / FOLDER / sha256[:2] / sha256


_HEX = 64


def fault_of(home: Path, sha256: str) -> str:
    """What is wrong with a recorded file: "lost", "damaged", or nothing."""
    path = place_of(home, sha256)
    if not path.is_file():
        return "lost"
    return "" if _is_whole(path, sha256) else "damaged"


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _required(home: Path | None) -> Path:
    if home is None:
        raise BadInput("files.no_home", field="file")
    return home


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
