"""Applications named in sentences: where a refusal speaks of a key, people read the institution's name."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.organisation import Organisation
from models.rules.access import Viewer
from tasks.queries.scope import applications_seen
from tasks.work import Work

_KEY = re.compile(r"\b\d+-[0-9A-Z]{18}-\d+\b")


def named(work: Work, viewer: Viewer, sentences: Sequence[str]) -> tuple[str, ...]:
    """The sentences with the names of the applications that the viewer may see in place of their keys."""
    keys = {key for one in sentences for key in _KEY.findall(one)}
    if not keys:
        return tuple(sentences)
    wanted = (
        select(col(Application.key), col(Organisation.name))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(col(Application.key).in_(sorted(keys)), applications_seen(work, viewer))
    )
    rows = work.session.connection().execute(wanted)
    names = {key: str(name) for key, name in rows}
    return tuple(_KEY.sub(lambda found: names.get(found[0], found[0]), one) for one in sentences)
