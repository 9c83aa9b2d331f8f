"""How fast letters may leave: at most so many in a sliding window, by the recipient's domain or in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from notifications.misconfigured import PostMisconfigured

EACH_OTHER = "*"
ALL = "all"


class PaceInvalid(PostMisconfigured):
    """QIANSHOU_POST_PACE is not a list of `DOMAIN=LETTERS/SECONDS`; `*` is each other domain, `all` everything."""


@dataclass(frozen=True)
class Limit:
    """At most `letters` in any `window`; `domain` is one domain, `*` for each domain without its own, or `all`."""

    domain: str
    letters: int
    window: timedelta


@dataclass(frozen=True)
class Pace:
    """What a relay and the recipients' servers put up with; without limits everything goes at once."""

    limits: tuple[Limit, ...] = ()

    def of(self, domain: str) -> tuple[Limit, ...]:
        """The limits under which a letter to this domain stands, each for the domain it counts."""
        own = [limit for limit in self.limits if limit.domain == domain]
        own = own or [
            Limit(domain, limit.letters, limit.window) for limit in self.limits if limit.domain == EACH_OTHER
        ]
        return (*own, *(limit for limit in self.limits if limit.domain == ALL))


def read_pace(text: str) -> Pace:
    """Reads `163.com=50/900 *=200/3600`, separated by blanks or commas; raises PaceInvalid."""
    return Pace(tuple(_limit(word) for word in text.replace(",", " ").split()))


def _limit(word: str) -> Limit:
    domain, _, measure = word.partition("=")
    letters, _, seconds = measure.partition("/")
    try:
        found = Limit(domain.lower(), int(letters), timedelta(seconds=int(seconds)))
    except (ValueError, OverflowError):
        raise PaceInvalid(f"pace of the post: {word!r} is not DOMAIN=LETTERS/SECONDS") from None
    if not domain or found.letters < 1 or found.window < timedelta(seconds=1):
        raise PaceInvalid(f"pace of the post: {word!r} would let nothing leave")
    return found
