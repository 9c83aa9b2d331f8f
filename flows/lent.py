"""Which house a flow works for: one lent by whoever runs it in its own process, else the environment's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from notifications.settings import post_settings
from notifications.transport import SmtpTransport, Transport
from tasks.installation import open_house, read_settings
from tasks.work import House

CATCHER = "smtp://127.0.0.1:{port}"


@dataclass(frozen=True, slots=True)
class Loan:
    """A house and the way its letters leave; `played` marks a replay's, whose schedules are nobody's business."""

    house: House
    transport: Transport
    played: bool = False


_LENT: ContextVar[Loan | None] = ContextVar("lent_house", default=None)


@contextmanager
def lend(house: House, transport: Transport) -> Iterator[Loan]:
    """Lets every flow that is run inside this block work for that house."""
    loan = Loan(house, transport, played=True)
    token = _LENT.set(loan)
    try:
        yield loan
    finally:
        _LENT.reset(token)


def current() -> Loan:
    """The house lent to this run, else the one that the environment describes, opened once a process."""
    return _LENT.get() or _opened()


@lru_cache(maxsize=1)
def _opened() -> Loan:
    # Without a mail server set, letters go to the catcher on this machine and nowhere else.
    settings = read_settings()
    url = post_settings().smtp_url or CATCHER.format(port=settings.catcher_port)
    return Loan(open_house(settings), SmtpTransport(url))
