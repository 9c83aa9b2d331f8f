"""What kind of house a data folder holds, kept inside it: a demonstration or a real one, its clock and its ports."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text

from models.db import make_engine
from tasks.refusal import BadInput

FILE = "house.json"
CLOCK = "clock"
"""The demonstration's clock, beside the file; kept as a name, so that the folder may be moved."""

CONSOLE_PORT = 8420
"""Where the console is unless told otherwise; a house kept by an earlier version does not say."""

KINDS = {"demonstration": True, "real": False}


@dataclass(frozen=True, slots=True)
class HouseFacts:
    """What every command needs to know of a house and what is no secret; the environment's word goes before it."""

    demonstration: bool
    prefect_port: int
    catcher_port: int
    catcher_page_port: int
    console_port: int = CONSOLE_PORT

    def clock_in(self, home: Path) -> str:
        """The clock of the house as QIANSHOU_CLOCK would name it."""
        return f"file:{home / CLOCK}" if self.demonstration else "system"


class WrongKind(BadInput):
    """A real house was to be opened as a demonstration, or the other way round: nothing was touched."""

    def __init__(self, home: Path, *, demonstration: bool) -> None:
        code = "house.real_here" if demonstration else "house.demonstration_here"
        super().__init__(code, field="QIANSHOU_HOME", home=str(home))


def read_facts(home: Path) -> HouseFacts | None:
    """The facts kept in a data folder, None where none are; raises BadInput for a file that says something else."""
    path = home / FILE
    try:
        found = json.loads(path.read_text("utf-8"))
        ports = found["ports"]
        return HouseFacts(
            KINDS[found["kind"]],
            int(ports["prefect"]),
            int(ports["smtp"]),
            int(ports["mail"]),
            int(ports.get("console", CONSOLE_PORT)),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput(
            "house.unreadable", field=FILE, path=str(path), reason=f"{type(error).__name__} {error}"
        ) from error


def keep_facts(home: Path, facts: HouseFacts) -> None:
    """Keeps the facts; a reader sees the old file or the new one, never half of it."""
    kind = next(name for name, demonstration in KINDS.items() if demonstration == facts.demonstration)
    ports = {
        "prefect": facts.prefect_port,
        "smtp": facts.catcher_port,
        "mail": facts.catcher_page_port,
        "console": facts.console_port,
    }
    fresh = home / f".{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps({"kind": kind, "ports": ports}, indent=1, sort_keys=True) + "\n", "utf-8")
    fresh.replace(home / FILE)


def require_kind(home: Path, database_url: str, *, demonstration: bool) -> None:
    """Raises WrongKind when folder or database are of the other kind; looks only, before anything is written."""
    facts = read_facts(home)
    offices_are_samples = _samples_in(database_url)
    if (facts is not None and facts.demonstration != demonstration) or (
        offices_are_samples is not None and offices_are_samples != demonstration
    ):
        raise WrongKind(home, demonstration=demonstration)


def _samples_in(database_url: str) -> bool | None:
    """Whether the database's offices are samples; None where there are none yet. Works on an older schema too."""
    engine = make_engine(database_url)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        return None
    try:
        with engine.connect().execution_options(qianshou_mode="read") as connection:
            if not inspect(connection).has_table("organisation"):
                return None
            found = connection.execute(text("SELECT sample FROM organisation LIMIT 1")).scalar()
            return None if found is None else bool(found)
    finally:
        engine.dispose()
