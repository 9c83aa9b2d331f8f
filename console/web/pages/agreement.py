"""One pair's agreement: its parties and signatures, its promises and draft, the sheet that is printed and sealed."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.attached import attached
from console.web.fields import Field, fields_of
from console.web.routes import Pages
from console.web.subjects import latest, subject_of
from console.web.visit import Visit
from models.states import MOVES
from models.step import Step
from tasks.acts import act_of
from tasks.queries.agreement_page import AgreementSheet, agreement_sheet
from tasks.queries.pair_page import pair_events, pair_facts
from tasks.queries.scope import steps_seen
from tasks.refusal import NotFound

pages = Pages()
SIGN, DRAFT = "agreement.sign", "agreement.draft"
CHANGES = ("agreement.replace_pair", "agreement.terminate")


@pages.get("/agreement/{pair}", needs("agreement"))
def agreement_page(visit: Visit) -> Response:
    """Who has signed and who owes, what is promised and paid when, and what the visitor can do with it now."""
    sheet = _sheet(visit)
    key = sheet.pair.key
    return visit.render(
        "agreement.html",
        sheet=sheet,
        facts=pair_facts(visit.work, visit.viewer, key),
        draft=act_links([DRAFT], {"pair": key}, f"/agreement/{key}") if sheet.may_draft else [],
        signing=_signing(visit, sheet),
        files=attached(visit, ("agreement", key)),
        seen=latest(visit.work, subject_of({"pair": key})),
        changes=_changes(visit, sheet),
        extensions=_extensions(visit, sheet),
        steps_shown=_steps_shown(visit, sheet),
        events=pair_events(visit.work, key) if visit.sees("audit", f"pair:{key}") else None,
    )


@pages.get("/agreement/{pair}/sheet", needs("agreement"))
def agreement_print(visit: Visit) -> Response:
    """The agreement as it is printed, signed and sealed."""
    sheet = _sheet(visit)
    facts = pair_facts(visit.work, visit.viewer, sheet.pair.key)
    return visit.render(
        "agreement_sheet.html", sheet=sheet, facts=facts, batch=visit.work.batch(sheet.pair.batch)
    )


def _sheet(visit: Visit) -> AgreementSheet:
    key = visit.path("pair")
    visit.require("agreement", key)
    sheet = agreement_sheet(visit.work, visit.viewer, key)
    if sheet is None:
        raise NotFound("web.no_agreement", pair=key)
    return sheet


def _signing(visit: Visit, sheet: AgreementSheet) -> list[Field]:
    """The questions of the visitor's own signature; none where it owes none now."""
    if not sheet.may_sign:
        return []
    chosen = act_of(SIGN)
    given: dict[str, Any] = {
        "pair": sheet.pair.key,
        "party": sheet.may_sign,
        "signed_on": visit.work.today,
    }
    return fields_of(visit.work, visit.viewer, chosen, given, fixed=("pair", "party"))


def _changes(visit: Visit, sheet: AgreementSheet) -> list[ActLink]:
    legal = {move.act for move in MOVES["pair"] if sheet.pair.state in move.origins}
    names = [one for one in CHANGES if one in legal]
    key = sheet.pair.key
    return act_links(names, {"pair": key}, f"/agreement/{key}", role=visit.viewer.role)


def _extensions(visit: Visit, sheet: AgreementSheet) -> dict[str, list[ActLink]]:
    """Party → what can be done about its missing signature: urge it, give it more days."""
    found = {}
    for one in sheet.seats:
        if one.step and one.organisation != visit.viewer.organisation:
            names = ("deadlines.remind_now", "deadlines.extend_step")
            back = f"/agreement/{sheet.pair.key}"
            found[one.party] = act_links(names, {"step": one.step}, back, role=visit.viewer.role)
    return found


def _steps_shown(visit: Visit, sheet: AgreementSheet) -> set[str]:
    """The steps of missing signatures that the visitor may open."""
    keys = [one.step for one in sheet.seats if one.step]
    wanted = select(col(Step.key)).where(col(Step.key).in_(keys), steps_seen(visit.work, visit.viewer))
    return set(visit.work.session.connection().execute(wanted).scalars())
