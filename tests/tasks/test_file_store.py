"""The store of files: durable before it is recorded, one file for one content, proved when it is read."""

import hashlib
import os
from pathlib import Path

import pytest

from tasks.file_store import NotKept, fault_of, keep_file, place_of, read_file
from tasks.refusal import BadInput, NotFound
from tests.tasks.filing import OTHER, PDF

SHA256 = hashlib.sha256(PDF).hexdigest()


def lying(home: Path) -> list[str]:
    return sorted(str(one.relative_to(home)) for one in home.rglob("*") if one.is_file())


def test_file_is_kept_under_its_hash(tmp_path: Path) -> None:
    kept = keep_file(tmp_path, PDF, "  盖章页.pdf ")

    assert (kept.sha256, kept.name, kept.media_type, kept.size) == (
        SHA256,
        "盖章页.pdf",
        "application/pdf",
        len(PDF),
    )
    assert lying(tmp_path) == [f"files/{SHA256[:2]}/{SHA256}"]
    assert read_file(tmp_path, SHA256) == PDF


def test_same_content_is_one_file(tmp_path: Path) -> None:
    kept = [keep_file(tmp_path, PDF, name) for name in ("one.pdf", "two.pdf")]

    assert ({one.sha256 for one in kept}, len(lying(tmp_path))) == ({SHA256}, 1)


def test_content_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    flush, rename = os.fsync, Path.replace

    def flushed(handle: int) -> None:
        told.append("flush")
        flush(handle)

    def renamed(self: Path, target: Path) -> Path:
        told.append("rename")
        return rename(self, target)

    monkeypatch.setattr("tasks.file_store.os.fsync", flushed)
    monkeypatch.setattr(Path, "replace", renamed)

    keep_file(tmp_path, PDF, "a.pdf")

    assert told == ["flush", "rename", "flush", "flush", "flush"]


def test_kill_while_writing_leaves_nothing_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_handle: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tasks.file_store.os.fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_file(tmp_path, PDF, "a.pdf")

    assert fault_of(tmp_path, SHA256) == "lost"
    keep_file(tmp_path, PDF, "a.pdf")
    assert fault_of(tmp_path, SHA256) == ""


def test_damaged_file_is_written_anew(tmp_path: Path) -> None:
    keep_file(tmp_path, PDF, "a.pdf")
    place_of(tmp_path, SHA256).write_bytes(OTHER)
    assert fault_of(tmp_path, SHA256) == "damaged"
    with pytest.raises(NotFound) as refused:
        read_file(tmp_path, SHA256, name="a.pdf")

    keep_file(tmp_path, PDF, "a.pdf")

    assert refused.value.code == "files.damaged"
    assert read_file(tmp_path, SHA256) == PDF


def test_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")

    with pytest.raises(NotKept) as refused:
        keep_file(tmp_path, PDF, "a.pdf", field="document")

    assert (refused.value.code, refused.value.field, refused.value.exit_code) == (
        "files.not_kept",
        "document",
        3,
    )


@pytest.mark.parametrize(
    ("home", "name", "code"), [(None, "a.pdf", "files.no_home"), ("", "a.exe", "upload.kind_unknown")]
)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, home: str | None, name: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        keep_file(None if home is None else tmp_path, PDF, name)

    assert (refused.value.code, lying(tmp_path)) == (code, [])


@pytest.mark.parametrize("given", ["", "../../../etc/passwd", "a" * 63, "A" * 64, "g" * 64])
def test_no_path_is_made_of_what_is_no_hash(tmp_path: Path, given: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        place_of(tmp_path, given)
