"""What other programs may read: steps, registers, letters, the audit trail, the year's figures, the clauses."""

from typing import Annotated, Any

from fastapi import Query

from console.web.access import SIGNED_IN, needs
from console.web.api.operations import reads
from console.web.visit import Forbidden, Visit
from console.web.wording import act_label
from models.rules.access import Scope, grant_of
from tasks.acts import acts
from tasks.queries.audit_trail import AuditFilter, audit_page
from tasks.queries.below import below_page
from tasks.queries.explain import explain_step
from tasks.queries.letters import LetterFilter, letters_page
from tasks.queries.own_share import own_share
from tasks.queries.registers import RegisterFilter, applications_page, pairs_page, vouchers_page
from tasks.queries.rollup import rollup_of
from tasks.queries.step_page import TodoFilter
from tasks.queries.todo import todo_page
from tasks.queries.whereabouts import seen_step

Limit = Annotated[int, Query(ge=1, le=500)]


@reads("/session", SIGNED_IN)
def session(visit: Visit) -> dict[str, Any]:
    """Who is signed in, for which office, and the token that acts want in X-CSRF-Token."""
    viewer = visit.viewer
    return {
        "person": viewer.person,
        "person_name": visit.visitor.person_name,
        "organisation": viewer.organisation,
        "organisation_name": visit.visitor.organisation_name,
        "role": viewer.role,
        "in_place_of": viewer.in_place_of,
        "csrf": visit.csrf,
    }


@reads("/steps", needs("reminder"))
def steps(
    visit: Visit,
    whose: Annotated[str, Query(pattern="^(mine|office|below)$")] = "mine",
    kind: str | None = None,
    batch: int | None = None,
    city: str | None = None,
    stage: str | None = None,
    owner: str | None = None,
    overdue: bool = False,
    text: str | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> Any:
    """Open steps by due date: one's own, all of one's office, or those that wait for others in one's scope."""
    own = own_share(visit.work, visit.viewer).kinds if whose == "mine" else None
    filters = TodoFilter(
        kind=kind, batch=batch, city=city, stage=stage, owner=owner, overdue=overdue, text=text, kinds=own
    )
    page = below_page if whose == "below" else todo_page
    return page(visit.work, visit.viewer, after=after, limit=limit, filters=filters)


@reads("/steps/{key:path}", needs("reminder"))
def step(visit: Visit, key: str) -> Any:
    """One step explained: why by that date, day by day, who was told, what happened."""
    found = seen_step(visit.work, visit.viewer, key)
    return {"key": key, "state": found.state, "owner": found.owner, **explain_step(visit.work, key).facts}


@reads("/applications", needs("application"))
def applications(
    visit: Visit,
    batch: int | None = None,
    state: str | None = None,
    city: str | None = None,
    after: str = "",
    limit: Limit = 100,
) -> Any:
    """Applications in one's scope, in the order of their keys."""
    filters = RegisterFilter(batch=batch, state=state, city=city)
    return applications_page(visit.work, visit.viewer, filters, after=after, limit=limit)


@reads("/pairs", needs("pairing"))
def pairs(
    visit: Visit,
    batch: int | None = None,
    state: str | None = None,
    city: str | None = None,
    after: str = "",
    limit: Limit = 100,
) -> Any:
    """Pairs in one's scope, in the order of their keys."""
    filters = RegisterFilter(batch=batch, state=state, city=city)
    return pairs_page(visit.work, visit.viewer, filters, after=after, limit=limit)


@reads("/vouchers", needs("spending"))
def vouchers(
    visit: Visit,
    batch: int | None = None,
    state: str | None = None,
    year: int | None = None,
    after: str = "",
    limit: Limit = 100,
) -> Any:
    """Transfers in one's scope, in fen, in the order of their keys."""
    filters = RegisterFilter(batch=batch, state=state, year=year)
    return vouchers_page(visit.work, visit.viewer, filters, after=after, limit=limit)


@reads("/letters", SIGNED_IN)
def letters(
    visit: Visit,
    kind: str | None = None,
    state: str | None = None,
    batch: int | None = None,
    subject: str | None = None,
    text: str | None = None,
    after: int | None = None,
    limit: Limit = 50,
) -> Any:
    """Letters in one's scope, the newest first, without their texts."""
    filters = LetterFilter(kind=kind, state=state, batch=batch, subject=subject, text=text)
    return letters_page(visit.work, visit.viewer, filters=filters, after=after, limit=limit)


@reads("/audit", needs("audit"))
def audit(
    visit: Visit,
    subject: str | None = None,
    table: str | None = None,
    actor: str | None = None,
    act: str | None = None,
    batch: int | None = None,
    after: int | None = None,
    limit: Limit = 50,
) -> Any:
    """Events in one's scope, the latest first."""
    filters = AuditFilter(subject=subject, table=table, actor=actor, act=act, batch=batch)
    return audit_page(visit.work, visit.viewer, filters=filters, after=after, limit=limit)


@reads("/rollup/{year}", needs("evaluation"))
def rollup(visit: Visit, year: int, batch: int | None = None) -> dict[str, Any]:
    """The year's figures: the province's and every city's, for a city its own."""
    grant = grant_of(visit.viewer.role, "evaluation")
    found = rollup_of(visit.work, year, batch)
    if grant is not None and grant.scope is Scope.ALL:
        return found
    if grant is None or grant.scope is not Scope.CITY or visit.viewer.city is None:
        raise Forbidden("evaluation")
    own = {code: one for code, one in found["cities"].items() if code == visit.viewer.city}
    return {"year": year, "batch": batch, "cities": own}


@reads("/clauses", needs("programme"))
def clauses(visit: Visit) -> list[dict[str, Any]]:
    """Every clause of the notice as the programme quotes it."""
    return [
        {
            "id": one.id,
            "number": one.number,
            "title": one.title,
            "quote": one.quote,
            "binding": visit.work.programme.label("binding", one.binding),
        }
        for one in visit.work.programme.clauses
    ]


@reads("/acts", SIGNED_IN)
def known_acts(visit: Visit) -> list[dict[str, Any]]:
    """The acts that one's role may try, each with its clauses; their forms stand in the interface's description."""
    return [
        {"name": one.name, "label": act_label(one.name), "clauses": list(one.clauses), "by": list(one.by)}
        for one in acts().values()
        if visit.viewer.role in one.by
    ]
