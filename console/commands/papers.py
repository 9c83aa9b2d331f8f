"""`qianshou documents`: the programme's documents as files, for whoever may read what they are about."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from sqlalchemy import select
from sqlmodel import col

from console.commands.acting import actor_of
from console.commands.output import command, err, out, show, table
from models.agreement import Agreement
from models.messages import say
from tasks.installation import open_house
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
