"""The agreement as it is printed for sealing: parties, promises, payments, account (K27, K28)."""

from typing import Any

from documents.writing.filling import Values
from models.agreement import Agreement
from models.messages import say
from models.pairing import Pair
from models.rules.money import Leg
from tasks.attaching import viewer_of
from tasks.papers.words import day, in_capitals, iso_day, money
from tasks.parties import name_of, organisation_of, scope_of_pair
from tasks.queries.agreement_page import draft_defaults, shown_account
from tasks.refusal import NotFound
from tasks.work import Work

_DUTIES = {"sender": "sender", "recipient": "recipient", "county_civil": "nominator"}
"""Party → the word for what it does; all others organise (K34, K36, K38)."""


def agreement_values(work: Work, subject: str) -> Values:
    """What the agreement of a pair says: what is drafted, else what the application and the pack give.

    Raises NotFound before the list is final.
    """
    pair, agreement = work.session.get(Pair, subject), work.session.get(Agreement, subject)
    if pair is None or agreement is None:
        raise NotFound("papers.no_subject", field="subject", document="agreement", subject=subject)
    batch, rules = work.batch(pair.batch), work.rules(pair.batch)
    given = draft_defaults(work, subject)
    plan = sorted(given["payment_plan"], key=lambda one: (one["year"], one["leg"], str(one["due_on"])))
    account = shown_account(given["payee_account"], viewer_of(work))
    # Leg B is the same money as leg A: only what institutions receive is added up.
    total = sum(int(one["fen"]) for one in plan if one["leg"] != Leg.A)
    return Values(
        texts={
            "programme": work.programme.title,
            "batch": batch.label,
            "number": agreement.register_number or pair.key,
            "pair": pair.key,
            "sender": name_of(work, pair.sender),
            "recipient": name_of(work, pair.recipient),
            "city": work.divisions.by_code(pair.city).name,
            "nominator": name_of(work, pair.nominator),
            "party_count": str(len(agreement.parties)),
            "confirmed_on": day(pair.confirmed_on),
            "sign_by": day(agreement.due_on),
            "signing_days": str(rules.number("agreement.signing_workdays")),
            "period_start": day(batch.period_start),
            "period_end": day(batch.period_end),
            "trainees_min": str(rules.number("fieldwork.trainees_min")),
            "days_min": str(rules.number("fieldwork.days_min")),
            "total": money(total),
            "total_capitals": in_capitals(total),
            "account_name": account["name"],
            "account_bank": account["bank"],
            "account_number": account["number"],
        },
        lists={
            "parties": _parties(work, pair, agreement),
            "promises": _promises(work, given["indicators"]),
            "payments": [_payment(work, pair, one) for one in plan],
        },
    )


def _parties(work: Work, pair: Pair, agreement: Agreement) -> list[dict[str, str]]:
    scope = scope_of_pair(work, pair)
    found = []
    for number, party in enumerate(agreement.parties, start=1):
        office = organisation_of(work, party, scope)
        duty = _DUTIES.get(party, "other")
        if office == pair.nominator:
            duty = "nominator"
        found.append(
            {
                "number": str(number),
                "party": work.programme.party_label(party),
                "name": name_of(work, office) if office else "",
                "duty": say(f"papers.duty_{duty}"),
            }
        )
    return found


def _promises(work: Work, given: dict[str, dict[str, int]]) -> list[dict[str, str]]:
    return [
        {"year": year, "label": one.label, "amount": f"{amounts[one.code]:,} {one.unit}"}
        for year, amounts in sorted(given.items())
        for one in work.programme.indicators
        if one.code in amounts
    ]


def _payment(work: Work, pair: Pair, one: dict[str, Any]) -> dict[str, str]:
    leg = work.programme.leg(str(one["leg"]))
    scope = scope_of_pair(work, pair)
    fen = int(one["fen"])
    return {
        "year": str(one["year"]),
        "leg": leg.label,
        "payer": name_of(work, organisation_of(work, leg.payer, scope) or ""),
        "payee": name_of(work, organisation_of(work, leg.payee, scope) or ""),
        "amount": money(fen),
        "capitals": in_capitals(fen),
        "due": iso_day(one["due_on"]),
    }
