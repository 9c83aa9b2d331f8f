"""`qianshou user`: who may sign in to the console, from the command line of whoever runs the installation."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from console.commands.output import command, out, show, table
from models.account import Account
from models.messages import say
from models.organisation import Person
from tasks.accounts import accounts, close_account, lock_account, open_account, unlock_account
from tasks.installation import open_house
from tasks.operators import add_operator
from tasks.work import Work

app = typer.Typer(help=say("cli.help.user"), no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json")]
Who = Annotated[str, typer.Argument(help=say("cli.help.user_person"))]


@app.command("add", help=say("cli.help.user_add"))
@command
def add(
    person: Who,
    operator: Annotated[bool, typer.Option("--operator", help=say("cli.help.user_operator"))] = False,
    name: Annotated[str, typer.Option("--name", help=say("cli.help.user_name"))] = "",
    email: Annotated[str, typer.Option("--email", help=say("cli.help.user_email"))] = "",
    as_json: AsJson = False,
) -> None:
    """Opens an account, or opens it anew, and prints its one-time password: the only place where it is ever shown."""
    with open_house().transaction() as work:
        if operator:
            person = add_operator(work, person, name=name, email=email)
        password = open_account(work, person)
    show(
        {"person": person, "password": password},
        as_json=as_json,
        text=lambda: out.print(say("cli.user.opened", person=person, password=password)),
    )


@app.command("list", help=say("cli.help.user_list"))
@command
def list_users(as_json: AsJson = False) -> None:
    """Lists every account with its state."""
    with open_house().look() as work:
        rows = [_row(work, account) for account in accounts(work)]

    def text() -> None:
        if not rows:
            out.print(say("cli.user.none"))
            return
        headings = [say(f"cli.user.{name}") for name in ("person", "name", "state", "last", "operator")]
        listed = (
            [
                row["person"],
                row["name"],
                say(f"cli.user.states.{row['state']}"),
                row["last_sign_in"] and f"{row['last_sign_in']:%Y-%m-%d %H:%M}",
                say("cli.user.yes") if row["operator"] else "",
            ]
            for row in rows
        )
        out.print(table(say("cli.user.title", count=len(rows)), headings, listed))

    show(rows, as_json=as_json, text=text)


@app.command("lock", help=say("cli.help.user_lock"))
@command
def lock(person: Who, as_json: AsJson = False) -> None:
    """Locks an account until it is unlocked; the person's sessions end."""
    _change(lock_account, "locked", person, as_json=as_json)


@app.command("unlock", help=say("cli.help.user_unlock"))
@command
def unlock(person: Who, as_json: AsJson = False) -> None:
    """Lifts a lock, set by hand or by wrong passwords."""
    _change(unlock_account, "unlocked", person, as_json=as_json)


@app.command("close", help=say("cli.help.user_close"))
@command
def close(person: Who, as_json: AsJson = False) -> None:
    """Closes an account; the person's sessions end."""
    _change(close_account, "closed", person, as_json=as_json)


def _change(change: Callable[[Work, str], Account], became: str, person: str, *, as_json: bool) -> None:
    """Changes one account in a transaction and says what became of it."""
    with open_house().transaction() as work:
        row = _row(work, change(work, person))
    show(row, as_json=as_json, text=lambda: out.print(say(f"cli.user.{became}", person=person)))


def _row(work: Work, account: Account) -> dict[str, Any]:
    """An account without its hash."""
    return {
        "person": account.person,
        "name": work.session.get_one(Person, account.person).name,
        "state": _state(account, work.now),
        "locked_until": account.locked_until if _is_locked(account, work.now) else None,
        "last_sign_in": account.last_sign_in,
        "operator": account.operator,
    }


def _state(account: Account, now: datetime) -> str:
    if not account.active:
        return "closed"
    if _is_locked(account, now):
        return "locked"
    return "must_change" if account.must_change else "active"


def _is_locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and account.locked_until > now
