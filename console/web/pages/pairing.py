"""Pairing: the proposal with its reasons and prices, the list that two offices confirm, who waits (S12, K26, A24)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.pages.pairs import batches_of
from console.web.pages.roster import batch_number
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.visit import Forbidden, Visit
from models.account import Posting
from models.messages import say
from models.opening import Batch
from models.rules.breach import RuleBroken
from tasks.acts import act_of
from tasks.postings import perform_once
from tasks.queries.issued_papers import issued_papers
from tasks.queries.pairing_proposal import PairingProposal, ProposalRow, pairing_proposal
from tasks.queries.pairing_rounds import PairingPage, pairing_page, version
from tasks.queries.roster_list import roster_list
from tasks.refusal import BadInput, Refusal
from tasks.work import Work

pages = Pages()
OFFERING = ("signing", "running")
"""States of a batch in which whoever waits can be offered a sender."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The proposal as somebody has it before them: who is locked, who is chosen, the reasons that were typed."""

    locked: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """A sender that a pair could have; `price` is by how many unmet needs the whole gets worse, None where unknown."""

    sender: str
    name: str
    price: int | None


@pages.get("/pairing/{batch}", needs("pairing"))
def pairing(visit: Visit) -> Response:
    """The lists of a batch; for the province the proposal beside them, while a list can still be proposed."""
    batch = batch_number(visit)
    draft = Draft() if visit.query.get("fresh") else _standing(visit.work, visit, batch)
    return _show(visit, batch, draft)


@pages.post("/pairing/{batch}/try", needs("pairing", "A"))
def try_pairs(visit: Visit) -> Response:
    """Proposes anew around the locked pairs and the senders that were changed; writes nothing."""
    draft = _typed(visit)
    # Whoever may get another sender gets another reason, too.
    reasons = {key: reason for key, reason in draft.reasons.items() if key in draft.locked}
    return _show(visit, batch_number(visit), replace(draft, reasons=reasons))


@pages.post("/pairing/{batch}/propose", needs("pairing", "A"))
def propose(visit: Visit) -> Response:
    """Proposes the pairs as they are chosen; what is refused comes back as it was typed."""
    draft, reasons = _typed(visit), _under(visit, "reason")
    pairs = [
        {"sender": sender, "application": application, "reason": reasons.get(application, "")}
        for application, sender in draft.chosen.items()
        if sender
    ]
    return _perform(visit, "pairing.propose_pairs", {"pairs": pairs}, draft)


@pages.post("/pairing/{batch}/confirm", needs("pairing", "A"))
def confirm(visit: Visit) -> Response:
    """Confirms the list that was shown, for the visitor's office."""
    text = str(visit.form.get("confirmed_on", ""))
    return _perform(visit, "pairing.confirm_list", {"confirmed_on": text}, Draft())


def _perform(visit: Visit, name: str, given: dict[str, Any], draft: Draft) -> Response:
    batch = batch_number(visit)
    if visit.viewer.role not in act_of(name).by:
        # Both offices confirm a list, one of them proposes it.
        raise Forbidden("pairing")
    path = f"/pairing/{batch}"
    once = str(visit.form.get("once", "")) or None
    if _is_stale(visit, batch, once):
        return _show(visit, batch, draft, Problem(409, (say("web.stale"),), say("web.next.stale")))
    try:
        perform_once(visit.house, name, visit.actor, once, {"batch": batch, **given}, path)
    except (Refusal, RuleBroken) as refused:
        return _show(visit, batch, draft, problem_of(refused))
    return visit.redirect(path, done=name)


def _is_stale(visit: Visit, batch: int, once: str | None) -> bool:
    """Whether the lists have changed since the page was shown, by another than this very form sent twice."""
    with visit.looking() as work:
        if once and work.session.get(Posting, f"{visit.actor.person}:{once}") is not None:
            return False
        return str(visit.form.get("version", "")) != version(work, batch)


def _show(visit: Visit, batch: int, draft: Draft, problem: Problem | None = None) -> Response:
    with visit.looking() as work:
        found, page = work.batch(batch), pairing_page(work, visit.viewer, batch)
        proposal = None
        if _may_propose(visit, found, page):
            proposal, problem = _proposal(work, batch, draft, problem)
        return visit.render(
            "pairing.html",
            problem.status if problem else 200,
            batch=found,
            batches=batches_of(work),
            page=page,
            path=f"/pairing/{batch}",
            proposal=proposal,
            options=_options(visit, batch, proposal),
            draft=draft,
            problem=problem,
            confirming=_may_confirm(visit, page),
            offers=_offers(visit, found, page),
            withdrawal=_withdrawal(visit, found, page),
            issued=issued_papers(work, visit.viewer, [("batch", str(batch))]),
        )


def _proposal(
    work: Work, batch: int, draft: Draft, problem: Problem | None
) -> tuple[PairingProposal, Problem | None]:
    """The proposal around what is locked; without it, and the problem told, where that is not possible."""
    try:
        return pairing_proposal(work, batch, draft.locked), problem
    except BadInput as refused:
        return pairing_proposal(work, batch), problem or problem_of(refused)


def _standing(work: Work, visit: Visit, batch: int) -> Draft:
    """The draft that the standing list gives: its pairs and reasons, as far as they are still possible."""
    page = pairing_page(work, visit.viewer, batch)
    current = page.current
    if current is None or current.state != "proposed":
        return Draft()
    approved = {one.application for one in page.approved}
    free = {one.sender for one in roster_list(work, visit.viewer, batch) if one.state == "available"}
    kept = [one for one in current.pairs if one.application in approved and one.sender in free]
    return Draft(
        locked={one.application: one.sender for one in kept},
        reasons={one.application: one.reason for one in kept},
    )


def _typed(visit: Visit) -> Draft:
    """The form as it was sent: a sender that was changed is locked, and drives off whoever was locked to it."""
    chosen, reasons, changed, ticked = {}, {}, {}, {}
    for application, sender in _under(visit, "sender").items():
        chosen[application] = sender
        if sender and sender != visit.form.get(f"was.{application}", ""):
            changed[application] = sender
        elif sender and f"lock.{application}" in visit.form:
            ticked[application] = sender
    for application, reason in _under(visit, "reason").items():
        if reason != visit.form.get(f"suggested.{application}", ""):
            reasons[application] = reason
    kept = {application: sender for application, sender in ticked.items() if sender not in changed.values()}
    return Draft({**kept, **changed}, chosen, reasons)


def _under(visit: Visit, part: str) -> dict[str, str]:
    """The fields `part.application` of the form, by application."""
    prefix = f"{part}."
    return {
        name.removeprefix(prefix): str(value).strip()
        for name, value in visit.form.items()
        if name.startswith(prefix)
    }


def _options(visit: Visit, batch: int, proposal: PairingProposal | None) -> dict[str, list[Option]]:
    """Application → the senders it could have: its own, the priced ones by price, the rest."""
    if proposal is None:
        return {}
    with visit.looking() as work:
        rows = roster_list(work, visit.viewer, batch)
    free = {one.sender: one.name for one in rows if one.state == "available"}
    return {one.application: _options_of(one, free) for one in proposal.pairs}


def _options_of(row: ProposalRow, free: Mapping[str, str]) -> list[Option]:
    own = Option(row.sender, row.sender_name, 0)
    priced = [Option(one.sender, one.sender_name, one.difference) for one in row.swaps]
    named = {one.sender for one in (own, *priced)}
    return [own, *priced, *(Option(code, name, None) for code, name in free.items() if code not in named)]


def _may_propose(visit: Visit, batch: Batch, page: PairingPage) -> bool:
    current = page.current
    is_free = current is None or current.state == "proposed"
    return visit.viewer.role == "province_civil" and batch.state == "pairing" and is_free


def _may_confirm(visit: Visit, page: PairingPage) -> bool:
    """Whether the visitor's office owes the current list its confirmation (K26)."""
    current = page.current
    if current is None or current.state not in ("proposed", "half_confirmed"):
        return False
    given: dict[str, date | None] = {
        "province_civil": current.province_confirmed_on,
        "sender_bureau": current.shenzhen_confirmed_on,
    }
    return visit.viewer.role in given and given[visit.viewer.role] is None


def _offers(visit: Visit, batch: Batch, page: PairingPage) -> list[ActLink]:
    """The way to offer the first who waits a sender that is free (A24)."""
    if batch.state not in OFFERING or not page.waiting:
        return []
    given = {"batch": str(batch.number), "application": page.waiting[0].application}
    return act_links(["pairing.offer_waiting"], given, f"/pairing/{batch.number}", role=visit.viewer.role)


def _withdrawal(visit: Visit, batch: Batch, page: PairingPage) -> list[ActLink]:
    current = page.current
    is_open = current is not None and current.state in ("proposed", "half_confirmed")
    if batch.state not in OFFERING or not is_open:
        return []
    given = {"batch": str(batch.number)}
    return act_links(["pairing.withdraw_offer"], given, f"/pairing/{batch.number}", role=visit.viewer.role)
