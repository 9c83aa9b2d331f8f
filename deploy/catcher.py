"""The mail catcher as a process: keeps every mail on this machine and shows it, until it is told to stop."""

import signal
import threading

from notifications.catcher import serve_catcher
from tasks.installation import read_settings


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    settings, until = read_settings(), threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: until.set())
    serve_catcher(
        settings.home,
        settings.catcher_port,
        settings.catcher_page_port,
        clock=settings.clock_now(),
        until=until,
    )


if __name__ == "__main__":
    main()
