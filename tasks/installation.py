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
from tasks.work import House


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says (DESIGN section 7); everything has a default that harms nobody."""

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

    def clock_now(self) -> Clock:
        """The clock that the environment names."""
        return clock_from(self.clock)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; QIANSHOU_DEMONSTRATION=1 marks a house with a simulated past."""
    given = os.environ if environment is None else environment
    home = Path(given.get("QIANSHOU_HOME") or "var").resolve()
    pack = given.get("QIANSHOU_PROGRAMME")
    return Settings(
        home=home,
        database_url=given.get("QIANSHOU_DATABASE_URL") or f"sqlite:///{home / 'qianshou.sqlite'}",
        clock=given.get("QIANSHOU_CLOCK") or "system",
        programme=Path(pack) if pack else None,
        workdays=_paths(given.get("QIANSHOU_WORKDAYS")),
        divisions=_paths(given.get("QIANSHOU_DIVISIONS")),
        demonstration=given.get("QIANSHOU_DEMONSTRATION") == "1",
        catcher_port=int(given.get("QIANSHOU_PORT_SMTP") or 8425),
        catcher_page_port=int(given.get("QIANSHOU_PORT_MAIL") or 8426),
        prefect_port=int(given.get("QIANSHOU_PORT_PREFECT") or 4200),
    )


def open_house(
    settings: Settings | None = None, *, durable: bool = True, clock: Clock | None = None
) -> House:
    """The house of this process; raises SchemaMismatch for a database that is not of this version.

    `durable=False` is the replay's (docs/decisions): what it loses in a power cut it plays again.
    """
    chosen = settings or read_settings()
    engine = make_engine(chosen.database_url, durable=durable)
    require_schema(engine)
    return House(
        engine=engine,
        clock=clock or chosen.clock_now(),
        programme=load_programme(chosen.programme),
        workdays=load_workdays(*chosen.workdays),
        divisions=load_divisions(*chosen.divisions),
        sample=chosen.demonstration,
    )


def _paths(text: str | None) -> tuple[Path, ...]:
    return tuple(Path(part) for part in (text or "").split(os.pathsep) if part)
