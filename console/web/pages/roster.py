"""Shenzhen's roster of a batch: the senders, how each stands, and what the bureau does with them (S11, K05)."""

from typing import Any

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.listing import Column, answer, listed
from console.web.pages.pairs import batches_of
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.states import MOVES
from tasks import steps
from tasks.queries.roster_list import RosterRow, roster_list
from tasks.refusal import NotFound

pages = Pages()
ROW_ACTS = ("pairing.withdraw_sender", "pairing.restore_sender")


@pages.get("/roster/{batch}", needs("roster"))
def roster_page(visit: Visit) -> Response:
    """The senders of a batch; a sender sees its own line."""
    batch = batch_number(visit)
    work, role, here = visit.work, visit.viewer.role, f"/roster/{batch}"
    found = work.batch(batch)
    rows = [_row(visit, one, batch) for one in roster_list(work, visit.viewer, batch)]
    words = page_words("roster_columns")
    acting = role == "sender_bureau"
    columns = [
        Column("sender", words["sender"]),
        Column("state", words["state"], "state", chosen=True),
        Column("strengths", words["strengths"]),
        Column("contact", words["contact"], "key"),
        Column("email", words["email"]),
        Column("account", words["account"]),
        Column("pair", words["pair"], "key", link="pair_path"),
        *([Column("act", words["act"], "key", link="act_path")] if acting else []),
    ]
    is_open = steps.is_open(work, "S11", str(batch))
    names = ["pairing.register_sender", *(["pairing.close_roster"] if is_open else [])]
    table = listed(visit, columns, rows)
    return answer(
        visit,
        "roster.html",
        words["title"],
        table,
        rows,
        batch=found,
        batches=batches_of(work),
        is_open=is_open,
        acts=act_links(names, {"batch": str(batch)}, here, role=role) if found.opened_on else [],
        available=sum(one["code"] == "available" for one in rows),
    )


def batch_number(visit: Visit) -> int:
    """The batch of the address; raises NotFound for what is no number."""
    text = visit.path("batch")
    if not text.isdecimal() or len(text) > len("9999"):
        raise NotFound("web.not_yours", subject=text)
    return int(text)


def _row(visit: Visit, one: RosterRow, batch: int) -> dict[str, Any]:
    legal = {move.act for move in MOVES["roster_entry"] if one.state in move.origins}
    given = {"batch": str(batch), "sender": one.sender}
    links = act_links(
        [name for name in ROW_ACTS if name in legal], given, f"/roster/{batch}", role=visit.viewer.role
    )
    return {
        "key": one.sender,
        "sender": one.name,
        "code": one.state,
        "state": visit.work.programme.label("roster_state", one.state),
        "strengths": one.strengths,
        "contact": one.contact,
        "email": one.email,
        "account": one.account,
        "pair": one.pair,
        "pair_path": f"/pair/{one.pair}" if one.pair else "",
        "act": links[0].label if links else "",
        "act_path": links[0].path if links else "",
    }
