"""One thing that can be chosen in a form."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A value and what people read for it."""

    value: str
    label: str
