"""An installation as the environment describes it: data folder, database, clock, programme pack, calendar."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.clock import Clock, clock_from
from models.db import make_engine
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.programme.workdays import load_workdays
from models.schema import require_schema
from tasks.house_kind import CONSOLE_PORT, HouseFacts, WrongKind, read_facts
from tasks.refusal import BadInput
from tasks.work import House


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says (DESIGN section 7), else the house itself, else a default that harms nobody."""

    home: Path
    database_url: str
    clock: str
    programme: Path | None
    workdays: tuple[Path, ...]
    divisions: tuple[Path, ...]
    demonstration: bool
    catcher_port: int
    catcher_page_port: int
    prefect_port: int
    console_port: int
    heartbeat_url: str | None
    console_url: str

    @property
    def has_own_database(self) -> bool:
        """Whether the database is the one inside the data folder."""
        return self.database_url == own_database(self.home)

    def clock_now(self) -> Clock:
        """The clock that the environment names."""
        return clock_from(self.clock)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process: explicit variables first, then what `qianshou up` keeps in the data folder.

    QIANSHOU_DEMONSTRATION=1 marks a house with a simulated past; raises WrongKind where the folder says otherwise.
    """
    given = os.environ if environment is None else environment
    home = Path(given.get("QIANSHOU_HOME") or "var").resolve()
    facts = read_facts(home)
    pack = given.get("QIANSHOU_PROGRAMME")
    console_port = _port(given, "QIANSHOU_PORT_CONSOLE", facts.console_port if facts else CONSOLE_PORT)
    return Settings(
        home=home,
        database_url=given.get("QIANSHOU_DATABASE_URL") or own_database(home),
        clock=given.get("QIANSHOU_CLOCK") or (facts.clock_in(home) if facts else "system"),
        programme=Path(pack) if pack else None,
        workdays=_paths(given.get("QIANSHOU_WORKDAYS")),
        divisions=_paths(given.get("QIANSHOU_DIVISIONS")),
        demonstration=_demonstration(given.get("QIANSHOU_DEMONSTRATION"), facts, home),
        catcher_port=_port(given, "QIANSHOU_PORT_SMTP", facts.catcher_port if facts else 8425),
        catcher_page_port=_port(given, "QIANSHOU_PORT_MAIL", facts.catcher_page_port if facts else 8426),
        prefect_port=_port(given, "QIANSHOU_PORT_PREFECT", facts.prefect_port if facts else 4200),
        console_port=console_port,
        heartbeat_url=given.get("QIANSHOU_HEARTBEAT_URL") or None,
        console_url=given.get("QIANSHOU_CONSOLE_URL") or f"http://127.0.0.1:{console_port}",
    )


def own_database(home: Path) -> str:
    """The database inside a data folder, used unless QIANSHOU_DATABASE_URL names another."""
    return f"sqlite:///{home / 'qianshou.sqlite'}"


def facts_of(settings: Settings) -> HouseFacts:
    """What of these settings the house keeps for commands in other terminals."""
    return HouseFacts(
        settings.demonstration,
        settings.prefect_port,
        settings.catcher_port,
        settings.catcher_page_port,
        settings.console_port,
    )


def open_house(
    settings: Settings | None = None,
    *,
    durable: bool = True,
    alone: bool = False,
    clock: Clock | None = None,
) -> House:
    """The house of this process; raises SchemaMismatch for a database that is not of this version.

    `durable=False` is the replay's (docs/decisions): what it loses in a power cut it plays again; `alone=True`, too,
    where nothing else runs beside it (`make_engine`).
    """
    chosen = settings or read_settings()
    engine = make_engine(chosen.database_url, durable=durable, alone=alone)
    require_schema(engine)
    return House(
        engine=engine,
        clock=clock or chosen.clock_now(),
        programme=load_programme(chosen.programme),
        workdays=load_workdays(*chosen.workdays),
        divisions=load_divisions(*chosen.divisions),
        sample=chosen.demonstration,
        home=chosen.home,
        heartbeat_url=chosen.heartbeat_url,
        console_url=chosen.console_url,
    )


def _demonstration(said: str | None, facts: HouseFacts | None, home: Path) -> bool:
    if not said:
        return facts is not None and facts.demonstration
    wanted = said == "1"
    if facts is not None and facts.demonstration != wanted:
        raise WrongKind(home, demonstration=wanted)
    return wanted


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    said = given.get(name) or str(default)
    if not said.isascii() or not said.isdigit() or not 0 < int(said) < 65536:
        raise BadInput("house.bad_port", field=name, found=said)
    return int(said)


def _paths(text: str | None) -> tuple[Path, ...]:
    return tuple(Path(part) for part in (text or "").split(os.pathsep) if part)
