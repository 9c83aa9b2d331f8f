"""How the cast plays the roster, the review and the pairing (S09 to S12)."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair, PairingList, RosterEntry
from models.review import Assessment, PanelMember
from models.step import Step
from simulation.applying import bank_account
from simulation.opening import PROVINCE, SHENZHEN
from simulation.people import Reviewer, SenderInstitution, person_name
from simulation.samples import samples, text
from simulation.troupe import Cue, StepView, Troupe
from tasks.review import ranking_of

PAIRS = 20
"""How many pairs each batch has: batch 1 by the public figures, batch 2 invented."""

LIST_CONFIRMED = {1: date(2022, 5, 11), 2: date(2024, 5, 20)}
"""When Shenzhen confirms the list; for batch 1 the day of the public launch."""

WAITING = 2
"""How many applications wait behind the approved ones."""


def preparing_panel(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S11 stands open while the panel is formed and Shenzhen gathers its roster."""
    batch = int(step.subject)
    formed = troupe.after(step.opened_on, 11)
    yield troupe.cue(formed, f"panel:{batch}", lambda stage: _form_panel(stage, batch))
    for number, sender in enumerate(troupe.cast.senders(batch)):
        day = troupe.after(step.opened_on, 5 + number % 7)

        def register(stage: Troupe, sender: SenderInstitution = sender) -> None:
            _register(stage, batch, sender)

        yield troupe.cue(day, f"roster:{batch}:{sender.uscc}", register)

    def close(stage: Troupe) -> None:
        if stage.state(Step, step.id) == "open":
            stage.act("pairing.close_roster", SHENZHEN, batch=batch)

    yield troupe.cue(troupe.after(step.due, -2), f"close roster:{batch}", close)


def _form_panel(stage: Troupe, batch: int) -> None:
    reviewers = stage.cast.reviewers(batch)
    for reviewer in reviewers:
        if stage.get(Organisation, reviewer.organisation) is None:
            stage.act(
                "review.register_reviewer",
                PROVINCE,
                code=reviewer.organisation,
                name=reviewer.name,
                email=f"{reviewer.organisation}@people.example",
                city=reviewer.city,
            )
    if stage.get(PanelMember, (batch, _person(reviewers[0]))) is None:
        members = [
            {"person": _person(reviewer), "city": reviewer.city, "chair": reviewer.chair}
            for reviewer in reviewers
        ]
        stage.act("review.form_panel", PROVINCE, batch=batch, members=members)


def _person(reviewer: Reviewer) -> str:
    return f"{reviewer.organisation}.reviewer"


def _register(stage: Troupe, batch: int, sender: SenderInstitution) -> None:
    if stage.get(RosterEntry, f"{batch}:{sender.uscc}") is None:
        stage.act(
            "pairing.register_sender",
            SHENZHEN,
            batch=batch,
            uscc=sender.uscc,
            name=sender.name,
            contact_name=person_name(stage.dice, "sender", sender.uscc),
            contact_email=f"{sender.uscc.lower()}@people.example",
            strengths=stage.dice.pick(samples()["roster"]["strengths"], "strengths", sender.uscc),
            bank_account=bank_account(
                stage.dice, sender.uscc, sender.name, stage.house.divisions.by_code(SHENZHEN[:6]).name
            ),
        )


def reviewing(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S09: a reviewer declares an interest or none, and scores on a later day."""
    application, reviewer = step.subject.split(":")
    conflict = troupe.dice.chance(0.02, "conflict", step.key)
    declared = troupe.after(step.opened_on, troupe.dice.between(1, 2, "declare", step.key))
    scored = troupe.after(declared, troupe.dice.between(1, 6, "score", step.key))
    organisation = reviewer.rsplit(".", 1)[0]

    def declare(stage: Troupe) -> None:
        assessment = stage.get(Assessment, (application, reviewer))
        if assessment is None or assessment.declared_at is None:
            stage.act(
                "review.declare_interest",
                organisation,
                "reviewer",
                application=application,
                conflict=conflict,
                reason=text("conflict") if conflict else "",
            )

    def score(stage: Troupe) -> None:
        assessment = stage.get(Assessment, (application, reviewer))
        if assessment is not None and not assessment.conflict and assessment.scored_at is None:
            stage.act(
                "review.score",
                organisation,
                "reviewer",
                application=application,
                scores=_scores(stage, application, reviewer),
                remark=text("score_remark"),
            )

    yield troupe.cue(declared, f"declare:{step.key}", declare)
    yield troupe.cue(scored, f"score:{step.key}", score)


def _scores(stage: Troupe, application: str, reviewer: str) -> dict[str, int]:
    rules = stage.house.programme.rules(stage.clock.today())
    worth = stage.dice.between(60, 92, "worth", application)
    found = {}
    for criterion in rules.names("review.criteria"):
        found[criterion] = max(
            0, min(100, worth + stage.dice.between(-6, 6, "score", application, reviewer, criterion))
        )
    return found


def deciding(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S10: the province decides shortly before the day, by the panel's ranking."""
    batch = int(step.subject)
    day = max(troupe.after(step.due, -1), troupe.after(step.opened_on, 10))
    yield troupe.cue(day, f"decide:{batch}", lambda stage: _decide(stage, batch))


def _decide(stage: Troupe, batch: int) -> None:
    if stage.get(Batch, batch).state != "reviewing":
        return
    work = stage.look()
    order = [str(key) for key in ranking_of(work, batch)]
    stage.act(
        "review.decide",
        PROVINCE,
        batch=batch,
        approved=order[:PAIRS],
        waiting=order[PAIRS : PAIRS + WAITING],
        rejected={key: text("rejected") for key in order[PAIRS + WAITING :]},
        minutes=text("minutes"),
        document=text("minutes_document", year=stage.clock.today().year, batch=batch),
    )


def pairing(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S12: the province proposes and confirms, Shenzhen confirms on the day of the launch."""
    batch = int(step.subject.split(":")[0])
    launch = LIST_CONFIRMED[batch]
    yield troupe.cue(troupe.after(launch, -6), f"propose:{batch}", lambda stage: _propose(stage, batch))
    for day, office in ((troupe.after(launch, -2), PROVINCE), (launch, SHENZHEN)):
        yield troupe.cue(day, f"confirm:{batch}:{office}", partial(_confirm_list, batch, office))


def _propose(stage: Troupe, batch: int) -> None:
    work = stage.look()
    connection = work.session.connection()
    if connection.execute(select(col(Pair.key)).where(col(Pair.batch) == batch)).first():
        return
    senders = connection.execute(
        select(col(RosterEntry.sender)).where(
            col(RosterEntry.batch) == batch, col(RosterEntry.state) == "available"
        )
    ).scalars()
    free = sorted(senders, key=lambda code: stage.dice.throw("match", batch, code))
    approved = connection.execute(
        select(col(Application.key))
        .where(col(Application.batch) == batch, col(Application.state) == "approved")
        .order_by(col(Application.city), col(Application.key))
    ).scalars()
    pairs = [
        {"sender": sender, "application": application, "reason": text("pair_reason")}
        for application, sender in zip(approved, free, strict=False)
    ]
    stage.act("pairing.propose_pairs", PROVINCE, batch=batch, pairs=pairs)


def _confirm_list(batch: int, office: str, stage: Troupe) -> None:
    found = stage.get(PairingList, f"{batch}:1")
    confirmed = found is not None and (
        found.province_confirmed_on if office == PROVINCE else found.shenzhen_confirmed_on
    )
    if found is not None and not confirmed:
        stage.act("pairing.confirm_list", office, batch=batch, confirmed_on=stage.clock.today())
