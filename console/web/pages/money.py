"""What is owed and paid: the year's legs, one voucher, what was spent of it; entry, approval and receipt."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.attached import attached
from console.web.listing import BulkAct, Column, answer, listed
from console.web.routes import Pages
from console.web.terms import term_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.messages import say
from models.states import MOVES
from tasks.queries.money_rows import TO_ENTER, MoneyRow, money_rows
from tasks.queries.pair_names import pairs_named
from tasks.queries.payee_account import payee_account_name
from tasks.queries.scope import own_offices
from tasks.queries.spending_rows import spending_rows
from tasks.queries.voucher_sheet import voucher_sheet
from tasks.refusal import NotFound

pages = Pages()

MARKS = {
    "to_enter": "warn",
    "entered": "warn",
    "paid": "warn",
    "received": "fine",
    "waiting": "idle",
    "cancelled": "idle",
    "reversed": "bad",
}
"""How the state of a row is marked beside its word."""


@pages.get("/money", needs("spending"))
def money(visit: Visit) -> Response:
    """The legs of a work year: what is to be entered, approved, received."""
    term, offered = term_of(visit)
    pair = visit.query.get("pair", "")
    sheet = money_rows(visit.work, visit.viewer, term.batch, term.year, pair=pair)
    own = own_offices(visit.work, visit.viewer.organisation)
    rows = [_row(visit, one, own, term.batch, term.year) for one in sheet.rows]
    words = page_words("money")["columns"]
    columns = [
        Column("leg_label", words["leg"], chosen=True),
        Column("state", words["state"], kind="state", chosen=True, link="path"),
        Column("fen", words["fen"], kind="money"),
        Column("payer", words["payer"]),
        Column("payee", words["payee"]),
        Column("pairs", words["pairs"], link="pair_path"),
        Column("due_on", words["due_on"], kind="day"),
        Column("held", words["held"], kind="number"),
        Column("people", words["people"]),
        Column("act", words["act"], link="act_path"),
    ]
    bulk = [
        one
        for one in (
            BulkAct("disbursement.enter_payment", "leg,year,pairs"),
            BulkAct("disbursement.approve_payment", "voucher"),
            BulkAct("disbursement.confirm_receipt", "voucher"),
        )
        if any(row["can"] == one.name for row in rows)
    ]
    table = listed(visit, columns, rows, bulk=bulk, hidden=("batch", "year", "pair"))
    return answer(
        visit, "money.html", page_words("money")["title"], table, rows, term=term, terms=offered,
        totals=sheet.totals, pair=pair,
    )  # fmt: skip


@pages.get("/money/enter", needs("spending"))
def enter_page(visit: Visit) -> Response:
    """The entry of one transfer, filled with all that is known; where several could be meant, which one."""
    term, _offered = term_of(visit)
    pair, city, leg = (visit.query.get(name, "") for name in ("pair", "city", "leg"))
    sheet = money_rows(visit.work, visit.viewer, term.batch, term.year, pair=pair)
    own = own_offices(visit.work, visit.viewer.organisation)
    found = [
        one
        for one in sheet.rows
        if one.state == TO_ENTER and one.payer in own and leg in ("", one.leg) and city in ("", one.city)
    ]
    back = _address("/money", batch=term.batch, year=term.year)
    if len(found) != 1:
        choices = [(one, _enter_path(one, term.batch, term.year)) for one in found]
        return visit.render("money_choice.html", term=term, choices=choices, back=back)
    row = found[0]
    rules = visit.work.rules(term.batch)
    return visit.render(
        "money_entry.html",
        term=term,
        row=row,
        account=payee_account_name(visit.work, row.leg, row.pairs[0]),
        each=row.fen // len(row.pairs),
        names=_names_of_pairs(visit, row.pairs),
        sources=rules.names("funds.sources"),
        clauses=[visit.work.programme.clause(one) for one in visit.work.programme.leg(row.leg).clauses],
        back=back,
    )


@pages.get("/money/spending", needs("spending"))
def spending(visit: Visit) -> Response:
    """What was spent of what was received, by pair, side and category; money raised besides."""
    term, offered = term_of(visit)
    sheet = spending_rows(visit.work, visit.viewer, term.batch, term.year, pair=visit.query.get("pair", ""))
    words = page_words("money")["spending"]
    rows = [
        {
            "pair": one.pair,
            "pair_path": f"/pair/{quote(one.pair)}",
            "institution": one.institution,
            "side": visit.work.programme.party_label(one.side),
            "received": one.received,
            "spent": one.spent,
            "left": one.received - one.spent,
            "own": one.own,
            "lines": one.text,
            "act": words["record"] if one.organisation == visit.viewer.organisation else None,
            "act_path": _act_path("disbursement.record_spending", one.pair, term.year, visit)
            if one.organisation == visit.viewer.organisation
            else "",
        }
        for one in sheet.rows
    ]
    columns = [
        Column("pair", words["pair"], kind="key", link="pair_path"),
        Column("institution", words["institution"]),
        Column("side", words["side"], chosen=True),
        Column("received", words["received"], kind="money"),
        Column("spent", words["spent"], kind="money"),
        Column("left", words["left"], kind="money"),
        Column("lines", words["lines"]),
        Column("own", words["own"], kind="money"),
    ]
    if any(row["act"] for row in rows):
        columns.append(Column("act", page_words("money")["columns"]["act"], link="act_path"))
    table = listed(visit, columns, rows, hidden=("batch", "year", "pair"))
    own_funds = _own_funds_links(visit, sheet.rows, term.year)
    return answer(
        visit, "spending.html", words["title"], table, rows, term=term, terms=offered, sheet=sheet,
        own_funds=own_funds,
    )  # fmt: skip


@pages.get("/voucher/{key:path}", needs("spending"))
def voucher_page(visit: Visit) -> Response:
    """One transfer whole, with what can be done about it now."""
    key = visit.path("key")
    kind = f"leg_{key[:1].lower()}"
    if kind not in ("leg_a", "leg_b", "leg_c"):
        raise NotFound("web.not_yours", subject=key)
    visit.require(kind, key)
    sheet = voucher_sheet(visit.work, visit.viewer, key)
    return visit.render(
        "voucher.html",
        sheet=sheet,
        leg=visit.work.programme.leg(sheet.voucher.leg),
        files=attached(visit, ("voucher", key)),
        mark=MARKS[sheet.voucher.state],
        acts=_voucher_acts(visit, sheet.voucher),
        is_maker=visit.viewer.person == sheet.voucher.maker,
        back=_address("/money", batch=sheet.voucher.batch, year=sheet.voucher.year),
    )


def _row(visit: Visit, one: MoneyRow, own: list[str], batch: int, year: int) -> dict[str, Any]:
    states, words = page_words("money")["states"], page_words("money")
    path = f"/voucher/{quote(one.voucher, safe=':+')}" if one.voucher else ""
    row: dict[str, Any] = {
        "leg_label": words["legs"].get(one.leg) or visit.work.programme.leg(one.leg).label,
        "leg": one.leg,
        "state": states[one.state],
        "state_mark": MARKS[one.state],
        "path": path,
        "fen": one.fen,
        "payer": one.payer_name,
        "payee": one.payee_name,
        "pairs": _short(one.pairs),
        "pair_path": f"/pair/{quote(one.pairs[0])}" if len(one.pairs) == 1 else "",
        "due_on": one.due_on,
        "held": one.held,
        "people": " / ".join(name for name in (one.maker_name, one.checker_name) if name)
        or " ".join(visit.work.programme.label("gate", gate) for gate in one.closed_gates),
        "can": "",
        "act": None,
        "act_path": path,
    }
    if one.state == TO_ENTER and one.payer in own:
        row |= {"act": words["enter"], "act_path": _enter_path(one, batch, year)}
        row |= {"can": "disbursement.enter_payment", "key": f"{one.leg},{year},{'+'.join(one.pairs)}"}
    elif one.state == "entered" and one.payer in own and one.maker != visit.viewer.person:
        row |= {"act": words["approve"], "can": "disbursement.approve_payment", "key": one.voucher}
    elif one.state == "paid" and one.payee in own:
        row |= {"act": words["confirm"], "can": "disbursement.confirm_receipt", "key": one.voucher}
    return row


def _short(pairs: tuple[str, ...]) -> str:
    """The pairs of a row: all of two, the first and how many of more."""
    few = 2
    return " ".join(pairs) if len(pairs) <= few else say("web.and_more", first=pairs[0], count=len(pairs))


def _enter_path(one: MoneyRow, batch: int, year: int) -> str:
    given: dict[str, object] = {"batch": batch, "year": year, "leg": one.leg}
    given |= {"city": one.city} if one.leg == "A" else {"pair": one.pairs[0]}
    return _address("/money/enter", **given)


def _address(path: str, **given: object) -> str:
    return f"{path}?{urlencode({name: str(value) for name, value in given.items()})}"


def _names_of_pairs(visit: Visit, keys: tuple[str, ...]) -> Mapping[str, str]:
    found = pairs_named(visit.work, keys)
    return {key: f"{found[key].sender_name} → {found[key].recipient_name}" for key in keys}


def _voucher_acts(visit: Visit, voucher: Any) -> list[ActLink]:
    """What the payer or the payee may do with a voucher as it stands; who entered it does not approve it."""
    own = own_offices(visit.work, visit.viewer.organisation)
    legal = [move.act for move in MOVES["voucher"] if voucher.state in move.origins]
    names = []
    if voucher.payee in own:
        names += [one for one in legal if one == "disbursement.confirm_receipt"]
    if voucher.payer in own:
        maker = voucher.maker in (visit.viewer.person, visit.viewer.in_place_of)
        barred = ("disbursement.approve_payment", "disbursement.reverse_payment") if maker else ()
        names += [one for one in legal if one != "disbursement.confirm_receipt" and one not in barred]
    back = f"/voucher/{quote(voucher.key, safe=':+')}"
    return act_links(names, {"voucher": voucher.key}, back, role=visit.viewer.role)


def _act_path(name: str, pair: str, year: int, visit: Visit) -> str:
    given = {"pair": pair, "year": str(year)}
    links = act_links([name], given, _address("/money/spending", year=year), role=visit.viewer.role)
    return links[0].path if links else ""


def _own_funds_links(visit: Visit, rows: Any, year: int) -> list[tuple[str, str]]:
    return [
        (one.pair, _act_path("disbursement.record_own_funds", one.pair, year, visit))
        for one in rows
        if one.organisation == visit.viewer.organisation
    ]
