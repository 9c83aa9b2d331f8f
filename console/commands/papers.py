"""`qianshou documents`: the programme's documents as files, for whoever may read what they are about."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from sqlalchemy import select
from sqlmodel import col

from console.commands.acting import actor_of
from console.commands.output import REFUSED, command, err, out, show, table
from documents.writing.layout import layouts
from documents.writing.templates import FOLDER, faulty_templates, own_templates, shipped_template
from models.agreement import Agreement
from models.messages import say
from tasks.installation import open_house, read_settings
from tasks.papers.issuing import FORMATS, PAPERS, issue_document
from tasks.refusal import BadInput

app = typer.Typer(help=say("cli.help.documents"), no_args_is_help=True)
AGREEMENT = "agreement"


@app.command("list", help=say("cli.help.documents_list"))
@command
def list_documents(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Every kind of document and what it is made of."""
    rows = [{"document": code, "subject": paper.subject_type} for code, paper in PAPERS.items()]
    headings = [say("cli.documents.document"), say("cli.documents.subject")]
    show(
        rows,
        as_json=as_json,
        text=lambda: out.print(
            table(say("cli.documents.title"), headings, ((one["document"], one["subject"]) for one in rows))
        ),
    )


@app.command("templates", help=say("cli.help.documents_templates"))
@command
def write_templates(
    output: Annotated[Path, typer.Option("--output", help=say("cli.help.documents_output"))] = Path(),
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Writes the templates that we ship as .docx, for an office to change and to lay into the folder of its own."""
    if not output.is_dir():
        raise BadInput("cli.no_folder", field="--output", path=str(output))
    written = []
    for code in layouts():
        path = output / f"{code}.docx"
        if path.exists():
            raise BadInput("cli.documents.exists", field="--output", path=str(path))
        template = shipped_template(code)
        path.write_bytes(template.content)
        written.append({"file": str(path), "sha256": template.sha256})
    lines = [say("cli.documents.written", **one) for one in written]
    folder = say("cli.documents.folder", path=str(read_settings().home / FOLDER))
    show(written, as_json=as_json, text=lambda: out.print("\n".join([*lines, folder]), soft_wrap=True))


@app.command("check", help=say("cli.help.documents_check"))
@command
def check_templates(
    folder: Annotated[Path | None, typer.Argument(help=say("cli.help.documents_folder"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Names everything that is wrong with an office's own templates; exit 1 where there is something."""
    checked = folder or read_settings().home / FOLDER
    if folder is not None and not folder.is_dir():
        raise BadInput("cli.no_folder", field="folder", path=str(folder))
    faults = faulty_templates(checked)
    own = own_templates(checked)
    lines = [say("cli.documents.own", names=own, path=str(checked)) if own else say("cli.documents.none_own")]
    lines += [f"{name}: {sentence}" for name, sentences in faults.items() for sentence in sentences]
    lines += [] if faults else [say("cli.documents.sound")]
    value = {"own": list(own), "faults": {name: list(sentences) for name, sentences in faults.items()}}
    show(value, as_json=as_json, text=lambda: out.print("\n".join(lines), soft_wrap=True))
    if faults:
        raise typer.Exit(REFUSED)


@app.command("write", help=say("cli.help.documents_write"))
@command
def write_document(
    document: str,
    subject: Annotated[str, typer.Argument(help=say("cli.help.documents_subject"))] = "",
    person: Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))] = "",
    output: Annotated[Path, typer.Option("--output", help=say("cli.help.documents_output"))] = Path(),
    form: Annotated[str, typer.Option("--format", help=say("cli.help.documents_format"))] = "pdf",
    batch: Annotated[int, typer.Option("--all-of-batch", help=say("cli.help.documents_all"))] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Writes one document, or with `--all-of-batch` the agreements of a batch, each noted in the audit trail."""
    house, actor = open_house(), actor_of(person)
    if form not in FORMATS:
        raise BadInput("papers.format", field="--format", found=form)
    if not output.is_dir():
        raise BadInput("cli.no_folder", field="--output", path=str(output))
    if batch and document != AGREEMENT:
        raise BadInput("cli.documents.only_agreements", field="--all-of-batch")
    subjects = [subject]
    if batch:
        wanted = (
            select(col(Agreement.pair)).where(col(Agreement.batch) == batch).order_by(col(Agreement.pair))
        )
        with house.look() as work:
            subjects = list(work.session.connection().execute(wanted).scalars())
    written = []
    for one in track(subjects, console=err, description=say("cli.documents.writing"), disable=not batch):
        issued = issue_document(house, actor, document, one, form)
        (output / issued.name).write_bytes(issued.content)
        written.append({"file": str(output / issued.name), "sha256": issued.sha256})
    lines = [say("cli.documents.written", **one) for one in written]
    show(written, as_json=as_json, text=lambda: out.print("\n".join(lines), soft_wrap=True))
