"""`qianshou replay`: the cast plays both batches on the virtual clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from console.commands.house import prepare
from console.commands.output import DEPENDENCY_DOWN, LOCKED, command, err, fields, out, show
from deploy.children import Children
from deploy.environment import enter
from deploy.furnishing import settle_kind, stand_clock_at
from deploy.lock import only_one
from deploy.loopback import is_taken
from deploy.up import start_prefect
from models.clock import VirtualClock, as_instant
from models.messages import say
from notifications.catcher_store import CatcherStore
from simulation.replay import replay
from simulation.summary import summary_of
from tasks.installation import Settings, open_house, read_settings
from tasks.lifecycle import advance
from tasks.refusal import BadInput
from tasks.work import House

DAYBREAK, NIGHT = 8, 18
Advance = Callable[[House], object]
AdvanceWith = Callable[[CatcherStore], Advance]
"""How the machine works, given where the replay's letters go."""


@command
def replay_programme(
    began: Annotated[str, typer.Option("--from", help=say("cli.help.replay_from"))] = "2022-02-25",
    until: Annotated[str, typer.Option("--to", help=say("cli.help.replay_to"))] = "2026-01-31",
    seed: Annotated[int, typer.Option("--seed", help=say("cli.help.replay_seed"))] = 1,
    through_flows: Annotated[
        bool, typer.Option("--through-flows", help=say("cli.help.replay_flows"))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Plays the programme from one date to another; what was played before is not played again."""
    settings = replace(read_settings(), demonstration=True)
    with only_one(settings.home) as alone:
        if not alone:
            err.print(say("up.locked", home=str(settings.home)))
            raise typer.Exit(LOCKED)
        settle_kind(settings)
        with _prefect(settings) if through_flows else nullcontext():
            house = play(
                settings,
                began=_instant(began, DAYBREAK),
                until=_instant(until, NIGHT),
                seed=seed,
                advance=by_flows if through_flows else in_process,
            )
        if settings.has_own_database:
            stand_clock_at(settings.home, house.clock.now())
    with house.look() as work:
        summary = summary_of(work)
    show(
        summary,
        as_json=as_json,
        text=lambda: out.print(*(fields(title, rows) for title, rows in summary.items())),
    )


@contextmanager
def _prefect(settings: Settings) -> Iterator[None]:
    """The house's Prefect server, for as long as the play lasts; its runs are there when the house is started."""
    if is_taken(settings.prefect_port):
        err.print(say("up.port_taken", ports=[settings.prefect_port]))
        raise typer.Exit(DEPENDENCY_DOWN)
    with Children(settings.home / "logs") as children:
        if not start_prefect(enter(settings), children):
            err.print(say("up.down", name=say("up.prefect"), log=str(children.log_of("prefect"))))
            raise typer.Exit(DEPENDENCY_DOWN)
        # Prefect reads its settings when it is imported, so this comes after they are set.
        from deploy.demonstration import reported

        with reported():
            yield


def play(settings: Settings, *, began: datetime, until: datetime, seed: int, advance: AdvanceWith) -> House:
    """Replays into the settings' database with a progress bar; returns the house at the end of the play."""
    if until < began:
        raise BadInput("cli.replay_order", field="--to", began=began.date(), until=until.date())
    prepare(settings)
    # The flows work in threads of their own; without them this is one thread, and the folder is locked for it.
    house = open_house(settings, durable=False, alone=advance is in_process, clock=VirtualClock(began))
    store = CatcherStore(settings.home)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[acts]}"),
        TimeElapsedColumn(),
        console=err,
    ) as bar:
        task = bar.add_task(began.date().isoformat(), total=(until.date() - began.date()).days, acts="")

        def show_progress(day: date, acts: int) -> None:
            bar.update(
                task,
                completed=(day - began.date()).days,
                description=day.isoformat(),
                acts=say("cli.replay.acts", acts=acts),
            )

        replay(
            house,
            began_at=began,
            until=until,
            seed=seed,
            store=store,
            advance=advance(store),
            progress=show_progress,
        )
    return house


def in_process(_store: CatcherStore) -> Advance:
    """The machine's work of a day inside this process."""
    return advance


def by_flows(store: CatcherStore) -> Advance:
    """The machine's work of a day through the Prefect flows."""
    from deploy.demonstration import through_flows

    return through_flows(store)


def _instant(text: str, hour: int) -> datetime:
    moment = as_instant(text)
    return moment.replace(hour=hour) if len(text.strip()) <= len("2022-02-25") else moment
