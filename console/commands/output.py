"""How every sub-command prints and ends: a table or JSON, and the exit codes of DESIGN section 7."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import IntegrityError, OperationalError

from models.clock import ClockUnreadable, NotAnInstant
from models.messages import say
from models.programme import PackInvalid, UnknownInPack
from models.programme.workday_files import CalendarMalformed
from models.programme.workdays import CalendarMissing
from models.rules.breach import RuleBroken
from models.schema import SchemaMismatch
from notifications.misconfigured import PostMisconfigured
from tasks.record import plain_value
from tasks.refusal import Refusal

REFUSED, BAD_INPUT, DEPENDENCY_DOWN, LOCKED = 1, 2, 3, 4
"""Exit codes: a rule or invariant, bad input, something it depends on, another process holds the lock."""

Command = TypeVar("Command", bound=Callable[..., Any])

out = Console(highlight=False, markup=False)
err = Console(stderr=True, highlight=False)


def command(body: Command) -> Command:
    """Turns every expected error of a command into its Chinese sentence and exit code; never a traceback."""

    @wraps(body)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return body(*args, **kwargs)
        except RuleBroken as broken:
            for breach in broken.breaches:
                err.print(f"[red]{say('cli.refused')}[/red] {escape(breach.text)}")
            raise typer.Exit(REFUSED) from broken
        except Refusal as refusal:
            err.print(f"[red]{say('cli.refused')}[/red] {escape(refusal.text)}")
            raise typer.Exit(refusal.exit_code) from refusal
        except SchemaMismatch as mismatch:
            err.print(say(mismatch.code, found=mismatch.found, wanted=mismatch.wanted))
            raise typer.Exit(BAD_INPUT) from mismatch
        except PackInvalid as invalid:
            err.print(escape(str(invalid)))
            raise typer.Exit(BAD_INPUT) from invalid
        except (
            ClockUnreadable,
            NotAnInstant,
            CalendarMissing,
            CalendarMalformed,
            UnknownInPack,
            PostMisconfigured,
        ) as wrong:
            err.print(escape(say("cli.bad_input", reason=str(wrong))))
            raise typer.Exit(BAD_INPUT) from wrong
        except IntegrityError as taken:
            # Two hands at the same thing at once: the database let one of them through.
            err.print(say("cli.taken"))
            raise typer.Exit(REFUSED) from taken
        except OperationalError as down:
            err.print(escape(say("cli.database_down", reason=str(down.orig))))
            raise typer.Exit(DEPENDENCY_DOWN) from down

    return run  # type: ignore[return-value]


def show(value: Any, *, as_json: bool, text: Callable[[], None]) -> None:
    """Prints a value as one line of JSON, or lets `text` print it for people."""
    if as_json:
        sys.stdout.write(json.dumps(plain_value(value), ensure_ascii=False, sort_keys=True) + "\n")
    else:
        text()


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table for people; every cell as text."""
    made = Table(title=title, title_justify="left", show_lines=False)
    for heading in headings:
        # Folded, never cut: a key that is shown must be one that can be given back.
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
    return made


def fields(title: str, pairs: Mapping[str, Any]) -> Table:
    """Name and value, one pair a row."""
    return table(title, ("", ""), pairs.items())
