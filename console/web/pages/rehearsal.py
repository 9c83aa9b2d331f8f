"""The rehearsal: the letters of the next days before they are written, and what another date would change in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.asked import asked_day, asked_number, asked_word
from console.web.listing import Column, answer, listed
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.messages import say
from models.rules.access import Scope, grant_of
from notifications.catalogue import letter_kind
from tasks.queries.rehearsal import Move, RehearsedLetter, RehearsedLine, rehearse, waiting_letters
from tasks.queries.rehearsal_difference import moved_batch, moved_step, rehearse_difference, why
from tasks.refusal import BadInput

pages = Pages()
DAYS = 5
DIFFERENCE_DAYS = 10
LONGEST = 92
"""So many days ahead at most."""
MOST = 3_000
"""So many lines a rehearsal shows at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a rehearsed letter, as the table shows it."""

    letter: RehearsedLetter
    matter: str
    step: str
    reason: str
    clauses: tuple[str, ...]


@pages.get("/letters/rehearsal", needs("reminder"))
def rehearsal(visit: Visit) -> Response:
    """The letters of the next days if nobody did anything: everybody's for the province, else one's own."""
    words, days = page_words("rehearsal"), _days(visit, DAYS)
    found = list(islice(_rehearsed(visit, days), MOST))
    rows = [
        {
            "day": one.letter.day,
            "name": one.letter.name,
            "address": one.letter.address or say("rehearsal.nowhere"),
            "kind": letter_kind(one.letter.kind).label,
            "matter": one.matter,
            "step": f"/step/{quote(one.step, safe=':+')}" if one.step else "",
            "why": one.reason,
            "clauses": one.clauses,
        }
        for one in found
    ]
    columns = (
        Column("day", words["day"], "day", chosen=True),
        Column("name", words["name"]),
        Column("address", words["address"]),
        Column("kind", words["kind"], chosen=True),
        Column("matter", words["matter"], link="step"),
        Column("why", words["why"]),
        Column("clauses", words["clauses"], "clauses"),
    )
    return answer(
        visit,
        "letters_rehearsal.html",
        words["title"],
        listed(visit, columns, rows, hidden=("days",)),
        rows,
        days=days,
        everybody=_sees_everybody(visit),
        is_cut=len(found) == MOST,
    )


@pages.get("/letters/rehearsal/difference", needs("batch", "A"))
def difference(visit: Visit) -> Response:
    """What another date would change in the letters of the next days; nothing is moved."""
    query, days = visit.query, _days(visit, DIFFERENCE_DAYS)
    moves = _moves(visit)
    changed = [] if moves is None else rehearse_difference(visit.work, days, moves)
    return visit.render(
        "letters_difference.html",
        query=query,
        days=days,
        is_asked=moves is not None,
        moved=len(moves or ()),
        changed=changed[:MOST],
        line=_line,
        batches=visit.work.programme.batches,
    )


def _days(visit: Visit, otherwise: int) -> int:
    found = asked_number(visit.query, "days", most=LONGEST)
    return otherwise if found is None else found


def _moves(visit: Visit) -> list[Move] | None:
    """The moves that the address asks for; None where it asks for none yet."""
    query, work = visit.query, visit.work
    step, batch = asked_word(query, "step"), asked_number(query, "batch")
    if step is None and batch is None:
        return None
    moves = []
    if step is not None:
        until = asked_day(query, "until")
        if until is None:
            raise BadInput("web.missing_field", field="until", label=page_words("rehearsal")["until"])
        moves.append(moved_step(work, step, until))
    if batch is not None:
        submit_by, post_by = asked_day(query, "submit_by"), asked_day(query, "post_by")
        moves += moved_batch(work, batch, submit_by=submit_by, post_by=post_by)
    return moves


def _sees_everybody(visit: Visit) -> bool:
    grant = grant_of(visit.viewer.role, "reminder")
    return grant is not None and grant.scope is Scope.ALL


def _rehearsed(visit: Visit, days: int) -> Iterator[Told]:
    work = visit.work
    person = "" if _sees_everybody(visit) else visit.viewer.person
    waiting = (one for one in waiting_letters(work, days) if person in ("", one.person))
    return (line for one in chain(waiting, rehearse(work, days, person=person)) for line in _told(one))


def _told(letter: RehearsedLetter) -> Iterator[Told]:
    if not letter.lines:
        yield Told(letter, letter.subject, "", say("rehearsal.waiting"), letter_kind(letter.kind).clauses)
    for line in letter.lines:
        yield Told(letter, _line(line), line.step, why(line), line.clauses)


def _line(line: RehearsedLine) -> str:
    if line.steps > 1:
        return say("rehearsal.many", title=line.title, level=line.level, steps=line.steps)
    words = say("rehearsal.line", step=line.step, title=line.title, level=line.level)
    return f"{words} {say('rehearsal.instead', person=line.on_behalf_of)}" if line.on_behalf_of else words
