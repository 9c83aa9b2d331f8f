"""A mail's end: its files have their place, or it is left out of account; nobody has to look at it any more (K23)."""

from typing import Any

from models.intake import ReceivedMail
from tasks import record
from tasks.todos import close_todos
from tasks.work import Work


def end_mail(work: Work, found: ReceivedMail, target: str, *, act: str, note: str, **facts: Any) -> None:
    """Takes a mail to where it ends (`filed`, `dismissed`) and closes what asked somebody to look at it.

    `note` is kept with the closed to-do, `facts` with the event. Raises AlreadyDone where `act` does not lead there
    from where the mail stands.
    """
    record.move(work, found, target, act=act, **facts)
    close_todos(work, "mail", found.number, note=note)
