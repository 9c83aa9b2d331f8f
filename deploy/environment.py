"""What every process of a house inherits: folder, kind, clock, ports, and Prefect's quiet and safe settings."""

import os
import secrets
from dataclasses import replace
from pathlib import Path

from models.privacy import SAMPLE
from tasks.installation import Settings, facts_of

HOST = "127.0.0.1"


def prefect_address(settings: Settings) -> str:
    """The address of the house's own Prefect server; its API stays on loopback (DESIGN section 8)."""
    return f"http://{HOST}:{settings.prefect_port}"


def enter(settings: Settings) -> Settings:
    """Makes this process and all its children ones of this house; call it before Prefect is imported.

    Prefect reads its settings once, when it is imported. Returns the settings with the clock the house runs by: the
    demonstration's own, in a real house the machine's.
    """
    home = settings.home
    clock = facts_of(settings).clock_in(home)
    given = {
        "QIANSHOU_HOME": str(home),
        "QIANSHOU_DEMONSTRATION": "1" if settings.demonstration else "0",
        "QIANSHOU_CLOCK": clock,
        "QIANSHOU_PORT_PREFECT": str(settings.prefect_port),
        "QIANSHOU_PORT_SMTP": str(settings.catcher_port),
        "QIANSHOU_PORT_MAIL": str(settings.catcher_page_port),
        "QIANSHOU_PORT_CONSOLE": str(settings.console_port),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"{prefect_address(settings)}/api",
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Prefect lays its pages out where it is installed, which a service may not write to.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "prefect" / "pages"),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_RUNNER_POLL_FREQUENCY": "5",
        # What a flow says of its work goes to the dashboard, not to the terminal.
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL": "INFO",
        "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "INFO",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    }
    if settings.demonstration:
        given["QIANSHOU_FIELD_KEY"] = os.environ.get("QIANSHOU_FIELD_KEY") or SAMPLE
    else:
        # Whoever holds this password can run code: it is this house's own, and only its user can read it.
        password = _password(home)
        given |= {"PREFECT_SERVER_API_AUTH_STRING": password, "PREFECT_API_AUTH_STRING": password}
    os.environ.update(given)
    return replace(settings, clock=clock)


def _password(home: Path) -> str:
    path = home / "prefect.password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"qianshou:{secrets.token_urlsafe(24)}")
    return path.read_text()
