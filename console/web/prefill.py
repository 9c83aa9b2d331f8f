"""What a form begins with beside what its link says: found from the object it is about, changed by whoever acts."""

from collections.abc import Callable, Mapping
from typing import Any

from models.pairing import Pair
from models.rules.access import Right, Viewer, may
from tasks.queries.agreement_page import agreement_sheet, draft_defaults
from tasks.queries.whereabouts import whereabouts
from tasks.work import Work

Beginning = Callable[[Work, Viewer, Mapping[str, Any]], dict[str, Any]]


def prefilled(work: Work, viewer: Viewer, act: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that an act's form begins with; what is given stands, and nothing of a foreign object is told."""
    beginning = _BEGINNINGS.get(act)
    return {**(beginning(work, viewer, given) if beginning else {}), **given}


def _draft(work: Work, viewer: Viewer, given: Mapping[str, Any]) -> dict[str, Any]:
    pair = str(given.get("pair", ""))
    return draft_defaults(work, pair) if _reads(work, viewer, "agreement", pair) else {}


def _signature(work: Work, viewer: Viewer, given: Mapping[str, Any]) -> dict[str, Any]:
    pair, found = str(given.get("pair", "")), dict[str, Any](signed_on=work.today)
    if not _reads(work, viewer, "agreement", pair) or work.session.get(Pair, pair) is None:
        return found
    sheet = agreement_sheet(work, viewer, pair)
    return found | ({"party": sheet.may_sign} if sheet and sheet.may_sign else {})


def _confirmation(work: Work, _viewer: Viewer, _given: Mapping[str, Any]) -> dict[str, Any]:
    return {"confirmed_on": work.today}


def _reads(work: Work, viewer: Viewer, kind: str, key: str) -> bool:
    where = whereabouts(work, kind, key)
    return where is not None and may(viewer, Right.READ, kind, where)


_BEGINNINGS: Mapping[str, Beginning] = {
    "agreement.draft": _draft,
    "agreement.sign": _signature,
    "pairing.confirm_list": _confirmation,
}
"""Act → what its form begins with."""
