"""Addresses on this machine: whether somebody listens there, and whether an address is this machine's at all."""

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit
from urllib.request import urlopen

from deploy.environment import HOST
from notifications.mail_server import LOOPBACK


def taken(ports: Iterable[int]) -> list[int]:
    """Those of the ports on which somebody listens already."""
    return [port for port in ports if is_taken(port)]


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def is_loopback(url: str) -> bool:
    """Whether an address can only be this machine."""
    return urlsplit(url).hostname in LOOPBACK


def answers(url: str) -> bool:
    """Whether a page is there now."""
    try:
        with urlopen(url, timeout=1):
            return True
    except OSError:
        return False
