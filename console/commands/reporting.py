"""Sub-commands that make papers: the summary table of appendix 2."""

from pathlib import Path
from typing import Annotated

import typer

from console.commands.output import command, out, show, table
from models.messages import say
from tasks.installation import open_house
from tasks.queries.summary_table import footnote
from tasks.queries.summary_table import summary_table as table_of
from tasks.queries.summary_table_sheet import write_summary_xlsx
from tasks.refusal import BadInput


@command
def summary_table(
    batch: int,
    city: Annotated[str, typer.Argument(help=say("cli.help.city_code"))],
    output: Annotated[Path | None, typer.Option("--output", help=say("cli.help.summary_output"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Appendix 2 of a city, from the applications on its list; `--output` writes the sheet to be sealed."""
    if output is not None and output.suffix != ".xlsx":
        raise BadInput("summary_table.suffix", field="--output", found=str(output))
    with open_house().look() as work:
        found = table_of(work, batch, city)
    if output is not None:
        write_summary_xlsx(found, output)
    keys = [key for key in found.labels if key not in found.header]

    def text() -> None:
        title = " ".join([found.title, *(value for value in found.header.values() if value)])
        headings = [found.labels[key] for key in keys]
        out.print(table(title, headings, ([row[key] for key in keys] for row in found.rows)))
        out.print(footnote(found))
        if output is not None:
            out.print(say("cli.rollup.written", path=str(output)))

    show(found.as_row(), as_json=as_json, text=text)
