"""The base of every table: a new row takes its values all at once."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined
from sqlalchemy.orm.attributes import set_attribute
from sqlmodel import SQLModel

_STATE = "_sa_instance_state"


class Row(SQLModel):
    """A table's class. Names that are no column are ignored and nothing is validated, as SQLModel has it for tables.

    SQLModel assigns value by value through two libraries, which costs more than the INSERT. A new object has no
    earlier values to be compared with, so nobody has to be told of them.
    """

    def __init__(self, **given: Any) -> None:
        fixed, made, columns = _defaults(type(self))
        values = {name: value for name, value in given.items() if name in columns}
        self.__dict__.update(fixed)
        self.__dict__.update({name: make() for name, make in made.items() if name not in values})
        self.__dict__.update(values)
        object.__setattr__(self, "__pydantic_fields_set__", set(values))
        object.__setattr__(self, "__pydantic_extra__", None)
        object.__setattr__(self, "__pydantic_private__", None)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == _STATE:
            self.__dict__[name] = value
        elif name in _defaults(type(self))[2]:
            set_attribute(self, name, value)
        else:
            super().__setattr__(name, value)

    if not TYPE_CHECKING:
        # SQLAlchemy asks each new object whether it has its state yet; pydantic's own answer looks for private
        # attributes and extra values first, which a table's class has none of.
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


@cache
def _defaults(table: type[Row]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]], frozenset[str]]:
    """What a column is where no value is given, the same for all rows or made for each; and all columns' names."""
    fixed: dict[str, Any] = {}
    made: dict[str, Callable[[], Any]] = {}
    for name, field in table.model_fields.items():
        if field.default_factory is not None:
            made[name] = field.default_factory  # type: ignore[assignment]  # none of ours asks for the other values
        elif field.default is not PydanticUndefined:
            fixed[name] = field.default
    return fixed, made, frozenset(table.model_fields)
