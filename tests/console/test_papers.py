"""`qianshou documents`: templates to start from, what is wrong with an office's own, documents of a whole batch."""

import json
from pathlib import Path

import docx

from documents.writing.layout import layouts
from documents.writing.templates import FOLDER
from tests.console.test_bad_input import CommandLine, installed
from tests.factory import PROVINCE
from tests.tasks.scenes import ALL_THREE, COUNTY_PAIR, signing_bench


def lined(url: str, home: Path) -> CommandLine:
    return installed(signing_bench(url), url, home)


def test_our_templates_are_written_changed_and_used(sqlite_url: str, tmp_path: Path) -> None:
    line = lined(sqlite_url, tmp_path)
    own = tmp_path / FOLDER
    own.mkdir()

    written = line.run("documents", "templates", "--output", str(own), "--json")

    assert [Path(one["file"]).stem for one in json.loads(written.stdout)] == list(layouts())
    template = docx.Document(str(own / "agreement.docx"))
    template.add_paragraph("本省补充约定")
    template.save(str(own / "agreement.docx"))
    checked = line.run("documents", "check", "--json")
    made = line.run(
        "documents", "write", "agreement", COUNTY_PAIR, "--as", f"{PROVINCE}.officer", "--output",
        str(tmp_path), "--format", "docx", "--json",
    )  # fmt: skip
    assert json.loads(checked.stdout) == {"own": list(layouts()), "faults": {}}
    path = json.loads(made.stdout)[0]["file"]
    assert docx.Document(path).paragraphs[-1].text == "本省补充约定"


def test_nothing_that_lies_there_is_overwritten(sqlite_url: str, tmp_path: Path) -> None:
    line = lined(sqlite_url, tmp_path)
    (tmp_path / "agreement.docx").write_text("mine")

    refused = line.run("documents", "templates", "--output", str(tmp_path))

    assert (refused.exit_code, (tmp_path / "agreement.docx").read_text()) == (2, "mine")


def test_faults_are_named_and_nothing_is_made(sqlite_url: str, tmp_path: Path) -> None:
    line = lined(sqlite_url, tmp_path)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "agreement.docx").write_bytes(b"PK")

    checked = line.run("documents", "check")
    made = line.run("documents", "write", "agreement", COUNTY_PAIR, "--as", f"{PROVINCE}.officer")

    assert (checked.exit_code, "agreement.docx" in checked.stdout) == (1, True)
    assert (made.exit_code, list(tmp_path.glob("*.pdf"))) == (3, [])


def test_all_agreements_of_a_batch_are_written(sqlite_url: str, tmp_path: Path) -> None:
    line = lined(sqlite_url, tmp_path)

    made = line.run(
        "documents", "write", "agreement", "--as", f"{PROVINCE}.officer", "--output", str(tmp_path),
        "--all-of-batch", "1", "--json",
    )  # fmt: skip

    written = [Path(one["file"]) for one in json.loads(made.stdout)]
    assert len(written) == len(ALL_THREE)
    assert [one.read_bytes()[:5] for one in written] == [b"%PDF-"] * len(ALL_THREE)
