"""`qianshou up`: everything on one machine, from the first database to the running services, stopped by one Ctrl-C."""

import os
from dataclasses import replace

from console.commands.output import BAD_INPUT, DEPENDENCY_DOWN, LOCKED, err, out
from deploy.children import Children
from deploy.environment import HOST, enter, prefect_address
from deploy.furnishing import furnish, settle_kind
from deploy.lock import only_one
from deploy.loopback import answers, is_loopback, is_taken, taken
from models.messages import say
from notifications.settings import post_settings
from tasks.installation import Settings, read_settings
from tasks.queries.doctor import documents_unfit

PREFECT_PATIENCE_S, CATCHER_PATIENCE_S, CONSOLE_PATIENCE_S = 120, 30, 60


def up(*, real: bool) -> int:
    """Starts the house and stays until SIGINT or SIGTERM; returns the exit code of DESIGN section 7.

    Raises WrongKind when the folder holds a house of the other kind, before anything is written.
    """
    settings = _settings(real=real)
    mail_server = post_settings().smtp_url
    if settings.demonstration and mail_server and not is_loopback(mail_server):
        err.print(say("up.real_mail_server"))
        return BAD_INPUT
    with only_one(settings.home) as alone:
        if not alone:
            err.print(say("up.locked", home=str(settings.home)))
            return LOCKED
        busy = taken(
            (
                settings.prefect_port,
                settings.catcher_port,
                settings.catcher_page_port,
                settings.console_port,
            )
        )
        if busy:
            err.print(say("up.port_taken", ports=busy))
            return DEPENDENCY_DOWN
        settle_kind(settings)
        return _run(enter(settings))


def _settings(*, real: bool) -> Settings:
    demonstration = not (real or os.environ.get("QIANSHOU_MODE") == "real")
    return replace(read_settings(), demonstration=demonstration)


def _run(settings: Settings) -> int:
    try:
        with Children(settings.home / "logs") as children:
            return _serve(settings, children)
    except KeyboardInterrupt:
        return 0
    finally:
        out.print(say("up.stopped"))


def _serve(settings: Settings, children: Children) -> int:
    if not start_prefect(settings, children):
        err.print(say("up.down", name=say("up.prefect"), log=str(children.log_of("prefect"))))
        return DEPENDENCY_DOWN
    furnish(settings)
    children.start("catcher", "deploy.catcher")
    children.start("runner", "deploy.serve")
    if not children.wait_for("catcher", lambda: is_taken(settings.catcher_page_port), CATCHER_PATIENCE_S):
        err.print(say("up.down", name=say("up.mail"), log=str(children.log_of("catcher"))))
        return DEPENDENCY_DOWN
    children.start("console", "deploy.console")
    if not children.wait_for("console", lambda: is_taken(settings.console_port), CONSOLE_PATIENCE_S):
        err.print(say("up.down", name=say("up.console"), log=str(children.log_of("console"))))
        return DEPENDENCY_DOWN

    _welcome(settings)
    given_up = children.watch()
    err.print(say("up.gave_up", name=given_up, log=str(children.log_of(given_up))))
    return DEPENDENCY_DOWN


def start_prefect(settings: Settings, children: Children) -> bool:
    """Starts Prefect's server and waits until it is healthy."""
    children.start("prefect", "deploy.prefect_server")
    health = f"{prefect_address(settings)}/api/health"
    return children.wait_for("prefect", lambda: answers(health), PREFECT_PATIENCE_S)


def _welcome(settings: Settings) -> None:
    out.print(say("up.ready", now=settings.clock_now().now().isoformat(" ", "minutes")))
    for name, address in (
        ("console", f"http://{HOST}:{settings.console_port}/"),
        ("prefect", f"{prefect_address(settings)}/runs"),
        ("artifacts", f"{prefect_address(settings)}/artifacts"),
        ("mail", f"http://{HOST}:{settings.catcher_page_port}/"),
    ):
        out.print(f"  {say(f'up.{name}')}  {address}", soft_wrap=True)
    for unfit in documents_unfit(settings.home):
        out.print(unfit.text, soft_wrap=True)
    out.print(say("up.first" if settings.demonstration else "up.first_real"), soft_wrap=True)
