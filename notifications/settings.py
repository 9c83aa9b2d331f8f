"""Where the post goes out, under which name and how fast; everything comes from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from notifications.archive import Archive, read_archive
from notifications.misconfigured import PostMisconfigured
from notifications.pace import Pace, read_pace
from notifications.programme_box import ProgrammeBox, read_programme_box

# The reserved top-level domain `example` can receive nothing, so an unconfigured house cannot mail anyone.
DEFAULT_DOMAIN = "qianshou.example"

# Longer than all replies for one letter may take together: five of at most a minute.
DEFAULT_LEASE_SECONDS = 900

# NetEase, whose mailboxes most offices use, names what it limits in the list of its replies to senders
# (help.mail.163.com, "reasons for returned mail"): letters per connection (450 and 451 MI:DMC), a sender's letters in
# fifteen minutes (451 MI:SFQ), an address's connections at once (421 HL:ICC). It does not publish the figures and
# reserves the right to set them per account; these are cautious ones of our own in the same terms. An office that
# has agreed others with its provider sets them.
DEFAULT_PER_CONNECTION = 10
DEFAULT_PACE = "163.com=50/900 126.com=50/900 yeah.net=50/900 188.com=50/900"


class PostSettingInvalid(PostMisconfigured):
    """A setting of the post is not a number that makes sense; it is named."""


@dataclass(frozen=True)
class PostSettings:
    """`domain` stands in every Message-ID, `sender` in From and MAIL FROM; no `smtp_url` means the catcher.

    `per_connection` letters go over one connection before it is opened anew; None is no limit. `authserv` are the names
    of the servers before the programme's mailbox, whose word on senders counts.
    """

    domain: str
    sender: str
    smtp_url: str | None
    lease: timedelta
    per_connection: int | None = None
    pace: Pace = field(default_factory=Pace)
    archive: Archive | None = None
    mailbox: ProgrammeBox | None = None
    authserv: frozenset[str] = frozenset()


def read_settings(environment: Mapping[str, str]) -> PostSettings:
    """QIANSHOU_MAIL_DOMAIN, QIANSHOU_MAIL_FROM (default `post@DOMAIN`), QIANSHOU_SMTP_URL, QIANSHOU_LEASE_SECONDS.

    QIANSHOU_POST_PER_CONNECTION (0 is no limit) and QIANSHOU_POST_PACE (`163.com=50/900 *=200/3600`, `none`); the
    defaults of both hold as soon as there is a mail server, for the catcher on this machine needs none.
    QIANSHOU_ARCHIVE_URL (`imaps://user:password@host/FOLDER?address=…`) is the mailbox for blind copies of legal and
    money letters; QIANSHOU_MAILBOX_URL (`imaps://user:password@host/FOLDER?also=…&done=…`) is the programme's own, from
    which mails are taken in; QIANSHOU_MAILBOX_AUTHSERV the names (authserv-id) under which its own servers write
    Authentication-Results, blanks between. Raises PostMisconfigured.
    """
    archive = environment.get("QIANSHOU_ARCHIVE_URL")
    mailbox = environment.get("QIANSHOU_MAILBOX_URL")
    domain = environment.get("QIANSHOU_MAIL_DOMAIN") or DEFAULT_DOMAIN
    smtp_url = environment.get("QIANSHOU_SMTP_URL") or None
    slow = smtp_url is not None
    pace = environment.get("QIANSHOU_POST_PACE") or (DEFAULT_PACE if slow else "none")
    most = _number(
        environment, "QIANSHOU_POST_PER_CONNECTION", DEFAULT_PER_CONNECTION if slow else 0, least=0
    )
    return PostSettings(
        domain=domain,
        sender=environment.get("QIANSHOU_MAIL_FROM") or f"post@{domain}",
        smtp_url=smtp_url,
        lease=timedelta(
            seconds=_number(environment, "QIANSHOU_LEASE_SECONDS", DEFAULT_LEASE_SECONDS, least=1)
        ),
        per_connection=int(most) or None,
        pace=Pace() if pace == "none" else read_pace(pace),
        archive=read_archive(archive) if archive else None,
        mailbox=read_programme_box(mailbox) if mailbox else None,
        authserv=frozenset(environment.get("QIANSHOU_MAILBOX_AUTHSERV", "").lower().split()),
    )


def _number(environment: Mapping[str, str], name: str, otherwise: float, *, least: float) -> float:
    given = environment.get(name)
    if not given:
        return otherwise
    try:
        found = float(given)
    except ValueError:
        raise PostSettingInvalid(f"{name}={given!r} is not a number") from None
    if not found >= least:
        raise PostSettingInvalid(f"{name}={given} is less than {least:g}")
    return found


@cache
def post_settings() -> PostSettings:
    """The settings of this process, read once."""
    return read_settings(os.environ)
