"""How the cast plays agreements and money (S13 to S17)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.agreement import Agreement, Signature
from models.application import Application
from models.disbursement import Payment, Voucher
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair, RosterEntry
from models.prepared import Prepared, one_of
from models.step import Step
from simulation.applying import bank_account
from simulation.opening import PROVINCE
from simulation.people import person_name
from simulation.samples import text
from simulation.troupe import Cue, PairView, StepView, Troupe, within

EXTENDED = {1: "P1-430100-01", 2: "P2-430700-01"}
"""The pair of each batch whose county needs more time to sign."""


def signing(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S13: the nominator drafts early, every party signs; one county asks for an extension, some are late."""
    pair, organisation = step.subject.split(":")
    view = troupe.pair(pair)
    if organisation == view.nominator:
        drafted = troupe.after(step.opened_on, troupe.dice.between(1, 2, "draft", pair))
        yield troupe.cue(drafted, f"draft agreement:{pair}", lambda stage: _draft(stage, view))
    day = _signing_day(troupe, step, view, organisation)
    if _needs_time(view, organisation):
        asked = troupe.after(step.due, -1)
        yield troupe.cue(asked, f"extend:{step.key}", lambda stage: _extend(stage, step))
        day = troupe.after(step.due, 4)
    yield troupe.cue(day, f"sign:{step.key}", lambda stage: _sign(stage, view, organisation))


def _signing_day(troupe: Troupe, step: StepView, view: PairView, organisation: str) -> date:
    if organisation == view.nominator:
        return within(troupe, step, late=0.08, least=4)
    return within(troupe, step, late=0.04, least=4)


def _needs_time(view: PairView, organisation: str) -> bool:
    return organisation == view.nominator and view.key == EXTENDED.get(view.batch)


def _draft(stage: Troupe, view: PairView) -> None:
    agreement = stage.get(Agreement, view.key)
    if agreement.state != "signing" or agreement.drafted_on is not None:
        return
    sender = stage.get(Organisation, view.sender)
    batch = stage.get(Batch, view.batch)
    form = stage.get(Application, view.application).form
    today = stage.clock.today()
    years = range(max(today.year, batch.period_start.year), batch.period_end.year + 1)
    rules = stage.house.programme.rules(batch.rules_as_of)
    plan: list[dict[str, Any]] = []
    for year in years:
        due = {"A": date(year, 8, 31), "B": date(year, 9, 30), "C": date(year, 8, 31)}
        for leg in stage.house.programme.legs:
            plan.append(
                {"leg": leg.code, "year": year, "due_on": due[leg.code], "fen": rules.fen(leg.amount)}
            )
    place = stage.house.divisions.by_code(sender.division).name
    stage.act(
        "agreement.draft",
        view.nominator,
        pair=view.key,
        indicators={str(year): _promises(stage, view, form, year) for year in years},
        payment_plan=plan,
        payee_account=bank_account(stage.dice, sender.code, sender.name, place),
    )


def _promises(stage: Troupe, view: PairView, form: dict[str, Any], year: int) -> dict[str, int]:
    dice = stage.dice
    amounts = {
        "senior_workers": dice.between(7, 10, "senior", view.key, year),
        "people_trained": dice.between(60, 90, "trained", view.key, year),
        "supervisions": dice.between(20, 28, "supervisions", view.key, year),
        "trainings": dice.between(7, 9, "trainings", view.key, year),
        "institutions_incubated": int(form.get("institutions_developed") or 0),
        "stations": dice.between(9, 13, "stations", view.key, year),
        "projects": dice.between(2, 4, "projects", view.key, year),
    }
    targets = {
        "target_beneficiaries": int(form["beneficiaries"]),
        "target_institutions": int(form.get("institutions_developed") or 0),
        "target_professionals": int(form["professionals_trained"]),
        "target_person_times": int(form["training_person_times"]),
    }
    return amounts | targets


def _extend(stage: Troupe, step: StepView) -> None:
    found = _step(stage, step.id)
    if found.state == "open" and found.due_on == step.due_on:
        until = stage.after(step.due, 5)
        stage.act("deadlines.extend_step", PROVINCE, step=step.key, until=until, reason=text("extension"))


def _step(stage: Troupe, number: int) -> Step:
    found: Step = stage.get(Step, number)
    return found


def _sign(stage: Troupe, view: PairView, organisation: str) -> None:
    party = _party(view, organisation)
    if stage.get(Signature, (view.key, party)) is not None or stage.state(Agreement, view.key) != "signing":
        return
    stage.act(
        "agreement.sign",
        organisation,
        pair=view.key,
        party=party,
        signed_on=stage.clock.today(),
        signatory=person_name(stage.dice, "signatory", view.key, party),
        seal_file=text("seal", pair=view.key, party=party),
    )


def _party(view: PairView, organisation: str) -> str:
    if organisation == view.sender:
        return "sender"
    if organisation == view.recipient:
        return "recipient"
    return "city_civil" if organisation == f"{view.city}-mz" else "county_civil"


REPLACED = (2, date(2025, 3, 18))
"""Batch 2 loses one sender in its second year (A25); batch 1 keeps its twenty pairs."""


def replacing(troupe: Troupe) -> Iterator[Cue]:
    """The one replacement: the last pair of batch 2 gets another sender from the roster."""
    batch, day = REPLACED
    if troupe.clock.today() > day:
        return
    yield troupe.cue(day, f"replace:{batch}", lambda stage: _replace(stage, batch))


def _replace(stage: Troupe, batch: int) -> None:
    work = stage.look()
    connection = work.session.connection()
    done = connection.execute(
        select(col(Pair.key)).where(col(Pair.batch) == batch, col(Pair.predecessor).is_not(None))
    ).first()
    effective = connection.execute(
        select(col(Pair.key))
        .where(col(Pair.batch) == batch, col(Pair.state) == "effective")
        .order_by(col(Pair.key))
    ).scalars()
    old = list(effective)
    free = connection.execute(
        select(col(RosterEntry.sender))
        .where(col(RosterEntry.batch) == batch, col(RosterEntry.state) == "available")
        .order_by(col(RosterEntry.sender))
    ).scalars()
    senders = list(free)
    if done or not old or not senders:
        return
    stage.act(
        "agreement.replace_pair",
        PROVINCE,
        pair=old[-1],
        new_sender=senders[0],
        new_application=None,
        reason=text("replace_reason"),
        document=text("replace_document"),
    )


def paying_city(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S14: the province pays a city for all its pairs of a year; now and then a wrong number is cancelled first."""
    _batch, year, city = step.subject.split(":")
    wrong = troupe.dice.chance(0.08, "wrong voucher", step.key)
    day = within(troupe, step, late=0.05, least=3)
    name = f"{step.key}"
    again = step.key.partition("+")[2]
    number = _number("A", year, city) + (f"-{again}" if again else "")
    if wrong:
        yield troupe.cue(
            troupe.after(day, -2),
            f"enter wrong:{name}",
            lambda stage: _enter_a(stage, step, city, int(year), f"{number}X"),
        )
        yield troupe.cue(
            troupe.after(day, -1),
            f"cancel:{name}",
            lambda stage: _cancel(stage, PROVINCE, f"A:{year}:{PROVINCE}:{number}X"),
        )
    yield troupe.cue(day, f"enter:{name}", lambda stage: _enter_a(stage, step, city, int(year), number))
    yield troupe.cue(
        troupe.after(day, 1),
        f"approve:{name}",
        lambda stage: _approve(stage, PROVINCE, f"A:{year}:{PROVINCE}:{number}"),
    )


def _number(leg: str, year: str | int, subject: str) -> str:
    return f"SAMPLE-{leg}-{year}-{subject}"


_UNPAID = Prepared(
    select(col(Pair.key))
    .where(
        col(Pair.batch) == bindparam("batch"),
        col(Pair.city) == bindparam("city"),
        col(Pair.state) == "effective",
        col(Pair.key).not_in(
            select(col(Payment.pair)).where(
                col(Payment.year) == bindparam("year"),
                col(Payment.leg) == "A",
                one_of(col(Payment.state), ("entered", "paid", "received")),
            )
        ),
    )
    .order_by(col(Pair.key))
)


def _enter_a(stage: Troupe, step: StepView, city: str, year: int, number: str) -> None:
    given = {"batch": step.batch, "city": city, "year": year}
    pairs = _UNPAID.scalars(stage.look().session, given)
    if pairs:
        payee = stage.get(Organisation, f"{city}-mz")
        _enter(stage, PROVINCE, "A", year, pairs, number, payee.name, "lottery")


def paying_sender(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S15: the city passes leg A on to the sender."""
    pair, year = step.subject.split(":")
    view = troupe.pair(pair)
    yield from _paying(troupe, step, "B", view, f"{view.city}-mz", view.sender, int(year), late=0.1)


def paying_recipient(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S16: the nominator pays its own subsidy; counties are late more often."""
    pair, year = step.subject.split(":")
    view = troupe.pair(pair)
    yield from _paying(troupe, step, "C", view, view.nominator, view.recipient, int(year), late=0.15)


def _paying(
    troupe: Troupe,
    step: StepView,
    leg: str,
    view: PairView,
    payer: str,
    payee: str,
    year: int,
    *,
    late: float,
) -> Iterator[Cue]:
    again = step.key.partition("+")[2]
    number = _number(leg, year, view.key) + (f"-{again}" if again else "")
    voucher = f"{leg}:{year}:{payer}:{number}"
    day = within(troupe, step, late=late)

    def enter(stage: Troupe) -> None:
        if stage.state(Step, step.id) == "open" and stage.state(Voucher, voucher) is None:
            name = stage.get(Organisation, payee).name
            _enter(stage, payer, leg, year, [view.key], number, name, "lottery" if leg == "B" else "fiscal")

    yield troupe.cue(day, f"enter:{step.key}", enter)
    yield troupe.cue(
        troupe.after(day, 1), f"approve:{step.key}", lambda stage: _approve(stage, payer, voucher)
    )


def _enter(
    stage: Troupe, payer: str, leg: str, year: int, pairs: list[str], number: str, account: str, source: str
) -> None:
    if stage.state(Voucher, f"{leg}:{year}:{payer}:{number}") is None:
        stage.act(
            "disbursement.enter_payment",
            payer,
            "finance",
            leg=leg,
            year=year,
            pairs=pairs,
            number=number,
            paid_on=stage.clock.today(),
            account_name=account,
            source=source,
        )


def _approve(stage: Troupe, payer: str, voucher: str) -> None:
    if stage.state(Voucher, voucher) == "entered":
        stage.act("disbursement.approve_payment", payer, "officer", voucher=voucher)


def _cancel(stage: Troupe, payer: str, voucher: str) -> None:
    found = stage.get(Voucher, voucher)
    if found is not None and found.state == "entered":
        stage.act(
            "disbursement.cancel_payment", payer, "finance", voucher=voucher, reason=text("wrong_voucher")
        )


REVERSED = "B:2023:"
"""The first leg B of 2023 that comes back from the bank is reversed and paid again."""


def receiving(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S17: the payee confirms; one transfer is returned by the bank and reversed instead."""
    voucher = step.subject
    day = within(troupe, step, late=0.08)
    returned = voucher.startswith(REVERSED) and voucher.endswith("P1-430100-01")

    def confirm(stage: Troupe) -> None:
        found = stage.get(Voucher, voucher)
        if found is not None and found.state == "paid":
            stage.act(
                "disbursement.confirm_receipt", found.payee, voucher=voucher, received_on=stage.clock.today()
            )

    def reverse(stage: Troupe) -> None:
        found = stage.get(Voucher, voucher)
        if found is not None and found.state == "paid":
            stage.act(
                "disbursement.reverse_payment",
                found.payer,
                "leader",
                voucher=voucher,
                reason=text("reverse_reason"),
                document=text("reverse_document"),
            )

    yield troupe.cue(day, f"receipt:{step.key}", reverse if returned else confirm)
