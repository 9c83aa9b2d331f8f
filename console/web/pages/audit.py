"""The audit trail: who did what to which object and when, one object's own trail, and whether the chain holds."""

from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.asked import asked_day, asked_number, asked_word, other_address
from console.web.event_facts import shown_facts
from console.web.export import FORMATS, exported
from console.web.routes import Pages
from console.web.visit import Forbidden, Visit
from console.web.wording import act_label, page_words
from models.programme.pack import UnknownInPack
from models.rules.access import Scope, grant_of
from tasks.queries.audit import verify_audit
from tasks.queries.audit_trail import (
    AuditFilter,
    AuditRow,
    acts_seen,
    audit_page,
    audit_trail,
    last_event,
)

pages = Pages()
EXPORTED = 50_000
"""So many events a file holds at most; what is older has its own file by dates."""


@pages.get("/audit", needs("audit"))
def audit(visit: Visit) -> Response:
    """What happened, the latest first."""
    work, query = visit.work, visit.query
    filters = _filter(visit)
    if query.get("format", "") in FORMATS:
        return _file(visit, audit_page(work, visit.viewer, filters=filters, limit=EXPORTED).rows)
    found = audit_page(
        work,
        visit.viewer,
        filters=filters,
        after=asked_number(query, "after"),
        before=asked_number(query, "before"),
    )
    return visit.render(
        "audit.html",
        page=found,
        query=query,
        acts=sorted(((one, act_label(one)) for one in acts_seen(work)), key=lambda pair: pair[1]),
        tables=list(work.programme.words["table"].items()),
        address=lambda **changes: other_address(query, **changes),
        may_verify=_sees_all(visit),
        table_label=lambda name: table_label(visit, name),
        trail_path=trail_path,
        facts=lambda row: shown_facts(work.programme, row.table, row.facts),
    )


@pages.post("/audit/verify", needs("audit"))
def verify(visit: Visit) -> Response:
    """Checks every hash of the chain and says which event is the first that does not fit."""
    if not _sees_all(visit):
        raise Forbidden("operation")
    with visit.looking() as work:
        return visit.render("audit_verified.html", broken=verify_audit(work), last=last_event(work))


@pages.get("/audit/{subject:path}", needs("audit"))
def trail(visit: Visit) -> Response:
    """Everything that happened to one object, with the facts of each event."""
    table, _, subject = visit.path("subject").partition(":")
    rows = audit_trail(visit.work, visit.viewer, visit.path("subject"))
    if visit.query.get("format", "") in FORMATS:
        return _file(visit, rows)
    return visit.render(
        "audit_trail.html",
        rows=rows,
        table=table,
        subject=subject,
        label=table_label(visit, table),
        facts=lambda row: shown_facts(visit.work.programme, row.table, row.facts),
        object_path=_OBJECTS.get(table, "") and f"/{_OBJECTS[table]}/{quote(subject, safe=':+')}",
    )


_OBJECTS = {
    "application": "application",
    "pair": "pair",
    "agreement": "pair",
    "voucher": "voucher",
    "step": "step",
    "organisation": "organisation",
    "letter": "letter",
}
"""Table → the page of its objects."""


def table_label(visit: Visit, table: str) -> str:
    """What objects of a table are called."""
    extra = page_words("tables")
    try:
        return str(extra.get(table, "")) or visit.house.programme.label("table", table)
    except UnknownInPack:
        return table


def trail_path(row: AuditRow) -> str:
    """Where the trail of an event's object is."""
    return f"/audit/{row.table}:{quote(row.subject, safe=':+')}"


def _filter(visit: Visit) -> AuditFilter:
    query = visit.query
    return AuditFilter(
        subject=asked_word(query, "subject"),
        table=asked_word(query, "table"),
        actor=asked_word(query, "actor"),
        act=asked_word(query, "act"),
        batch=asked_number(query, "batch"),
        since=asked_day(query, "since"),
        until=asked_day(query, "until"),
    )


def _sees_all(visit: Visit) -> bool:
    grant = grant_of(visit.viewer.role, "audit")
    return grant is not None and grant.scope is Scope.ALL and visit.viewer.role == "province_civil"


def _file(visit: Visit, rows: tuple[AuditRow, ...]) -> Response:
    words, programme = page_words("audit"), visit.house.programme
    return exported(
        words["title"],
        [words[name] for name in ("seq", "at", "actor", "act", "table", "subject", "name", "facts", "hash")],
        (
            [
                row.seq,
                row.at,
                row.actor_name,
                act_label(row.act),
                table_label(visit, row.table),
                row.subject,
                row.subject_name,
                " | ".join(f"{label} {text}" for label, text in shown_facts(programme, row.table, row.facts)),
                row.hash,
            ]
            for row in rows
        ),
        as_format=visit.query["format"],
    )
