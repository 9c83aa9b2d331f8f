"""Offices that are renamed or merged from a day on; what the old one owes moves by an act that shows it first."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, literal_column, or_, select, text, update
from sqlmodel import col

from models.organisation import Organisation
from models.prepared import Prepared
from models.step import Step, StepParty
from models.succession import OfficeName, Succession
from tasks import record
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.parties import TREE, current_office, forget_offices
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

RENAME = "organisation.rename"

_DUE_NAMES = Prepared(
    text(
        """
SELECT n.organisation, n.name FROM office_name AS n JOIN organisation AS o ON o.code = n.organisation
 WHERE n.name <> o.name AND n.since = (
       SELECT MAX(m.since) FROM office_name AS m WHERE m.organisation = n.organisation AND m.since <= :today)
 ORDER BY n.organisation
"""
    ).bindparams(bindparam("today", type_=Date))
)


@act(RENAME, by=("province_civil",), clauses=("K03",))
def rename_office(work: Work, organisation: str, *, name: str, since: date, document: str) -> OfficeName:
    """An office bears another name from a day on; steps, letters and papers of before keep the old one.

    A day to come is waited for. Raises BadInput for the present name, or a day not after the last change.
    """
    office = _office(work, organisation)
    last = _names(work, organisation)
    if not name.strip() or name == (last[-1].name if last else office.name):
        raise BadInput("succession.name_missing", field="name", name=office.name)
    if not document.strip():
        raise BadInput("act.reason_missing", field="document")
    before = last[-1].since if last else office.valid_from
    if since <= before:
        raise BadInput("succession.order", field="since", since=since, before=before)

    if not last:
        first = OfficeName(organisation=organisation, since=office.valid_from, name=office.name)
        work.session.add(first)
    renamed = OfficeName(organisation=organisation, since=since, name=name, document=document)
    work.session.add(renamed)
    record.note(
        work,
        "organisation",
        organisation,
        act=RENAME,
        old=office.name,
        new=name,
        since=since,
        document=document,
    )
    if since <= work.today:
        office.name = name
        forget_offices(work)
    work.session.flush()
    return renamed


@act("organisation.merge", by=("province_civil",), clauses=("K36",))
def merge_office(work: Work, organisation: str, *, successor: str, since: date, document: str) -> Succession:
    """An office ends, and from a day on another is who acts, owes and is written to in its place.

    Records keep the old office's code and name; its open steps are moved by `organisation.move_steps`. The successor
    is of the same line (civil affairs or rural revitalisation), of the same level or the one above.
    """
    office, heir = _office(work, organisation), _office(work, successor)
    known = work.session.get(Succession, organisation)
    if known is not None:
        raise AlreadyDone(
            "succession.merged", organisation=organisation, successor=known.successor, since=known.since
        )
    if not document.strip():
        raise BadInput("act.reason_missing", field="document")
    if office.code == heir.code or not _may_take_over(office, heir):
        raise BadInput(
            "succession.other_line", field="successor", organisation=organisation, successor=successor
        )
    gone = work.session.get(Succession, successor)
    if gone is not None:
        raise BadInput("succession.circle", field="successor", successor=successor, since=gone.since)

    office.valid_to = since - timedelta(days=1)
    merged = Succession(
        predecessor=organisation,
        successor=successor,
        since=since,
        document=document,
        officer=str(work.actor),
        at=work.now,
    )
    forget_offices(work)
    return record.create(
        work, merged, act="organisation.merge", successor=successor, since=since, document=document
    )


@act("organisation.move_steps", by=("province_civil",), clauses=("K36",))
def move_steps(work: Work, organisation: str, *, dry_run: bool = True) -> list[dict[str, Any]]:
    """Moves the open steps of a merged office to its successor: owner and every party of the ladder.

    Returns one row a step: key, due date, as what the old office stands in it, from whom to whom. Without
    `dry_run=false` it only shows them. Settled steps stay as they are.
    """
    heir = current_office(work, organisation)
    if heir == organisation:
        raise BadInput("succession.not_merged", field="organisation", organisation=organisation)
    found = _open_steps(work, organisation)
    parties = _parties(work, organisation)
    rows = [
        {
            "step": step.key,
            "due_on": step.due_on,
            "as": sorted(
                {*(["owner"] if step.owner == organisation else []), *parties.get(step.id or 0, [])}
            ),
            "from": organisation,
            "to": heir,
        }
        for step in found
    ]
    if dry_run or not rows:
        return rows

    _replace_parties(work, organisation, heir)
    for step in found:
        if step.owner == organisation:
            step.owner = heir
    record.note(
        work,
        "organisation",
        organisation,
        act="organisation.move_steps",
        successor=heir,
        steps=[row["step"] for row in rows],
    )
    work.session.flush()
    return rows


def names_due(work: Work) -> list[Chore]:
    """Names whose day has come."""
    return [
        Chore("opening", "rename_office", code, None, None, _bear(code, name))
        for code, name in _DUE_NAMES.rows(work.session, {"today": work.today})
    ]


def _bear(code: str, name: str) -> Perform:
    def perform(work: Work) -> Outcome:
        office = work.session.get_one(Organisation, code)
        if office.name == name:
            return Outcome(0)
        was, office.name = office.name, name
        forget_offices(work)
        record.note(work, "organisation", code, act="organisation.bear_name", old=was, new=name)
        return Outcome(1, ((code, was, name),))

    return perform


def _office(work: Work, code: str) -> Organisation:
    found = work.session.get(Organisation, code)
    if found is None or found.kind not in TREE:
        raise NotFound("succession.no_office", field="organisation", organisation=code)
    return found


def _may_take_over(office: Organisation, heir: Organisation) -> bool:
    line = office.kind.rpartition("_")[2]
    if heir.kind.rpartition("_")[2] != line or office.kind.startswith("province"):
        return False
    return heir.kind == office.kind or (office.kind.startswith("county") and heir.kind == f"city_{line}")


def _names(work: Work, organisation: str) -> list[OfficeName]:
    wanted = select(OfficeName).where(col(OfficeName.organisation) == organisation)
    return list(work.session.execute(wanted.order_by(col(OfficeName.since))).scalars())


def _open_steps(work: Work, organisation: str) -> list[Step]:
    told = select(col(StepParty.step_id)).where(col(StepParty.organisation) == organisation)
    wanted = select(Step).where(
        col(Step.state) == literal_column("'open'"),
        or_(col(Step.owner) == organisation, col(Step.id).in_(told)),
    )
    return list(work.session.execute(wanted.order_by(col(Step.key))).scalars())


def _parties(work: Work, organisation: str) -> dict[int, list[str]]:
    wanted = (
        select(col(StepParty.step_id), col(StepParty.party))
        .join(Step, col(Step.id) == col(StepParty.step_id))
        .where(col(StepParty.organisation) == organisation, col(Step.state) == "open")
    )
    found: dict[int, list[str]] = {}
    for step, party in work.session.connection().execute(wanted):
        found.setdefault(step, []).append(party)
    return found


def _replace_parties(work: Work, organisation: str, heir: str) -> None:
    still_open = select(col(Step.id)).where(col(Step.state) == "open")
    changed = update(StepParty).where(
        col(StepParty.organisation) == organisation, col(StepParty.step_id).in_(still_open)
    )
    work.session.connection().execute(changed.values(organisation=heir))
