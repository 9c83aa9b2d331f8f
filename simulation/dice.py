"""Chance that repeats itself: every throw follows from the seed and from what it is thrown for, never from order."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Dice:
    """Throws that depend on the seed and the names given, so that a resumed replay throws the same."""

    seed: int

    def throw(self, *names: object) -> float:
        """A number in [0, 1) for these names."""
        text = "|".join(map(str, (self.seed, *names)))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def between(self, low: int, high: int, *names: object) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.throw(*names) * (high - low + 1))

    def chance(self, share: float, *names: object) -> bool:
        """True in this share of all names."""
        return self.throw(*names) < share

    def pick(self, choices: Sequence[Choice], *names: object) -> Choice:
        """One of the choices."""
        return choices[int(self.throw(*names) * len(choices))]
