"""The base of every table: a new row takes its values all at once."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined
from sqlmodel import SQLModel


class Row(SQLModel):
    """A table's class. Names that are no column are ignored and nothing is validated, as SQLModel has it for tables.

    SQLModel assigns value by value through two libraries, which costs more than the INSERT. A new object has no
    earlier values to be compared with, so nobody has to be told of them.
    """

    def __init__(self, **given: Any) -> None:
        fixed, made = _defaults(type(self))
        columns = type(self).model_fields
        values = {name: value for name, value in given.items() if name in columns}
        self.__dict__.update(fixed)
        self.__dict__.update({name: make() for name, make in made.items() if name not in values})
        self.__dict__.update(values)
        object.__setattr__(self, "__pydantic_fields_set__", set(values))
        object.__setattr__(self, "__pydantic_extra__", None)
        object.__setattr__(self, "__pydantic_private__", None)

    if not TYPE_CHECKING:
        # SQLAlchemy asks each new object whether it has its state yet; pydantic's own answer looks for private
        # attributes and extra values first, which a table's class has none of.
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


@cache
def _defaults(table: type[Row]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """What a column is where no value is given: the same for all rows, or made for each."""
    fixed: dict[str, Any] = {}
    made: dict[str, Callable[[], Any]] = {}
    for name, field in table.model_fields.items():
        if field.default_factory is not None:
            made[name] = field.default_factory  # type: ignore[assignment]  # none of ours asks for the other values
        elif field.default is not PydanticUndefined:
            fixed[name] = field.default
    return fixed, made
