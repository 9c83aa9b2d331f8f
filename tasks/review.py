"""The review: panel, interests, scores, ranking and the province's decision (S09, S10; K25, A23)."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.application import Application
from models.opening import Batch
from models.organisation import Duty, Organisation
from models.prepared import Prepared
from models.review import Assessment, Decision, PanelMember
from models.rules.breach import RuleBroken, hard
from models.rules.review import (
    Applicant,
    Reviewer,
    Score,
    Standing,
    assignment_breaches,
    meeting_breaches,
    panel_breaches,
    ranking,
    score_breaches,
    tie_breaches,
)
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import application_of, copy_holders, require_reason
from tasks.letters import tell
from tasks.opening import require_dates
from tasks.parties import Scope, name_of
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tasks.work import Work

STAGE = "review"
ON_THE_WAY = ("ranked", "emailed", "correcting")
"""States in which the formal check of an application is not over."""


class Member(BaseModel):
    """One member of a panel as the province names them."""

    person: str
    city: str | None = None
    chair: bool = False


@act("review.form_panel", by=("province_civil",), clauses=("K25",))
def form_panel(work: Work, batch: int, *, members: list[Member]) -> list[PanelMember]:
    """Names the panel of a batch: at least so many, an odd number, one in the chair (A23).

    Raises RuleBroken for its size, BadInput without exactly one chair or for somebody who is no reviewer.
    """
    found = require_dates(work, batch)
    if found.state not in ("announced", "open"):
        raise AlreadyDone("review.begun", batch=found.label)
    if work.session.execute(select(PanelMember).where(col(PanelMember.batch) == batch)).first():
        raise AlreadyDone("review.panel_formed", batch=found.label)
    breaches = panel_breaches([Reviewer(one.person, one.city or "") for one in members], work.rules(batch))
    if breaches:
        raise RuleBroken(breaches)
    if sum(one.chair for one in members) != 1:
        raise BadInput("review.one_chair", field="members", found=sum(one.chair for one in members))
    homes = {one.person: _office_of(work, one.person).city for one in members}
    cities = {one.person: one.city or homes[one.person] for one in members}

    rows = [
        PanelMember(batch=batch, person=one.person, city=cities[one.person], chair=one.chair)
        for one in members
    ]
    work.session.add_all(rows)
    work.session.flush()
    record.note(
        work,
        "panel_member",
        str(batch),
        act="review.form_panel",
        batch=batch,
        members=[[row.person, row.city, row.chair] for row in rows],
    )
    return rows


def _office_of(work: Work, person: str) -> Organisation:
    """The organisation that a reviewer stands for; raises BadInput for somebody who is not registered as one."""
    wanted = select(Organisation).join(Duty, col(Duty.organisation) == col(Organisation.code))
    found = work.session.execute(
        wanted.where(col(Duty.person) == person, col(Duty.duty) == "reviewer").order_by(
            col(Organisation.code)
        )
    ).scalars()
    office: Organisation | None = found.first()
    if office is None:
        raise BadInput("review.no_reviewer", field="members", person=person)
    return office


@act("review.declare_interest", by=("reviewer",), clauses=("K25",))
def declare_interest(work: Work, application: str, *, conflict: bool, reason: str = "") -> Assessment:
    """A reviewer declares an interest in one application or none; with a conflict the reviewer is out of it."""
    found = application_of(work, application)
    assessment = _own_assessment(work, found)
    if assessment.declared_at is not None:
        raise AlreadyDone("review.declared", application=application)
    if conflict and not reason.strip():
        raise BadInput("act.reason_missing", field="reason")

    assessment.conflict, assessment.conflict_reason, assessment.declared_at = conflict, reason, work.now
    record.note(
        work,
        "assessment",
        f"{application}/{assessment.reviewer}",
        act="review.declare_interest",
        batch=found.batch,
        conflict=conflict,
        reason=reason,
    )
    if conflict:
        steps.settle_step(work, "S09", f"{application}:{assessment.reviewer}")
    return assessment


@act("review.score", by=("reviewer",), clauses=("K25",))
def score_application(
    work: Work, application: str, *, scores: dict[str, int], remark: str = ""
) -> Assessment:
    """A reviewer without conflict scores one application by the pack's criteria; the points are their mean.

    Raises RuleBroken for an undeclared or barred reviewer and for points off the scale, BadInput for other criteria.
    """
    found = application_of(work, application)
    assessment = _own_assessment(work, found)
    if assessment.scored_at is not None:
        raise AlreadyDone("review.scored", application=application)
    rules = work.rules(found.batch)
    criteria = rules.names("review.criteria")
    if sorted(scores) != sorted(criteria):
        raise BadInput("review.criteria", field="scores", wanted=work.programme.labels("criterion", criteria))
    member = work.session.get_one(PanelMember, (found.batch, assessment.reviewer))
    breaches = list(assignment_breaches(_reviewer(member, [assessment]), _applicant(found), rules))
    for value in scores.values():
        breaches += score_breaches(Score(application, assessment.reviewer, value), (), rules)
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    assessment.scores, assessment.remark, assessment.scored_at = scores, remark, work.now
    assessment.total_tenths = round(10 * sum(scores.values()) / len(scores))
    record.note(
        work,
        "assessment",
        f"{application}/{assessment.reviewer}",
        act="review.score",
        batch=found.batch,
        scores=scores,
        remark=remark,
    )
    steps.settle_step(work, "S09", f"{application}:{assessment.reviewer}")
    return assessment


@act("review.decide", by=("province_civil",), clauses=("K25",))
def decide_batch(
    work: Work,
    batch: int,
    *,
    approved: list[str],
    waiting: list[str],
    rejected: dict[str, str],
    minutes: str,
    document: str,
) -> Decision:
    """The province decides on every application of a batch, with the panel's minutes; the order given settles ties.

    Raises RuleBroken without quorum, scores enough or with an open tie (A23), BadInput when an application is left
    out, named twice, or the minutes are missing.
    """
    found = require_dates(work, batch)
    applications = {one.key: one for one in _applications(work, batch, "checked", "correcting")}
    named = [*approved, *waiting, *rejected]
    left_out, unknown = sorted(applications.keys() - set(named)), sorted(set(named) - applications.keys())
    if left_out or unknown or len(named) != len(set(named)):
        raise BadInput("review.decision_incomplete", field="approved", left_out=left_out, unknown=unknown)
    for reason in rejected.values():
        require_reason(reason)
    if not minutes.strip() or not document.strip():
        raise BadInput("review.minutes_missing", field="minutes")
    _check_meeting(work, batch, [*applications.values()], [*approved, *waiting], named)

    decision = Decision(
        batch=batch,
        decided_on=work.today,
        minutes=minutes,
        document=document,
        approved=len(approved),
        waiting=len(waiting),
        rejected=len(rejected),
    )
    record.create(
        work, decision, act="review.decide", approved=approved, waiting=waiting, rejected=sorted(rejected)
    )
    for place, key in enumerate((*approved, *waiting), start=1):
        applications[key].province_rank = place
        record.move(
            work,
            applications[key],
            "approved" if key in approved else "waiting",
            act="review.decide",
            rank=place,
            copies=copy_holders(work, applications[key]) if key in approved else None,
        )
    for key, reason in rejected.items():
        applications[key].remark = reason
        record.move(work, applications[key], "rejected", act="review.decide", reason=reason)
    record.move(work, found, "pairing", act="review.decide", document=document)
    steps.settle_step(work, "S10", str(batch))
    for step in steps.open_steps(work, "S09", batch=batch):
        steps.cancel_step(work, "S09", step.subject)
    open_pairing(work, found)

    _tell_decision(work, applications, approved, waiting, rejected, document)
    return decision


def _check_meeting(
    work: Work, batch: int, judged: list[Application], chosen: list[str], chair_order: Sequence[str]
) -> None:
    rules = work.rules(batch)
    assessments = _assessments(work, batch)
    members = list(work.session.execute(select(PanelMember).where(col(PanelMember.batch) == batch)).scalars())
    panel = [_reviewer(member, assessments) for member in members]
    present = {one.reviewer for one in assessments if one.declared_at is not None}
    scores = _scores(assessments)
    standings = ranking(scores, chair_order)
    breaches = [*meeting_breaches(panel, present, scores, [_applicant(one) for one in judged], rules)]
    breaches += tie_breaches(standings, chair_order, rules)
    by_scores = [one.application for one in standings if one.application in chosen]
    if not breaches and by_scores != chosen:
        breaches.append(hard("review.out_of_order", "A23", "approved", found=chosen, expected=by_scores))
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))


def _tell_decision(
    work: Work,
    applications: dict[str, Application],
    approved: list[str],
    waiting: list[str],
    rejected: dict[str, str],
    document: str,
) -> None:
    for key, application in sorted(applications.items()):
        facts = {
            "batch": application.batch,
            "institution": name_of(work, application.uscc),
            "application": key,
            "decided_on": work.today,
            "reason": rejected.get(key, document),
        }
        kind = "decision_declined"
        if key in approved:
            kind = "decision_approved"
        elif key in waiting:
            kind, facts["rank"] = "decision_waiting", waiting.index(key) + 1
        told = [application.uscc, application.nominator, f"{application.city}-mz"]
        tell(work, kind, to=told, subject=key, batch=application.batch, facts=facts)


def open_pairing(work: Work, batch: Batch, number: int = 1) -> None:
    """Opens S12 of a round once the batch is decided and Shenzhen's roster is closed (K26)."""
    decision = work.session.get(Decision, batch.number)
    if decision is not None and not steps.is_open(work, "S11", str(batch.number)):
        scope = Scope(batch=batch.number)
        subject, anchors = f"{batch.number}:{number}", {"decided": decision.decided_on}
        steps.open_step(work, "S12", subject, scope=scope, anchors=anchors)


def ranking_of(work: Work, batch: int) -> list[str]:
    """The applications of a batch by mean score, highest first; a proposal, equal means by key."""
    scores = _scores(_assessments(work, batch))
    ranked: Sequence[Standing] = ranking(scores)
    rest = sorted(
        {one.key for one in _applications(work, batch, "checked", "correcting")}
        - {one.application for one in ranked}
    )
    return [*(one.application for one in ranked), *rest]


_OPEN_BATCHES = Prepared(
    select(col(Batch.number))
    .where(col(Batch.state) == "open", col(Batch.post_by) < bindparam("today"))
    .order_by(col(Batch.number))
)


_PANEL = Prepared(
    select(col(PanelMember.person)).where(col(PanelMember.batch) == bindparam("batch")).limit(1)
)
_COUNTS = Prepared(
    select(col(Application.state), func.count())
    .where(col(Application.batch) == bindparam("batch"))
    .group_by(col(Application.state))
)


def chores(work: Work) -> list[Chore]:
    """The review of a batch begins when its panel stands, its posting day is over and its checks are done."""
    return [
        Chore(STAGE, "start_review", str(number), number, None, _start(number))
        for number in _OPEN_BATCHES.scalars(work.session, {"today": work.today})
        if _may_start(work, work.batch(number))
    ]


def _may_start(work: Work, batch: Batch) -> bool:
    if batch.state != "open" or batch.post_by is None or work.today <= batch.post_by:
        return False
    if _PANEL.first(work.session, {"batch": batch.number}) is None:
        return False
    counts = dict(_COUNTS.rows(work.session, {"batch": batch.number}))
    waiting = steps.open_steps(work, "S05", batch=batch.number)
    return bool(counts.get("checked")) and not any(counts.get(state) for state in ON_THE_WAY) and not waiting


def _start(number: int) -> Perform:
    def perform(work: Work) -> Outcome:
        batch = work.batch(number)
        if not _may_start(work, batch):
            return Outcome(0)
        record.move(work, batch, "reviewing", act="review.start_review", clause="K25")
        anchors = {"batch.post_by": batch.post_by or work.today}
        steps.open_step(work, "S10", str(number), scope=Scope(batch=number), anchors=anchors)
        wanted = select(PanelMember).where(col(PanelMember.batch) == number).order_by(col(PanelMember.person))
        members = list(work.session.execute(wanted).scalars())
        offices = {one.person: _office_of(work, one.person).code for one in members}
        barred = work.rules(number).flag("review.same_city_barred")
        rows = []
        for application in _applications(work, number, "checked"):
            judges = [one for one in members if not (barred and one.city == application.city)]
            for member in judges:
                work.session.add(Assessment(application=application.key, reviewer=member.person))
                scope = Scope(batch=number, city=application.city, owner=offices[member.person])
                subject = f"{application.key}:{member.person}"
                steps.open_step(work, "S09", subject, scope=scope, anchors={"checked": work.today})
            rows.append((application.key, name_of(work, application.uscc), str(len(judges))))
        work.session.flush()
        return Outcome(len(rows), tuple(rows))

    return perform


def _own_assessment(work: Work, application: Application) -> Assessment:
    """The actor's assessment of an application; raises NotEntitled for a barred or foreign reviewer (K25)."""
    member = work.session.get(PanelMember, (application.batch, work.actor.person))
    if member is None:
        raise NotEntitled("review.not_on_panel", person=str(work.actor), batch=application.batch)
    if member.city == application.city and work.rules(application.batch).flag("review.same_city_barred"):
        raise RuleBroken(
            assignment_breaches(_reviewer(member, ()), _applicant(application), work.rules(application.batch))
        )
    found = work.session.get(Assessment, (application.key, work.actor.person))
    if found is None:
        raise NotFound("review.not_begun", field="application", application=application.key)
    if application.state != "checked":
        raise AlreadyDone("review.over", application=application.key)
    return found


def _applications(work: Work, batch: int, *states: str) -> list[Application]:
    wanted = select(Application).where(col(Application.batch) == batch, col(Application.state).in_(states))
    return list(work.session.execute(wanted.order_by(col(Application.key))).scalars())


def _assessments(work: Work, batch: int) -> list[Assessment]:
    wanted = select(Assessment).join(Application, col(Application.key) == col(Assessment.application))
    return list(work.session.execute(wanted.where(col(Application.batch) == batch)).scalars())


def _scores(assessments: Sequence[Assessment]) -> list[Score]:
    """The scores as sums over the criteria, the same for everybody: rounding would make or break ties."""
    return [
        Score(one.application, one.reviewer, sum(one.scores.values()))
        for one in assessments
        if one.scores is not None
    ]


def _reviewer(member: PanelMember, assessments: Sequence[Assessment]) -> Reviewer:
    own = [one for one in assessments if one.reviewer == member.person]
    return Reviewer(
        person=member.person,
        city=member.city or "",
        has_declared=any(one.declared_at is not None for one in own),
        conflicts=frozenset(one.application for one in own if one.conflict),
    )


def _applicant(application: Application) -> Applicant:
    return Applicant(application.key, application.city, application.nominator)
