"""`qianshou import` for sheets of many lines: senders, contacts and accounts, whole or not at all."""

from collections.abc import Mapping
from typing import Any

from console.commands.acting import actor_of
from documents.rosters import Kind
from models.messages import say
from models.rules.upload import plain_name
from tasks.bulk.plan import Plan
from tasks.bulk.sheets import ACTS, form_of, look_over, read_sheet
from tasks.file_store import keep_file
from tasks.postings import perform_once
from tasks.work import House, SentFile

Row = Mapping[str, Any]


def import_sheet(
    house: House, name: str, content: bytes, kind: Kind, batch: int, person: str, *, dry_run: bool
) -> Row:
    """Looks a sheet over as somebody and writes it unless `dry_run`; nothing is written while anything is wrong.

    A file that has nothing new in it is done: it changes nothing and is no error.
    """
    actor = actor_of(person)
    number = batch if kind.name == "senders" else None
    found = read_sheet(kind.name, name, content)
    with house.look(actor) as work:
        over = look_over(work, found, number)
    writes = not dry_run and not over.plan.faults and over.plan.writes
    if writes:
        kept = keep_file(house.home, content, plain_name(name))
        sent = SentFile("sheet", kept.sha256, kept.name, kept.media_type, kept.size)
        perform_once(house, ACTS[kind.name], actor, None, form_of(over, number), files=[sent])
    counts = over.plan.counts
    return {
        "file": name,
        "kind": kind.name,
        "application": say("bulk.told", **counts),
        "changes": counts["new"] + counts["changed"],
        "counts": counts,
        "problems": _problems(over.plan),
        "remarks": [*over.found.remarks, *over.found.ignored],
        "saved": writes,
    }


def _problems(plan: Plan) -> list[str]:
    told = []
    for one in plan.faults:
        facts = {"place": one.place.text, "label": one.label, "found": one.found, "text": one.text}
        told.append(say("bulk.problem", **facts, expected=one.expected or "-", clause=one.clause or "-"))
    return told
