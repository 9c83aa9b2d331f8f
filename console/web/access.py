"""What a route demands of whoever calls it: nothing, to be signed in, or a right over a kind of object."""

from dataclasses import dataclass

from models.rules.access import Right, Viewer, has_right


@dataclass(frozen=True, slots=True)
class Access:
    """`kind` and `right` are of models/rules/access.py; which objects, the page itself asks of the viewer's scope."""

    kind: str = ""
    right: Right = Right.READ
    public: bool = False
    demonstration: bool = False

    def allows(self, viewer: Viewer) -> bool:
        """Whether the viewer's role may come here at all."""
        return self.allows_role(viewer.role)

    def allows_role(self, role: str) -> bool:
        """Whether somebody of this role may come here at all."""
        return not self.kind or has_right(role, self.right, self.kind)


PUBLIC = Access(public=True)
"""Sign-in, static files, health: nobody has to be known."""

SIGNED_IN = Access()
"""One's own affairs: whoever is signed in."""

DEMONSTRATION = Access(public=True, demonstration=True)
"""Only in the demonstration, where nothing is real; elsewhere the page does not exist."""


def needs(kind: str, right: Right | str = Right.READ) -> Access:
    """A right over some object of a kind."""
    return Access(kind, Right(right))
