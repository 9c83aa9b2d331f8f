"""The console as a process: serves the pages on this machine until it is told to stop."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from console.web.app import make_app
from console.web.visit import Console
from deploy.environment import prefect_address
from deploy.loopback import is_loopback
from deploy.moving import move_on
from notifications.settings import post_settings
from tasks.installation import Settings, open_house, read_settings
from tasks.queries.doctor import documents_unfit
from tasks.refusal import BadInput

FORWARDED = "127.0.0.1"
"""Whose word about the visitor's address is believed: the proxy on this machine."""


def application(settings: Settings | None = None) -> ASGIApp:
    """The console over the house of this process; raises BadInput for a demonstration with a real mail server."""
    chosen = settings or read_settings()
    mail_server = post_settings().smtp_url
    if chosen.demonstration and mail_server and not is_loopback(mail_server):
        raise BadInput("up.real_mail_server", field="QIANSHOU_SMTP_URL")
    house = open_house(chosen)

    def advance(goal: str) -> Mapping[str, Any]:
        return move_on(house, chosen, goal)

    return make_app(
        Console(
            house,
            demonstration=chosen.demonstration,
            secure=os.environ.get("QIANSHOU_SECURE_COOKIES") == "1",
            prefect=prefect_address(chosen),
            mail=f"http://127.0.0.1:{chosen.catcher_page_port}",
            advance=advance if chosen.demonstration else None,
        )
    )


def bound(settings: Settings) -> tuple[str, int]:
    """Host and port that QIANSHOU_BIND names, by default this machine only; raises BadInput for something else."""
    said = os.environ.get("QIANSHOU_BIND") or f"127.0.0.1:{settings.console_port}"
    host, colon, port = said.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise BadInput("house.bad_bind", field="QIANSHOU_BIND", found=said)
    return host.strip("[]"), int(port)


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    try:
        settings = read_settings()
        host, port = bound(settings)
        served = application(settings)
    except BadInput as refused:
        sys.exit(refused.text)
    for unfit in documents_unfit(settings.home):
        print(unfit.text, file=sys.stderr, flush=True)
    uvicorn.run(
        served,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=FORWARDED,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
