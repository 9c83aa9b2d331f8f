"""All pairs of somebody's scope, and one pair whole: the page from which everything about it is reached."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.attached import attached
from console.web.listing import Column, answer, listed
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.opening import Batch
from models.states import MOVES
from tasks.queries.pair_list import PairRow, legs_shown, pair_list
from tasks.queries.pair_page import PairFacts, pair_events, pair_facts
from tasks.work import Work

pages = Pages()
PAIR_ACTS = ("agreement.replace_pair", "agreement.terminate", "fieldwork.report_incident")
"""What can be done with a pair as a whole; what hangs on it is done on its own pages."""


@pages.get("/pairs", needs("pairing"))
def pairs_page(visit: Visit) -> Response:
    """The pairs in the visitor's scope, with days, money and late steps of a work year."""
    work, query = visit.work, visit.query
    years = work_years_of(work)
    year = int(query["year"]) if query.get("year", "") in map(str, years) else min(work.today.year, years[-1])
    rows = [_row(work, one) for one in pair_list(work, visit.viewer, year=year)]
    words = page_words("pair_columns")
    columns = [
        Column("key", words["key"], "key", link="path"),
        Column("batch", words["batch"], "key", chosen=True),
        Column("city", words["city"], chosen=True),
        Column("sender", words["sender"]),
        Column("recipient", words["recipient"]),
        Column("nominator", words["nominator"]),
        Column("state", words["state"], "state", chosen=True),
        Column("agreement", words["agreement"], "state", chosen=True, link="agreement_path"),
        Column("days", words["days"], "number"),
        *(Column(leg, words[leg], "money") for leg in legs_shown(visit.viewer)),
        Column("late", words["late"], "number"),
    ]
    table = listed(visit, columns, rows, hidden=("year",))
    return answer(
        visit,
        "pairs.html",
        words["title"],
        table,
        rows,
        year=year,
        years=years,
        batches=batches_of(work),
    )


@pages.get("/pair/{pair}", needs("pairing"))
def pair_page(visit: Visit) -> Response:
    """One pair: who and why, dates, agreement, what is owed, money and days by year, evaluations, history."""
    key = visit.path("pair")
    visit.require("pairing", key)
    work = visit.work
    facts = pair_facts(work, visit.viewer, key)
    return visit.render(
        "pair.html",
        facts=facts,
        acts=_acts(visit, facts),
        legs=legs_shown(visit.viewer),
        files=attached(visit, ("pair", key)),
        year_today=work.today.year,
        events=pair_events(work, key) if visit.sees("audit", f"pair:{key}") else None,
    )


def batches_of(work: Work) -> list[Batch]:
    """The programme's batches."""
    return list(work.session.execute(select(Batch).order_by(col(Batch.number))).scalars())


def work_years_of(work: Work) -> list[int]:
    """The years of the programme that have begun, one at least."""
    rules = work.programme.rules(work.today)
    first, last = (rules.day(f"programme.{end}").year for end in ("starts_on", "ends_on"))
    return list(range(first, max(first, min(last, work.today.year)) + 1))


def _row(work: Work, one: PairRow) -> dict[str, Any]:
    label = work.programme.label
    return {
        "key": one.key,
        "path": f"/pair/{one.key}",
        "batch": work.batch(one.batch).label,
        "batch_code": one.batch,
        "city": one.city_name,
        "city_code": one.city,
        "sender": one.sender_name,
        "recipient": one.recipient_name,
        "nominator": one.nominator_name,
        "state": label("pair_state", one.state),
        "state_code": one.state,
        "agreement": label("agreement_state", one.agreement_state) if one.agreement_state else "",
        "agreement_path": f"/agreement/{one.key}" if one.agreement_state else "",
        "days": one.half_days / 2 if one.half_days % 2 else one.half_days // 2,
        **one.paid,
        "late": one.late or None,
    }


def _acts(visit: Visit, facts: PairFacts) -> list[ActLink]:
    """The acts that the pair's state allows."""
    moves = {move.act for move in MOVES["pair"] if facts.pair.state in move.origins}
    names = [
        one
        for one in PAIR_ACTS
        if one in moves or (one.startswith("fieldwork.") and facts.pair.state == "effective")
    ]
    back = f"/pair/{facts.pair.key}"
    return act_links(names, {"pair": facts.pair.key}, back, role=visit.viewer.role)
