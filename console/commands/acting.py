"""`qianshou act`: what people do, from the command line, each act through its registered form."""

import json
from typing import Annotated, Any

import typer

from console.commands.output import command, out, show, table
from models.messages import say
from tasks.acts import act_of, acts, perform
from tasks.installation import open_house
from tasks.refusal import BadInput
from tasks.work import Actor

app = typer.Typer(help=say("cli.help.act"), no_args_is_help=True)


@app.command("list", help=say("cli.help.act_list"))
@command
def list_acts(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Lists every act with who may do it and its clauses."""
    programme = open_house().programme
    rows = [
        {
            "act": one.name,
            "by": [programme.party_label(party) for party in one.by if party in programme.words["party"]],
            "clauses": one.clauses,
            "fields": list(one.form.model_fields),
        }
        for one in acts().values()
    ]
    show(
        rows,
        as_json=as_json,
        text=lambda: out.print(
            table(
                say("cli.acts.title"),
                [say(f"cli.acts.{name}") for name in ("act", "by", "clauses", "fields")],
                (
                    [row["act"], ", ".join(row["by"]), ", ".join(row["clauses"]), ", ".join(row["fields"])]
                    for row in rows
                ),
            )
        ),
    )


@app.command("do", help=say("cli.help.act_do"))
@command
def do_act(
    name: Annotated[str, typer.Argument(help=say("cli.help.act_name"))],
    values: Annotated[list[str] | None, typer.Argument(help=say("cli.help.act_values"))] = None,
    person: Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))] = "",
    absent: Annotated[str, typer.Option("--for", help=say("cli.help.act_for"))] = "",
    form: Annotated[str, typer.Option("--form", help=say("cli.help.act_form"))] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Performs one act as a person: `qianshou act do application.recommend application=… --as 430121-mz.officer`."""
    actor = actor_of(person, absent)
    given = _given(values or [], form)
    done = perform(open_house(), name, actor, **given)
    result = done.model_dump(mode="json") if hasattr(done, "model_dump") else done
    show(
        {"act": name, "result": result},
        as_json=as_json,
        text=lambda: out.print(say("cli.act_done", act=name)),
    )


@app.command("form", help=say("cli.help.act_form_of"))
@command
def form_of(name: str) -> None:
    """Prints an act's form as a JSON schema."""
    typer.echo(json.dumps(act_of(name).form.model_json_schema(), ensure_ascii=False, indent=2))


def actor_of(person: str, absent: str = "") -> Actor:
    """Who acts, as `--as` (and `--for`, for a deputy) say it; raises BadInput for a code that names no duty."""
    organisation, _, duty = (absent or person).rpartition(".")
    if not organisation or not duty or not person:
        raise BadInput("cli.act_as_missing", field="--as", found=person or absent)
    return Actor(person, organisation, absent or None)


def _given(values: list[str], form: str) -> dict[str, Any]:
    try:
        given: dict[str, Any] = json.loads(form) if form else {}
    except json.JSONDecodeError as error:
        raise BadInput("cli.bad_json", field="--form", reason=str(error)) from error
    if not isinstance(given, dict):
        raise BadInput("cli.bad_json", field="--form", reason=form)
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise BadInput("cli.bad_pair", field=value, found=value)
        given[name] = _parsed(text)
    return given


def _parsed(text: str) -> Any:
    # Only what is plainly JSON is read as such; everything else is the text it looks like.
    if text[:1] in "[{" or text in ("true", "false", "null"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text
