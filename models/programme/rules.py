"""The programme's parameters as of one day: the only way from code to a number of the notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from models.programme.values import Parameter, Value

FEN_PER_UNIT = {"\u5143": 100, "\u4e07\u5143": 1_000_000}  # yuan, ten thousand yuan


class RuleValueUnavailable(LookupError):
    """A value of the programme was asked for that cannot be given."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key


class UnknownParameter(RuleValueUnavailable):
    """The pack has no parameter of this key: correct the key, or add the parameter with its clause to the pack."""

    def __init__(self, key: str) -> None:
        super().__init__(key, "unknown parameter")


class NotYetInForce(RuleValueUnavailable):
    """The parameter has no value on this day: ask as of a later day, or give the pack an earlier value."""

    def __init__(self, key: str, as_of: date, since: date) -> None:
        super().__init__(key, f"in force from {since}, asked as of {as_of}")
        self.as_of = as_of
        self.since = since


class ValueOfOtherKind(RuleValueUnavailable):
    """The parameter's value is of another kind than the caller needs: correct the value or unit in the pack."""

    def __init__(self, key: str, expected: str, value: Value) -> None:
        super().__init__(key, f"expected {expected}, found {value!r}")
        self.expected = expected
        self.value = value


@dataclass(frozen=True, slots=True)
class Rules:
    """All parameters as of a day. ``value`` gives the raw value; the others assert its kind for the type checker."""

    parameters: Mapping[str, Parameter]
    as_of: date

    def value(self, key: str) -> Value:
        """Return the value in force; raises ``UnknownParameter`` or ``NotYetInForce``."""
        parameter = self._parameter(key)
        dated = parameter.at(self.as_of)
        if dated is None:
            raise NotYetInForce(key, self.as_of, parameter.values[0].since)
        return dated.value

    def clause(self, key: str) -> str:
        """Return the clause that a value comes from, to be cited beside it."""
        return self._parameter(key).clause

    def has(self, key: str) -> bool:
        """Say whether a value is in force: programmes need not have every rule."""
        return key in self.parameters and self.parameters[key].at(self.as_of) is not None

    def number(self, key: str) -> int:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueOfOtherKind(key, "int", value)
        return value

    def flag(self, key: str) -> bool:
        value = self.value(key)
        if not isinstance(value, bool):
            raise ValueOfOtherKind(key, "bool", value)
        return value

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise ValueOfOtherKind(key, "str", value)
        return value

    def names(self, key: str) -> tuple[str, ...]:
        value = self.value(key)
        if not isinstance(value, tuple):
            raise ValueOfOtherKind(key, "tuple", value)
        return value

    def day(self, key: str) -> date:
        value = self.value(key)
        if not isinstance(value, date):
            raise ValueOfOtherKind(key, "date", value)
        return value

    def decimal(self, key: str) -> Decimal:
        """Return an exact number, written as text (``"0.5"``) or as an integer."""
        value = self.value(key)
        if isinstance(value, str | Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
            try:
                return Decimal(value)
            except InvalidOperation:
                pass
        raise ValueOfOtherKind(key, "decimal", value)

    def fraction(self, key: str) -> Fraction:
        """Return a share written as ``"2/3"``."""
        value = self.value(key)
        try:
            return Fraction(self.text(key))
        except (ValueError, ZeroDivisionError):
            raise ValueOfOtherKind(key, "fraction", value) from None

    def month_day(self, key: str, year: int) -> date:
        """Return the day of a year that a parameter ``MM-DD`` names."""
        text = self.text(key)
        try:
            return date.fromisoformat(f"{year:04d}-{text}")
        except ValueError:
            raise ValueOfOtherKind(key, "MM-DD", text) from None

    def fen(self, key: str) -> int:
        """Return an amount in integer fen; the parameter's unit must be a unit of money."""
        factor = FEN_PER_UNIT.get(self._parameter(key).unit)
        if factor is None:
            raise ValueOfOtherKind(key, "money", self.value(key))
        fen = self.decimal(key) * factor
        if fen != fen.to_integral_value():
            raise ValueOfOtherKind(key, "whole fen", self.value(key))
        return int(fen)

    def _parameter(self, key: str) -> Parameter:
        try:
            return self.parameters[key]
        except KeyError:
            raise UnknownParameter(key) from None
