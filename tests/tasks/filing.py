"""Files in the tests of use-cases: a house with a folder, small documents, what is recorded of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.stored_file import Attachment, StoredFile
from tasks.attaching import ADDED
from tasks.file_store import keep_file
from tasks.postings import Performed, perform_once
from tasks.work import SentFile
from tests.factory import Bench, actor
from tests.tasks.scenes import rows

PDF = b"%PDF-1.7\nsample\n%%EOF\n"
OTHER = b"%PDF-1.7\nanother\n%%EOF\n"


def with_folder(bench: Bench, home: Path) -> Bench:
    """The same house with a data folder."""
    home.mkdir(exist_ok=True)
    return Bench(replace(bench.house, home=home), bench.clock)


def sent(bench: Bench, purpose: str = "file", content: bytes = PDF, name: str = "盖章页.pdf") -> SentFile:
    """A file that lies in the house's store and comes with an act."""
    kept = keep_file(bench.house.home, content, name)
    return SentFile(purpose, kept.sha256, kept.name, kept.media_type, kept.size)


def add(
    bench: Bench, organisation: str, subject: tuple[str, str], files: Sequence[SentFile], **form: Any
) -> Performed:
    """Adds files to an object as the officer of an organisation."""
    given = {"subject_type": subject[0], "subject": subject[1], "purpose": "document", **form}
    key = given.pop("key", None)
    return perform_once(bench.house, ADDED, actor(organisation), key, given, files=files)


def recorded(bench: Bench) -> tuple[list[tuple[str, str, str, str]], int]:
    """What is attached to what under which name, and how many files are known."""
    found = [(one.subject_type, one.subject, one.purpose, one.name) for one in rows(bench, Attachment)]
    return found, len(rows(bench, StoredFile))
