"""The way through the console: the same sections in the same order for everybody, less what a role may not see."""

from dataclasses import dataclass
from functools import lru_cache

from console.web.wording import page_words
from models.rules.access import Viewer, has_right


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    label: str
    path: str
    here: bool


@lru_cache(maxsize=512)
def _places(role: str, section: str) -> tuple[Place, ...]:
    entries = page_words("navigation")["places"]
    return tuple(
        Place(one["label"], one["path"], one["path"].split("/")[1] == section)
        for one in entries
        if (not one.get("kind") or has_right(role, one.get("right", "R"), one["kind"]))
        and role not in one.get("without", ())
    )


def navigation(viewer: Viewer, path: str) -> tuple[Place, ...]:
    """The entries a viewer sees; `here` is the section that the page belongs to."""
    section = path.split("/")[1] if path.startswith("/") else ""
    return _places(viewer.role, page_words("sections").get(section, section))
