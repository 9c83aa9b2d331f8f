"""Parameters with dated values, and the ambiguities of the notice whose reading they hold."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Value = bool | int | str | Decimal | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value in force from a day on, until the next one; ``by`` names the notice that amended it."""

    since: date = field(metadata={"toml": "from"})
    value: Value
    by: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number or choice of the programme: label, unit, the clause it comes from, and its dated values in order.

    ``words`` names the group of words that its value, or each member of its list, is a code of; ``options`` are the
    only values that the code knows, where an ambiguity does not say so already.
    """

    key: str
    label: str
    unit: str
    clause: str
    values: tuple[DatedValue, ...]
    words: str = ""
    options: tuple[bool | int | str, ...] = ()
    note: str = ""

    def at(self, as_of: date) -> DatedValue | None:
        """Return the value in force on a day, or ``None`` before the first."""
        found = None
        for dated in self.values:
            if dated.since > as_of:
                break
            found = dated
        return found


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A question that the notice leaves open, the reading taken, and the parameter that holds it.

    ``options`` are the readings that the code knows; empty means any value of the parameter's type. Where the
    parameter is a list, each of its members must be an option.
    """

    id: str
    question: str
    reading: str
    key: str
    clause: str
    options: tuple[bool | int | str, ...] = ()
