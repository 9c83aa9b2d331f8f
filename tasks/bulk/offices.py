"""Which offices and institutions an import may be about, and which of them a cell means by its code or name."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlmodel import col

from documents.reading.roster_sheet import Line
from documents.reading.signs import squeezed
from models.messages import say
from models.organisation import Organisation
from models.rules.access import Right, has_right
from tasks.attaching import viewer_of
from tasks.bulk.plan import Looking
from tasks.operators import OPERATOR
from tasks.queries.organisations import organisations_seen
from tasks.work import Work

_NOT_OFFICES = ("reviewer", OPERATOR)
"""Experts sit on panels by an act of their own (K25), and whoever runs the service is no party."""


@dataclass(frozen=True, slots=True)
class Offices:
    """Organisations that hold good today, by folded name and code."""

    by_name: Mapping[str, tuple[Organisation, ...]]

    def named(self, text: str) -> tuple[Organisation, ...]:
        """Those that a cell may mean."""
        return self.by_name.get(squeezed(text).casefold(), ())

    def find(self, looking: Looking, line: Line) -> Organisation | None:
        """The one that a line is about; a fault where there is none within reach, or more than one."""
        found = self.named(line.values["organisation"])
        if len(found) > 1:
            codes = tuple(one.code for one in found)
            looking.fault(line, "organisation", say("bulk.fault.office_several", codes=codes))
        elif not found and line.values["organisation"]:
            looking.fault(line, "organisation", say("bulk.fault.office"))
        return found[0] if len(found) == 1 else None

    @property
    def all(self) -> list[Organisation]:
        """Every one of them, by code."""
        found = {one.code: one for some in self.by_name.values() for one in some}
        return [found[code] for code in sorted(found)]


def offices_kept(work: Work) -> Offices:
    """The actor's own office and those within its area, whose contacts it may register (section 15)."""
    viewer = viewer_of(work)
    own = col(Organisation.code) == viewer.organisation
    within = organisations_seen(viewer) if has_right(viewer.role, Right.WRITE, "organisation") else own
    return _offices(work, within)


def all_offices(work: Work) -> Offices:
    """Every office and institution, for whoever opens accounts everywhere."""
    return _offices(work, col(Organisation.code).is_not(None))


def _offices(work: Work, within: object) -> Offices:
    standing = and_(
        col(Organisation.kind).not_in(_NOT_OFFICES),
        or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= work.today),
    )
    wanted = select(Organisation).where(standing, within).order_by(col(Organisation.code))  # type: ignore[arg-type]
    found: dict[str, list[Organisation]] = {}
    for one in work.session.execute(wanted).scalars():
        found.setdefault(one.code.casefold(), []).append(one)
        found.setdefault(squeezed(one.name).casefold(), []).append(one)
    return Offices({name: tuple(some) for name, some in found.items()})
