"""What a house is given before its services start: kind, database, offices and, in the demonstration, its past."""

import os
from datetime import datetime
from pathlib import Path

from console.commands.house import prepare
from console.commands.output import out
from models.clock import FileClock, as_instant
from models.messages import say
from models.privacy import SAMPLE, keep_sample_key
from notifications.catcher_store import CatcherStore
from tasks.house_kind import CLOCK, keep_facts, require_kind
from tasks.installation import Settings, facts_of, open_house
from tasks.offices import settle_programme
from tasks.refusal import BadInput

DEMONSTRATION_BEGAN = "2022-02-25T08:00"
DEMONSTRATION_UNTIL = "2024-03-08T09:30"
SEED = 1


def settle_kind(settings: Settings) -> None:
    """Makes the folder one of this kind; raises WrongKind or BadInput, with nothing written, where it cannot be."""
    home = settings.home
    require_kind(home, settings.database_url, demonstration=settings.demonstration)
    if not settings.demonstration and os.environ.get("QIANSHOU_FIELD_KEY") == SAMPLE:
        raise BadInput("house.sample_key", field="QIANSHOU_FIELD_KEY", home=str(home))
    home.mkdir(parents=True, exist_ok=True)
    if settings.demonstration and not keep_sample_key(home):
        raise BadInput("house.real_key", field="QIANSHOU_HOME", home=str(home))
    keep_facts(home, facts_of(settings))


def furnish(settings: Settings) -> None:
    """The database, then a real house's offices or a demonstration's past; what is there already stays."""
    prepare(settings)
    if settings.demonstration:
        _play_past(settings)
        return
    with open_house(settings).transaction() as work:
        settle_programme(work, sample=False)


def _play_past(settings: Settings) -> None:
    # The clock is made when all has been played: a start that was cut short goes on from its database.
    if (settings.home / CLOCK).exists():
        return
    # Prefect reads its settings when it is imported, so this comes after they are set.
    from deploy.demonstration import reported, show_present, through_flows_on_great_days
    from deploy.replaying import play

    until = as_instant(os.environ.get("QIANSHOU_DEMONSTRATION_UNTIL") or DEMONSTRATION_UNTIL)
    out.print(say("up.playing", until=until.date()))
    with reported():
        house = play(
            settings,
            began=as_instant(DEMONSTRATION_BEGAN),
            until=until,
            seed=SEED,
            advance=through_flows_on_great_days,
        )
        show_present(house, CatcherStore(settings.home))
    stand_clock_at(settings.home, house.clock.now())


def stand_clock_at(home: Path, moment: datetime) -> None:
    """Lets a demonstration's clock stand where its play has ended, never earlier than it stands already."""
    clock = FileClock(home / CLOCK)
    if not clock.path.exists() or clock.now() < moment:
        clock.set(moment)
