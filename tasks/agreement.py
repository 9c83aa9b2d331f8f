"""Agreements: drafted by the nominator, signed by three or four, effective with the last (S13; K27, K28, A9)."""

from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.agreement import Agreement, Indicator, Signature
from models.opening import Batch
from models.pairing import Pair
from models.prepared import Prepared
from models.rules.agreement import Instalment, Party, Terms, effective_on, signature_breaches, terms_breaches
from models.rules.agreement import Signature as RuleSignature
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.deadlines import counted_from
from models.rules.money import Leg
from models.session import PreparedObjects
from tasks import disbursement, record, steps
from tasks.acts import act
from tasks.chores import Chore
from tasks.funding import funding_of
from tasks.letters import tell
from tasks.parties import former_offices, name_of, organisation_of, require_actor, scope_of_pair
from tasks.refusal import AlreadyDone, NotFound
from tasks.work import Work


class Planned(BaseModel):
    """One planned payment of an agreement."""

    leg: Leg
    year: int
    due_on: date
    fen: int


@act("agreement.draft", by=("county_civil", "city_civil"), clauses=("K28",))
def draft_agreement(
    work: Work,
    pair: str,
    *,
    indicators: dict[str, dict[str, int]],
    payment_plan: list[Planned],
    payee_account: dict[str, Any],
) -> Agreement:
    """Writes down what an agreement promises per work year, when is paid, and to which account; before any signature.

    Raises RuleBroken without indicators or plan, for sums that are not the programme's, or an account that is not
    the sender's own (K28, K41, A16).
    """
    found, agreement = pair_of(work, pair), agreement_of(work, pair)
    require_actor(work, found.nominator)
    if agreement.state != "signing" or _signatures(work, pair):
        raise AlreadyDone("agreement.signed_already", pair=pair)
    plan = [Instalment(one.leg, one.year, one.due_on, one.fen) for one in payment_plan]
    breaches = _terms_breaches(work, found, indicators, plan, payee_account)
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    for row in _PROMISED.all(work.session, {"pair": pair}):
        work.session.delete(row)
    work.session.flush()
    for year, promises in sorted(indicators.items()):
        for name, number in sorted(promises.items()):
            work.session.add(Indicator(pair=pair, year=int(year), indicator=name, promised=number))
    agreement.payment_plan = [one.model_dump(mode="json") for one in payment_plan]
    agreement.payee_account, agreement.drafted_on = payee_account, work.today
    work.session.flush()
    record.note(
        work,
        "agreement",
        pair,
        act="agreement.draft",
        batch=found.batch,
        indicators=indicators,
        plan=agreement.payment_plan,
        account=payee_account.get("name"),
    )
    return agreement


def _terms_breaches(
    work: Work,
    pair: Pair,
    indicators: dict[str, dict[str, int]],
    plan: list[Instalment],
    account: dict[str, Any],
) -> list[Breach]:
    rules, funding = work.rules(pair.batch), funding_of(work, pair)
    known = {one.code: one for one in work.programme.indicators}
    required = [code for code in known if known[code].group == "target"]
    found: list[Breach] = []
    for promises in indicators.values() or [{}]:
        found += terms_breaches(Terms(promises, tuple(plan)), required, funding, rules)
    labels = {code: known[code].label for code in known}
    found = [_in_words(breach, labels) for breach in found]
    wanted = [str(year) for year in funding.years]
    if indicators and sorted(indicators) != wanted:
        found.append(hard("agreement.years", "K28", "indicators", found=sorted(indicators), wanted=wanted))
    unknown = sorted({name for promises in indicators.values() for name in promises} - known.keys())
    if unknown:
        found.append(hard("agreement.unknown_indicator", "K28", "indicators", found=unknown))
    sender = name_of(work, pair.sender)
    if "".join(str(account.get("name", "")).split()) != "".join(sender.split()):
        found.append(
            hard("rules.money.account", "K41", leg="B", found=str(account.get("name", "")), expected=sender)
        )
    return found


def _in_words(breach: Breach, labels: dict[str, str]) -> Breach:
    """The breach with its indicators by their names: whoever drafts does not know the pack's codes."""
    facts = dict(breach.facts)
    if "lacking" in facts:
        facts["lacking"] = tuple(labels[code] for code in breach.facts["lacking"])  # type: ignore[attr-defined]
    if "indicator" in facts:
        facts["indicator"] = labels.get(str(facts["indicator"]), facts["indicator"])
    return replace(breach, facts=facts)


@act("agreement.sign", by=("county_civil", "city_civil", "sender", "recipient"), clauses=("K27",))
def sign_agreement(
    work: Work, pair: str, *, party: str, signed_on: date, signatory: str, seal_file: str
) -> Agreement:
    """One party signs; with the last signature agreement and pair are effective and the year's obligations open.

    Raises RuleBroken for a party that is not due (a fourth signature where three are due), a second signature, a date
    before the list's confirmation or in the future, a missing seal (K27), or an agreement not drafted (K28).
    """
    found, agreement = pair_of(work, pair), agreement_of(work, pair)
    due = [Party(one) for one in agreement.parties]
    signatures = _signatures(work, pair)
    breaches = _signing_breaches(work, found, agreement, party, signed_on, seal_file, signatures, due)
    if breaches:
        raise RuleBroken(breaches)
    organisation = organisation_of(work, party, scope_of_pair(work, found))
    require_actor(work, organisation)
    if agreement.state != "signing":
        raise AlreadyDone("agreement.effective_already", pair=pair)

    signature = Signature(
        pair=pair,
        party=party,
        organisation=organisation or "",
        signed_on=signed_on,
        signatory=signatory,
        seal_file=seal_file,
        at=work.now,
    )
    record.create(
        work, signature, act="agreement.sign", batch=found.batch, signed_on=signed_on, signatory=signatory
    )
    _settle_signing(work, pair, organisation or "")
    day = effective_on([*signatures, RuleSignature(Party(party), signed_on, sealed=True)], due)
    if day is not None:
        _take_effect(work, found, agreement, day)
    return agreement


def _settle_signing(work: Work, pair: str, organisation: str) -> None:
    """The step keeps the code of the office that it was opened for: a successor settles its predecessor's."""
    for office in (organisation, *former_offices(work, organisation)):
        if steps.settle_step(work, "S13", f"{pair}:{office}"):
            return


def _signing_breaches(
    work: Work,
    pair: Pair,
    agreement: Agreement,
    party: str,
    signed_on: date,
    seal_file: str,
    signatures: list[RuleSignature],
    due: list[Party],
) -> list[Breach]:
    if party not in tuple(Party):
        return [hard("agreement.unknown_party", "K27", "party", found=party)]
    found: list[Breach] = []
    if agreement.drafted_on is None:
        found.append(hard("agreement.not_drafted", "K28", "pair", pair=pair.key))
    new = RuleSignature(Party(party), signed_on, sealed=bool(seal_file.strip()))
    confirmed = pair.confirmed_on or work.today
    return [*found, *signature_breaches(new, signatures, due, confirmed_on=confirmed, today=work.today)]


def _take_effect(work: Work, pair: Pair, agreement: Agreement, day: date) -> None:
    agreement.effective_on = pair.effective_on = day
    agreement.register_number = f"{pair.batch}-{pair.key}"
    record.move(work, agreement, "effective", act="agreement.sign", effective_on=day)
    record.move(work, pair, "effective", act="agreement.sign", effective_on=day)
    scope, year, anchors = scope_of_pair(work, pair), day.year, {"agreement_effective": day}
    disbursement.open_pair_year(work, pair, year=year, anchors=anchors)
    steps.open_step(work, "S18", f"{pair.key}:{year}", scope=scope, anchors=anchors)

    batch = work.batch(pair.batch)
    was_running = batch.state == "running"
    start_running(work, batch, act_name="agreement.sign")
    if was_running:
        disbursement.open_city_year(work, batch, pair.city, year, anchors={"last_agreement": day})
    told = [
        pair.sender,
        pair.recipient,
        pair.nominator,
        f"{pair.city}-mz",
        organisation_of(work, "province_civil", scope),
    ]
    tell(
        work,
        "agreement_effective",
        to=told,
        subject=pair.key,
        batch=pair.batch,
        facts=_effective_facts(work, pair, agreement, batch),
    )


def start_running(work: Work, batch: Batch, *, act_name: str) -> None:
    """With the last agreement signed, or the last unsigned one gone, a batch runs and leg A is owed (S14)."""
    if batch.state != "signing" or _unsigned(work, batch.number):
        return
    last = _LAST_EFFECTIVE.scalar(work.session, {"batch": batch.number})
    if last is not None:
        batch.last_agreement_on = last
        record.move(work, batch, "running", act=act_name, last_agreement_on=last)
        disbursement.open_first_year(work, batch)


def _effective_facts(work: Work, pair: Pair, agreement: Agreement, batch: Batch) -> dict[str, Any]:
    rows = _SIGNED.all(work.session, {"pair": pair.key})
    return {
        "batch": pair.batch,
        "pair": pair.key,
        "sender": name_of(work, pair.sender),
        "recipient": name_of(work, pair.recipient),
        "register_no": agreement.register_number,
        "effective_on": agreement.effective_on,
        "period_from": batch.period_start,
        "period_to": batch.period_end,
        "parties": [{"name": name_of(work, row.organisation), "signed_on": row.signed_on} for row in rows],
    }


def _unsigned(work: Work, batch: int) -> int:
    return int(_UNSIGNED.scalar(work.session, {"batch": batch}))


def sign_by(work: Work, batch: int, day: date) -> date:
    """The last day for the signatures of a pair that was confirmed on a day (K27, A10)."""
    rules = work.rules(batch)
    days = rules.number("agreement.signing_workdays")
    return work.workdays.add_workdays(counted_from(day, days, rules), days)


def pair_of(work: Work, key: str) -> Pair:
    """The pair of that key; raises NotFound."""
    found = work.session.get(Pair, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=key)
    return found


def agreement_of(work: Work, pair: str) -> Agreement:
    """The agreement of a pair; raises NotFound before the list is final."""
    found = work.session.get(Agreement, pair)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "agreement"), subject=pair)
    return found


_PROMISED = PreparedObjects(Indicator, col(Indicator.pair) == bindparam("pair"))
_SIGNED = PreparedObjects(
    Signature, col(Signature.pair) == bindparam("pair"), order_by=(col(Signature.party),)
)
_LAST_EFFECTIVE = Prepared(
    select(func.max(col(Agreement.effective_on))).where(
        col(Agreement.batch) == bindparam("batch"), col(Agreement.state) == "effective"
    )
)
_UNSIGNED = Prepared(
    select(func.count())
    .select_from(Agreement)
    .where(col(Agreement.batch) == bindparam("batch"), col(Agreement.state) == "signing")
)


def _signatures(work: Work, pair: str) -> list[RuleSignature]:
    rows = _SIGNED.all(work.session, {"pair": pair})
    return [RuleSignature(Party(row.party), row.signed_on, sealed=bool(row.seal_file)) for row in rows]


def chores(work: Work) -> list[Chore]:  # noqa: ARG001  (every stage answers; an agreement waits for people only)
    """Nothing: an agreement waits for its parties, the sweep reminds them."""
    return []
