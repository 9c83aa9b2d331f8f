"""What the keys in addresses are: for every route with a key which kind of object it names, and examples of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text

from models.rules.access import Right, Viewer, may
from tasks.queries.whereabouts import whereabouts
from tasks.work import Work

PLACEHOLDER = "nobody-has-this-key"


@dataclass(frozen=True)
class Key:
    """A route's key: `kind` of models/rules/access.py, where its examples stand, what else stands in the address.

    `narrow` pages are for some of those who may see the object: those who may not are refused all the same.
    """

    kind: str
    examples: str
    right: Right = Right.READ
    narrow: bool = False
    rest: Mapping[str, str] = field(default_factory=dict)

    def kind_of(self, key: str) -> str:
        """The kind of one object; a voucher's stands in its key."""
        return f"leg_{key[0].lower()}" if self.kind == "leg" else self.kind

    def allowed(self, work: Work, viewer: Viewer, key: str) -> bool:
        """What section 15 says of a viewer and an object."""
        where = whereabouts(work, self.kind_of(key), key)
        return where is not None and may(viewer, self.right, self.kind_of(key), where)


APPLICATION = "SELECT key FROM application ORDER BY key"
PAIR = "SELECT key FROM pair ORDER BY key"
STEP = "SELECT key FROM step ORDER BY id"
VOUCHER = "SELECT key FROM voucher ORDER BY key"

KEYS: Mapping[str, Key] = {
    "/go/{key:path}": Key("reminder", STEP),
    "/step/{key:path}": Key("reminder", STEP),
}
"""Route → what its key is. A page with a key that is not here fails the walk."""

WITHOUT_OBJECT = frozenset({"/act/{name}"})
"""Routes whose parameter names no object: walked by tests of their own."""


def examples(work: Work, key: Key) -> list[str]:
    """The keys of all objects of a kind."""
    return [str(one) for one in work.session.connection().execute(text(key.examples)).scalars()]
