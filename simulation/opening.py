"""How the cast plays the opening of batches, the applications and the cities' submissions (S01 to S08)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlmodel import col

from models.application import Application, Override, Submission
from models.clock import SHANGHAI
from models.opening import Batch
from models.prepared import Prepared
from simulation.applying import filled_form
from simulation.people import Applicant
from simulation.samples import text
from simulation.troupe import Cue, StepView, Troupe, within
from tasks.submission import applications_of

SHENZHEN, PROVINCE = "440300-mz", "430000-mz"

DATES = {
    1: (date(2022, 2, 25), date(2022, 3, 10), date(2022, 3, 14)),
    2: (date(2024, 2, 23), date(2024, 3, 8), date(2024, 3, 12)),
}
"""Opening, e-mail and posting days: batch 1 by the notice, batch 2 invented (K16 leaves them open)."""

ANNOUNCED = {1: date(2022, 2, 25), 2: date(2024, 2, 21)}


def announcing(troupe: Troupe, step: StepView) -> Iterator[Cue]:  # noqa: ARG001  (every part is called alike)
    """S01: the province announces a batch's dates, for batch 1 on the day of the notice itself, before nine."""
    batch = int(step.subject)
    day = ANNOUNCED[batch]

    def play(stage: Troupe) -> None:
        opened_on, submit_by, post_by = DATES[batch]
        if stage.get(Batch, batch).state == "preparing":
            stage.act(
                "opening.announce_batch",
                PROVINCE,
                batch=batch,
                opened_on=opened_on,
                submit_by=submit_by,
                post_by=post_by,
                document=text(f"document_batch{batch}"),
            )

    at = datetime(day.year, day.month, day.day, 8, 30, tzinfo=SHANGHAI)
    yield Cue(at, f"announce:{batch}", play)


def applying(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S05: everything that happens in one city until it has e-mailed its list, counted back from the last day."""
    batch, city = int(step.subject.split(":")[0]), str(step.city)
    for applicant in troupe.cast.applicants(batch, city):
        yield from _application(troupe, step, applicant)
    late = troupe.dice.chance(0.15, "ranks late", step.key)
    ranked = troupe.after(step.due, 0 if late else -1)
    throw = troupe.dice.throw("e-mails", step.key)
    emailed = troupe.after(
        ranked, 1 + (troupe.dice.between(1, 2, "email late", step.key) if throw < 0.1 else 0)
    )
    yield troupe.cue(ranked, f"rank:{step.subject}", lambda stage: _rank(stage, batch, city))
    yield troupe.cue(emailed, f"email:{step.subject}", lambda stage: _email(stage, batch, city))


def _application(troupe: Troupe, step: StepView, applicant: Applicant) -> Iterator[Cue]:
    key = f"{applicant.batch}-{applicant.uscc}-1"
    day = {name: troupe.after(step.due, offset) for name, offset in _CALENDAR[applicant.habit].items()}
    plays = {
        "override": _override,
        "draft": _draft,
        "submit": _submit,
        "return": _return,
        "again": _submit_again,
        "withdraw": _withdraw,
        "consent": _consent,
        "recommend": _recommend,
        "decline": _decline,
    }
    for name, on in day.items():
        yield troupe.cue(on, f"{name}:{key}", partial(_play, plays[name], applicant, key))


def _play(
    what: Callable[[Troupe, Applicant, str], None], applicant: Applicant, key: str, stage: Troupe
) -> None:
    what(stage, applicant, key)


# Working days before the last day of e-mailing; one thing a day for each application.
_CALENDAR = {
    "punctual": {"draft": -8, "submit": -6, "consent": -5, "recommend": -4},
    "repeater": {"override": -8, "draft": -7, "submit": -6, "consent": -5, "recommend": -4},
    "late": {"draft": -7, "submit": -4, "consent": -3, "recommend": -2},
    "mistaken": {"draft": -8, "submit": -7, "return": -6, "again": -5, "consent": -4, "recommend": -3},
    "lapsing": {"draft": -7},
    "withdrawing": {"draft": -8, "submit": -6, "withdraw": -5},
    "declined": {"draft": -8, "submit": -6, "decline": -4},
}


def _override(stage: Troupe, _applicant: Applicant, key: str) -> None:
    if stage.get(Override, (key, "K17")) is not None:
        return
    stage.act(
        "application.grant_override",
        PROVINCE,
        application=key,
        clause="K17",
        reason=text("override_k17"),
        document=text("override_document"),
    )


def _draft(stage: Troupe, applicant: Applicant, key: str) -> None:
    place = stage.house.divisions.by_code(applicant.county or applicant.city).name
    form = filled_form(stage.dice, applicant, place)
    stage.act(
        "application.register_institution",
        applicant.nominator,
        uscc=applicant.uscc,
        name=applicant.name,
        type="social_work",
        level=applicant.level,
        division=applicant.county if applicant.level == "county" else applicant.city,
        contact_name=form["contact_name"],
        contact_email=form["contact_email"],
        contact_mobile=form["contact_mobile"],
    )
    if stage.get(Application, key) is None:
        stage.act(
            "application.draft",
            applicant.uscc,
            batch=applicant.batch,
            uscc=applicant.uscc,
            channel=applicant.channel,
            nominator=applicant.nominator,
            form=form,
        )


def _submit(stage: Troupe, applicant: Applicant, key: str) -> None:
    if _state(stage, key) == "draft":
        stage.act(
            "application.submit", applicant.uscc, application=key, signed_on=stage.clock.today(), sealed=True
        )


def _return(stage: Troupe, applicant: Applicant, key: str) -> None:
    if _state(stage, key) == "submitted":
        stage.act(
            "application.return_for_changes",
            applicant.nominator,
            application=key,
            remarks={"inspection_result": text("return_remark")},
        )


def _submit_again(stage: Troupe, applicant: Applicant, key: str) -> None:
    if _state(stage, key) == "returned":
        place = stage.house.divisions.by_code(applicant.county or applicant.city).name
        form = filled_form(stage.dice, applicant, place)
        form["grade"] = "unrated" if form["grade"] != "unrated" else "1A"
        if stage.get(Application, key).form.get("grade") != form["grade"]:
            stage.act("application.revise", applicant.uscc, application=key, form=form)
        stage.act(
            "application.submit", applicant.uscc, application=key, signed_on=stage.clock.today(), sealed=True
        )


def _withdraw(stage: Troupe, applicant: Applicant, key: str) -> None:
    if _state(stage, key) == "submitted":
        stage.act("application.withdraw", applicant.uscc, application=key, reason=text("withdraw"))


def _consent(stage: Troupe, applicant: Applicant, key: str) -> None:
    application = stage.get(Application, key)
    if application is not None and application.state == "submitted" and application.plan_consented_on is None:
        rural = applicant.nominator.replace("-mz", "-xz")
        stage.act("application.consent_plan", rural, application=key, opinion=text("plan_opinion"))


def _recommend(stage: Troupe, applicant: Applicant, key: str) -> None:
    if _state(stage, key) == "submitted":
        stage.act(
            "application.recommend",
            applicant.nominator,
            application=key,
            opinion=text("opinion"),
            signed_on=stage.clock.today(),
        )


def _decline(stage: Troupe, applicant: Applicant, key: str) -> None:
    if _state(stage, key) == "submitted":
        stage.act("application.decline", applicant.nominator, application=key, reason=text("decline"))


def _rank(stage: Troupe, batch: int, city: str) -> None:
    if stage.state(Submission, f"{batch}:{city}") != "collecting":
        return
    recommended = sorted(
        _in_state(stage, batch, city, "recommended"), key=lambda key: stage.dice.throw("rank", key)
    )
    cap = stage.house.programme.rules(stage.clock.today()).number("quota.city_total")
    stage.act(
        "application.rank_city",
        f"{city}-mz",
        batch=batch,
        city=city,
        ranking=recommended[:cap],
        reasons={key: text("not_sent") for key in recommended[cap:]},
    )


def _in_state(stage: Troupe, batch: int, city: str, state: str) -> list[str]:
    """A city's applications in a state, by their rank where they have one."""
    return [one.key for one in applications_of(stage.look(), batch, city, state)]


def _email(stage: Troupe, batch: int, city: str) -> None:
    if stage.state(Submission, f"{batch}:{city}") != "ranked":
        return
    ranked = _in_state(stage, batch, city, "ranked")
    stage.act(
        "application.email_submission",
        f"{city}-mz",
        batch=batch,
        city=city,
        sent_at=stage.clock.now(),
        applications=ranked,
        rows=len(ranked),
        sealed=True,
    )


def posting(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S06: the city posts its originals; they arrive some days later, one city's only after an alarm."""
    batch, city = int(step.subject.split(":")[0]), str(step.city)
    throw = troupe.dice.throw("posts", step.key)
    posted = max(troupe.after(step.opened_on, 1), troupe.after(step.due, 1 if throw < 0.1 else 0))
    rules = troupe.house.programme.rules(posted)

    def post(stage: Troupe) -> None:
        if stage.state(Submission, step.subject) == "emailed":
            stage.act(
                "application.post_originals",
                f"{city}-mz",
                batch=batch,
                city=city,
                posted_on=stage.clock.today(),
                courier=text("courier"),
                tracking=f"SAMPLE{batch}{city}",
                copies=rules.number("application.copies"),
                summaries=rules.number("application.summaries"),
            )

    yield troupe.cue(posted, f"post:{step.subject}", post)


_ON_THE_WAY = Prepared(
    select(col(Submission.key), col(Submission.batch), col(Submission.city), col(Submission.posted_on)).where(
        col(Submission.state) == "posted"
    )
)


def arrivals(troupe: Troupe) -> Iterator[Cue]:
    """Parcels on their way: each arrives two or three working days after posting, one in ten a week later."""
    for key, batch, city, posted_on in _ON_THE_WAY.rows(troupe.look().session):
        slow = troupe.dice.chance(0.08, "slow parcel", key)
        day = troupe.after(posted_on, 7 if slow else troupe.dice.between(2, 3, "parcel", key))

        def arrive(stage: Troupe, key: str = key, batch: int = batch, city: str = city) -> None:
            if stage.state(Submission, key) == "posted":
                stage.act(
                    "application.record_arrival",
                    PROVINCE,
                    batch=batch,
                    city=city,
                    arrived_on=stage.clock.today(),
                )

        yield troupe.cue(day, f"arrive:{key}", arrive)


def registering(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S07: the province counts the originals and holds them against the e-mailed version."""
    batch, city = int(step.subject.split(":")[0]), str(step.city)
    odd = troupe.dice.chance(0.07, "discrepancy", step.key)
    rules = troupe.house.programme.rules(step.opened_on)

    def play(stage: Troupe) -> None:
        if stage.state(Submission, step.subject) == "arrived":
            stage.act(
                "application.register_originals",
                PROVINCE,
                batch=batch,
                city=city,
                copies=rules.number("application.copies"),
                summaries=rules.number("application.summaries"),
                discrepancies=text("discrepancy") if odd else "",
            )

    yield troupe.cue(within(troupe, step, late=0), f"register:{step.key}", play)


def checking(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S08: the province checks each application within two days; every eighth first check asks for a correction."""
    again = "+" in step.key
    faulty = not again and troupe.dice.chance(0.12, "faulty", step.subject)

    def play(stage: Troupe) -> None:
        if _state(stage, step.subject) != "emailed":
            return
        if faulty:
            stage.act(
                "application.request_correction",
                PROVINCE,
                application=step.subject,
                problems={"bank_account": text("correction")},
            )
        else:
            stage.act("application.check", PROVINCE, application=step.subject)

    day = troupe.after(step.opened_on, 1 if faulty or again else troupe.dice.between(1, 3, "check", step.key))
    yield troupe.cue(day, f"check:{step.key}", play)


def correcting(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S08C: the institution sends the corrected form on the next working day."""

    def play(stage: Troupe) -> None:
        application = stage.get(Application, step.subject)
        if application.state == "correcting":
            applicant = next(
                one
                for one in stage.cast.applicants(application.batch, application.city)
                if one.uscc == application.uscc
            )
            place = stage.house.divisions.by_code(applicant.county or applicant.city).name
            form = filled_form(stage.dice, applicant, place)
            stage.act("application.correct", application.uscc, application=step.subject, form=form)

    yield troupe.cue(troupe.after(step.opened_on, 1), f"correct:{step.key}", play)


def _state(stage: Troupe, application: str) -> str | None:
    return stage.state(Application, application)
