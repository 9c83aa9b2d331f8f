"""Stamped scans filed: with the application each is of, by its version code, its name or the form beside it (K23)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from documents.reading.signs import squeezed
from documents.version_code import parse_code
from models.application import CLOSED_STATES, Application, Submission
from models.messages import say
from tasks.attaching import attach_file
from tasks.intake.placing import Placed
from tasks.intake.recognising import FORM, SCAN, Recognised
from tasks.parties import name_of
from tasks.scan_versions import version_problem
from tasks.work import SentFile, Work

Filed = tuple[dict[str, Any], Recognised]
"""What was found of a file, and the file."""


def file_scans(work: Work, number: str, files: Sequence[Filed], placed: Placed) -> None:
    """Attaches each scan to its application, as far as it says which, and to the city's list where the city sent it.

    The findings say what was done. A scan that is of no application lies with the list alone, which offices read: it
    may name all of a city's applicants.
    """
    scans = [(finding, one) for finding, one in files if one.kind == SCAN and one.kept is not None]
    goals = [application_on(work, one, placed) for _, one in scans]
    if (beside := _only_form(work, files)) is not None and _is_of_it(scans, goals):
        goals = [beside]
    for (finding, one), goal in zip(scans, goals, strict=True):
        if one.kept is not None:
            finding |= _file_scan(work, number, one.kept, placed, goal)


def application_on(work: Work, one: Recognised, placed: Placed) -> Application | None:
    """The application that a scan says it is of, by its code or its name; None for none, for several, for another's.

    A code names one version of one application. A name names it by the institution; where one institution's name is
    part of another's, the longer one is meant.
    """
    printed = parse_code(one.kept.code) if one.kept is not None else None
    if printed is not None:
        return _theirs(work.session.get(Application, printed.application), placed)
    if placed.batch is None or _is_list(one):
        return None
    wanted = select(Application).where(
        col(Application.batch) == placed.batch, col(Application.state).not_in(CLOSED_STATES)
    )
    if placed.city is not None:
        wanted = wanted.where(col(Application.city) == placed.city)
    known = [
        (squeezed(name_of(work, found.uscc)), found)
        for found in work.session.execute(wanted.order_by(col(Application.key))).scalars()
    ]
    named = [(name, found) for name, found in known if name in squeezed(one.name)]
    meant = [found for name, found in named if not any(name in other != name for other, _ in named)]
    return _theirs(meant[0], placed) if len(meant) == 1 else None


def _theirs(found: Application | None, placed: Placed) -> Application | None:
    if found is None or found.batch != placed.batch:
        return None
    return found if placed.may_file(found.city, found.nominator, found.uscc) else None


def _only_form(work: Work, files: Sequence[Filed]) -> Application | None:
    """The application of the one form of a mail; None where there are several, or it was not filed."""
    forms = [finding for finding, one in files if one.kind == FORM]
    return work.session.get(Application, forms[0]["about"]) if len(forms) == 1 else None


def _is_of_it(scans: Sequence[Filed], goals: Sequence[Application | None]) -> bool:
    """Whether a mail's only scan can be of nothing but its only form: it names nothing, and not itself a list."""
    return len(scans) == 1 and goals[0] is None and not _names_something(scans[0][1])


def _names_something(one: Recognised) -> bool:
    return _is_list(one) or (one.kept is not None and bool(one.kept.code))


def _is_list(one: Recognised) -> bool:
    plain = squeezed(one.name)
    return any(word in plain for word in say("intake.list_names").split())


def _file_scan(
    work: Work, number: str, kept: SentFile, placed: Placed, application: Application | None
) -> dict[str, Any]:
    key, note = f"{placed.batch}:{placed.city}", say("intake.from_mail", number=number)
    is_placed = placed.city is not None and work.session.get(Submission, key) is not None
    is_listed = is_placed and placed.may_file(placed.city or "")
    if is_listed:
        attach_file(work, "submission", key, kept, note)
    if application is not None:
        attach_file(work, "application", application.key, kept, note)
    elif not is_listed:
        waits = "batch" if placed.batch is None else "sender" if is_placed else "place"
        return {"waits": waits, "problems": [say(f"intake.{'not_their_list' if is_placed else 'no_city'}")]}
    other = version_problem(work, kept.code)
    return {
        "about": key if application is None else application.key,
        "done": "attached" if application is None else "with_both" if is_listed else "with_application",
        "problems": [other] if other else [],
    }
