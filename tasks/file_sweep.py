"""Files in the store that nothing in the database refers to: named, and cleared away once they are old enough."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from tasks import record
from tasks.file_store import FOLDER
from tasks.queries.file_checks import recorded_hashes
from tasks.work import House, Work

KEPT_HOURS = 24
"""So long an orphan stays: somebody may be looking over what they have handed in, or about to record it."""
_ASIDE = ".swept"
_HEX = frozenset("0123456789abcdef")
_SECONDS = 3_600
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that nothing refers to: an orphan, or what was left half written; how large and how many hours old."""

    path: Path
    size: int
    hours: float

    @property
    def is_old(self) -> bool:
        """Whether it may be cleared away."""
        return self.hours >= KEPT_HOURS


def strays(work: Work, home: Path) -> list[Stray]:
    """Every file of the store that nothing refers to, by its path. What is not the store's own is left out."""
    folder = home / FOLDER
    if not folder.is_dir():
        return []
    known, now = recorded_hashes(work), _now(folder)
    found = []
    for path in _files(folder):
        if path.name in known:
            continue
        with suppress(FileNotFoundError):
            told = path.stat()
            found.append(Stray(path, told.st_size, max(0.0, now - told.st_mtime) / _SECONDS))
    return sorted(found, key=lambda one: str(one.path))


def sweep_strays(house: House) -> tuple[int, int]:
    """Clears away orphans and half files that are old enough, with an event; returns how many and their bytes.

    In one writing transaction: nobody can record a file meanwhile. Each is set aside by a rename and looked at once
    more: one that somebody has made fresh (`put_content`) between the look and the rename goes back to its place, and
    whoever comes after the rename finds none and writes it anew. Safe to repeat; killed in between it leaves a file
    that is set aside: the next sweep puts it back where it was recorded after all, else clears it away.
    """
    home = house.home
    if home is None or not (home / FOLDER).is_dir():
        return 0, 0
    with house.transaction() as work:
        _put_back(home / FOLDER, recorded_hashes(work))
        gone = [one for one in strays(work, home) if one.is_old and _clear(home / FOLDER, one)]
        size = sum(one.size for one in gone)
        if gone:
            record.note(work, "stored_file", "*", act="files.sweep", removed=len(gone), size=size)
    return len(gone), size


def _put_back(folder: Path, known: frozenset[str]) -> None:
    for path in _files(folder):
        sha256 = path.name.removeprefix(".").removesuffix(_ASIDE)
        if path.name.endswith(_ASIDE) and sha256 in known and not path.with_name(sha256).exists():
            path.replace(path.with_name(sha256))


def _clear(folder: Path, one: Stray) -> bool:
    aside = one.path.with_name(f".{one.path.name.lstrip('.')}{_ASIDE}")
    try:
        one.path.replace(aside)
        is_fresh = (_now(folder) - aside.stat().st_mtime) / _SECONDS < KEPT_HOURS
    except FileNotFoundError:
        return False
    if is_fresh:
        aside.replace(one.path)
        return False
    aside.unlink(missing_ok=True)
    return True


def _files(folder: Path) -> Iterator[Path]:
    """What the store itself has written: contents under their hash, half files, files that were set aside."""
    for part in sorted(folder.iterdir()):
        if part.is_dir() and not part.is_symlink() and len(part.name) == len("aa"):
            for path in part.iterdir():
                if path.is_file() and not path.is_symlink() and _is_own(path.name):
                    yield path


def _is_own(name: str) -> bool:
    if name.startswith(".") and name.endswith((".part", _ASIDE)):
        name = name[1:].partition(".")[0]
    return len(name) == _LONGEST and set(name) <= _HEX


def _now(folder: Path) -> float:
    """What time it is by the folder's own clock, by which the age of its files is told."""
    with NamedTemporaryFile(dir=folder, prefix=".now-") as probe:
        return Path(probe.name).stat().st_mtime
