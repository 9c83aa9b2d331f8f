"""`qianshou advance`: does what is due, then asks a running demonstration's dashboard to show how things stand."""

import asyncio
from typing import Annotated

import typer

from console.commands.output import command, err, out
from console.commands.running import AsJson, advance_to
from deploy.environment import enter, prefect_address
from deploy.loopback import answers
from models.messages import say
from tasks.installation import Settings, read_settings

SHOWN = "lifecycle"


@command
def advance_programme(
    until: Annotated[str, typer.Option("--until", help=say("cli.help.advance_until"))] = "",
    as_json: AsJson = False,
) -> None:
    """Does everything due now; with `--until`, in the demonstration, day by day up to that date."""
    advance_to(until, as_json)
    settings = read_settings()
    if not is_served(settings):
        return
    failed = show_in_dashboard(settings)
    if failed is not None:
        err.print(say("cli.advance.not_shown", reason=failed))
    elif not as_json:
        from flows.words import flow_title

        out.print(say("cli.advance.shown", title=flow_title(SHOWN)))


def show_in_dashboard(settings: Settings) -> str | None:
    """Lets the running services do the day's run; None when it was started, else why it could not be."""
    enter(settings)
    # Prefect reads its settings when it is imported, so this comes after they are set.
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    from flows.trigger import run_now

    try:
        asyncio.run(run_now(SHOWN))
    except (HTTPError, PrefectException, ValueError) as error:
        return f"{type(error).__name__} {error}"
    return None


def is_served(settings: Settings) -> bool:
    """Whether a demonstration's dashboard is there; a real house's flows run by the machine's clock."""
    return settings.demonstration and answers(f"{prefect_address(settings)}/api/health")
