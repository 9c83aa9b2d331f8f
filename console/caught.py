"""Mails that went straight on the catcher's shelf, as the demonstration's past did: their text is found there."""

from email import message_from_bytes, policy
from pathlib import Path

from notifications.catcher_store import CATCHER, CatcherStore
from notifications.layout import without_token


def caught_text(home: Path | None, message_id: str) -> str | None:
    """The text of a caught mail; None where nothing was caught under this Message-ID."""
    if home is None or not (home / CATCHER).exists():
        return None
    with CatcherStore(home) as store:
        raw = store.of_message(message_id)
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",)) if raw is not None else None
    return None if body is None else without_token(str(body.get_content()))
