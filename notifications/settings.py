"""Where the post goes out and under which name; everything comes from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

# The reserved top-level domain `example` can receive nothing, so an unconfigured house cannot mail anyone.
DEFAULT_DOMAIN = "qianshou.example"

# Longer than all replies for one letter may take together: five of at most a minute.
DEFAULT_LEASE_SECONDS = 900


@dataclass(frozen=True)
class PostSettings:
    """`domain` stands in every Message-ID, `sender` in From and MAIL FROM; no `smtp_url` means the catcher."""

    domain: str
    sender: str
    smtp_url: str | None
    lease: timedelta


def read_settings(environment: Mapping[str, str]) -> PostSettings:
    """QIANSHOU_MAIL_DOMAIN, QIANSHOU_MAIL_FROM (default `post@DOMAIN`), QIANSHOU_SMTP_URL, QIANSHOU_LEASE_SECONDS."""
    domain = environment.get("QIANSHOU_MAIL_DOMAIN") or DEFAULT_DOMAIN
    return PostSettings(
        domain=domain,
        sender=environment.get("QIANSHOU_MAIL_FROM") or f"post@{domain}",
        smtp_url=environment.get("QIANSHOU_SMTP_URL") or None,
        lease=timedelta(seconds=float(environment.get("QIANSHOU_LEASE_SECONDS") or DEFAULT_LEASE_SECONDS)),
    )


@cache
def post_settings() -> PostSettings:
    """The settings of this process, read once."""
    return read_settings(os.environ)
