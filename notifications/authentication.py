"""What our own mail server found out about a sender's domain, from the header it adds (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from email.message import Message

HEADER = "authentication-results"
_FAILED = ("fail", "hardfail")
_OF_FROM = {"spf": ("smtp.mailfrom",), "dkim": ("header.d", "header.i"), "dmarc": ("header.from",)}
"""Method → the properties that name the domain it was tried for."""
_RESULT = re.compile(r"\s*([a-z]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]+\.[a-z]+)\s*=\s*((?:\"[^\"]*\"|[^\s;\"])+)", re.IGNORECASE)


def failed_checks(head: Message, *, servers: Collection[str], domain: str) -> tuple[str, ...]:
    """The methods (spf, dkim, dmarc) that failed for the From domain by a header of one of these servers.

    `servers` are the authserv-ids, in lower case, under which our own servers write; what other servers say counts
    for nothing, anybody can write it. A server takes away what comes in under its own name. A result for another domain
    than the sender's (a forwarder's, a list's) says nothing of the sender; one that names no domain is of the sender.
    """
    found = []
    for results in _own_results(head, servers):
        for result in results:
            method, failed = _failed_method(result)
            if failed and _is_of(method, result, domain):
                found.append(method)
    return tuple(sorted(set(found)))


def _own_results(head: Message, servers: Collection[str]) -> Iterator[list[str]]:
    for key, value in head.raw_items():
        if key.lower() != HEADER:
            continue
        server, *results = _split(" ".join(str(value).split()))
        named = server.split()
        if named and named[0].strip('"').lower() in servers:
            yield results


def _split(value: str) -> list[str]:
    """The parts between semicolons, without comments; a comment that does not end hides nothing."""
    parts, depth, quoted, escaped = [""], 0, False, False
    for sign in value:
        if escaped:
            escaped = False
            sign = "_"
        elif sign == "\\":
            escaped = True
            continue
        elif sign == '"' and not depth:
            quoted = not quoted
        elif not quoted and sign == "(":
            depth += 1
        elif not quoted and sign == ")" and depth:
            depth -= 1
            continue
        elif not quoted and not depth and sign == ";":
            parts.append("")
            continue
        if not depth:
            parts[-1] += sign
    return parts if not (depth or quoted) else value.split(";")


def _failed_method(result: str) -> tuple[str, bool]:
    found = _RESULT.match(result)
    if found is None:
        return "", False
    method = found[1].lower()
    return method, method in _OF_FROM and found[2].lower() in _FAILED


def _is_of(method: str, result: str, domain: str) -> bool:
    named = [
        value.strip('"').rpartition("@")[2].lower().rstrip(".")
        for name, value in _PROPERTY.findall(result)
        if name.lower() in _OF_FROM[method]
    ]
    return not named or any(_is_aligned(one, domain) for one in named)


def _is_aligned(one: str, other: str) -> bool:
    """The same domain, or one a part of the other: offices send from mail.city.example as city.example."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
