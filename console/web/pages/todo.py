"""My to-do list, and what waits for others within my reach."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console.web.access import SIGNED_IN, needs
from console.web.listing import BulkAct
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.queries.at_hand import at_hand
from tasks.queries.below import Waiting, below_me, below_page, urgeable
from tasks.queries.first_form import batches_to_apply_to
from tasks.queries.matrix import PROVINCE
from tasks.queries.own_share import own_share
from tasks.queries.step_page import NO_CITY, TodoFilter
from tasks.queries.step_rows import TodoRow
from tasks.queries.todo import todo_counts, todo_page
from tasks.refusal import BadInput

pages = Pages()
PER_PAGE = 50
MONTHS = BulkAct("fieldwork.confirm_month", "pair,month")
"""What a sender may confirm many of at once (K31)."""
CONFIRMING = "S19C"
"""The step by which a sender owes the confirmation of a month."""
URGE = BulkAct("deadlines.remind_now", "step")
OF_MONEY = needs("spending")
"""What the page of money demands."""
BEGINNING = ("recipient", "county_civil", "city_civil")
"""Who may begin something while a batch is open without owing it: an application, or an institution's registration."""


@pages.get("/", SIGNED_IN)
def first_page(_visit: Visit) -> Response:
    """The first page after sign-in is what one owes."""
    return RedirectResponse("/todo", status_code=303)


@pages.get("/todo", SIGNED_IN, in_turn=True)
def todo(visit: Visit) -> Response:
    """What I owe by my duty, or with `office=1` all that my office owes, by date."""
    work, viewer, query = visit.work, visit.viewer, visit.query
    share = own_share(work, viewer)
    kinds = None if query.get("office") == "1" else share.kinds
    filters = replace(filter_of(query), kinds=kinds)
    listed = todo_page(work, viewer, after=query.get("after") or None, limit=PER_PAGE, filters=filters)
    counts = todo_counts(work, viewer, kinds)
    # What no step asks for is an officer's, too.
    is_officers = kinds is None or "officer" in share.duties
    # How to begin something is only said to those who owe nothing.
    begins = viewer.role in BEGINNING and not counts.open and is_officers
    return visit.render(
        "todo.html",
        counts=counts,
        listed=listed,
        query=query,
        mine=True,
        share=share,
        whole=kinds is None and (share.is_office or share.kinds is not None),
        groups=(),
        narrowed=(),
        at_hand=at_hand(work, viewer) if is_officers else (),
        together=together(listed.rows),
        money=share.is_money and kinds is not None,
        sees_money=OF_MONEY.allows(viewer),
        urge=None,
        urged=frozenset(),
        beginning=batches_to_apply_to(work, viewer.organisation)[0] if begins else (),
    )


@pages.get("/todo/below", SIGNED_IN, in_turn=True)
def below(visit: Visit) -> Response:
    """What waits for others: how much where, and each step."""
    work, viewer, query = visit.work, visit.viewer, visit.query
    listed = below_page(
        work, viewer, after=query.get("after") or None, limit=PER_PAGE, filters=filter_of(query)
    )
    groups = below_me(work, viewer)
    return visit.render(
        "todo.html",
        counts=todo_counts(work, viewer),
        listed=listed,
        query=query,
        mine=False,
        share=own_share(work, viewer),
        whole=False,
        groups=groups,
        narrowed=_narrowed(visit, groups),
        at_hand=(),
        together="",
        money=False,
        sees_money=False,
        urge=URGE if (keys := urgeable(work, viewer, listed.rows)) else None,
        urged=keys,
        beginning=(),
    )


def _narrowed(visit: Visit, groups: Sequence[Waiting]) -> list[str]:
    """What the list is narrowed to, in words; what the form itself shows is left out."""
    query, programme, found = visit.query, visit.house.programme, []
    city, kind, owner = (query.get(name, "") for name in ("city", "kind", "owner"))
    if city == PROVINCE:
        found.append(programme.label("artifact", PROVINCE))
    found += [one.name for one in visit.house.divisions.all if one.code == city]
    found += [one.title for one in programme.steps if one.id == kind]
    found += [one.name for one in groups if owner and one.code == owner]
    found += [query[name] for name in ("from", "until") if query.get(name)]
    return list(dict.fromkeys(found))


def together(rows: Sequence[TodoRow]) -> str:
    """The form in which all months that wait for the visitor are confirmed at once; '' for less than two."""
    keys = [one.subject.replace(":", ",", 1) for one in rows if one.kind == CONFIRMING]
    few = 2
    if len(keys) < few:
        return ""
    return "/bulk?" + urlencode(
        [("act", f"{MONTHS.name}:{MONTHS.parameter}"), *(("key", one) for one in keys)]
    )


def filter_of(query: Mapping[str, str]) -> TodoFilter:
    """The filter that an address's parameters ask for."""
    batch, city = query.get("batch", ""), query.get("city", "")
    return TodoFilter(
        kind=query.get("kind") or None,
        batch=int(batch) if batch.isdecimal() else None,
        city=NO_CITY if city == PROVINCE else city or None,
        stage=query.get("stage") or None,
        overdue=query.get("overdue") == "1",
        owner=query.get("owner") or None,
        due_from=_day(query, "from"),
        due_until=_day(query, "until"),
        with_own=query.get("own") == "1",
    )


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("web.bad_day", field=name, found=text) from None
