"""Where the tests of money and days begin: three effective pairs in two cities, what they owe opened by the house."""

from datetime import date
from typing import Any

import pytest
from stdnum.iso7064 import mod_11_2

from models.agreement import Agreement
from models.disbursement import Voucher
from models.organisation import Organisation
from models.pairing import Pair, PairingList
from models.rules.breach import RuleBroken
from tasks import disbursement, steps
from tasks.parties import scope_of_pair
from tasks.work import Work
from tests.factory import (
    PROVINCE,
    Bench,
    add_application,
    add_institution,
    add_roster_entry,
    make_bench,
    set_batch,
)
from tests.tasks.scenes import (
    CITY,
    CITY_CASE,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_CASE,
    OTHER_COUNTY,
    OTHER_PAIR,
    SENDERS,
    row_of,
    rows,
)

EFFECTIVE = date(2022, 5, 20)
"""The day on which all three agreements took effect."""

OTHER_CITY = "430300-mz"

_PAIRS = (
    (CITY_PAIR, SENDERS[2], CITY_CASE, "430100", CITY, "city"),
    (COUNTY_PAIR, SENDERS[0], COUNTY_CASE, "430121", COUNTY, "county"),
    (OTHER_PAIR, SENDERS[1], OTHER_CASE, "430321", OTHER_COUNTY, "county"),
)


def working_bench(url: str, at: str = "2022-06-20T10:00", **batch: Any) -> Bench:
    """Batch 1 running since 2022-05-20 with its three pairs and the first year's steps, at an instant."""
    bench = make_bench(url, f"{EFFECTIVE.isoformat()}T10:00")
    with bench.work() as work:
        found = set_batch(work, state="running", last_agreement_on=EFFECTIVE, **batch)
        work.session.add(PairingList(key="1:1", batch=1, state="final", confirmed_on=date(2022, 5, 11)))
        for key, sender, recipient, division, nominator, level in _PAIRS:
            add_roster_entry(work, sender, state="paired")
            add_institution(work, recipient, division=division, level=level)
            add_application(work, recipient, nominator=nominator, state="paired")
            add_pair(work, key, sender, recipient, nominator)
        disbursement.open_first_year(work, found)
    return bench.at(at)


def add_pair(work: Work, key: str, sender: str, recipient: str, nominator: str, **fields: Any) -> Pair:
    """An effective pair with its agreement, owing its first year's leg C and trainees."""
    plain: dict[str, Any] = {
        "state": "effective",
        "effective_on": EFFECTIVE,
        "confirmed_on": date(2022, 5, 11),
    }
    office = work.session.get_one(Organisation, nominator)
    pair = Pair(
        key=key,
        batch=1,
        list_key="1:1",
        sender=sender,
        recipient=recipient,
        application=f"1-{recipient}-1",
        nominator=nominator,
        city=office.city or office.division,
        at=work.now,
        **{**plain, **fields},
    )
    work.session.add(pair)
    work.session.flush()
    account = {"name": work.session.get_one(Organisation, sender).name}
    work.session.add(
        Agreement(
            pair=key,
            batch=1,
            state="effective",
            due_on=date(2022, 6, 1),
            payee_account=account,
            effective_on=EFFECTIVE,
        )
    )
    work.session.flush()
    anchors = {"agreement_effective": EFFECTIVE}
    disbursement.open_pair_year(work, pair, year=2022, anchors=anchors)
    steps.open_step(work, "S18", f"{key}:2022", scope=scope_of_pair(work, pair), anchors=anchors)
    return pair


def name_of_code(bench: Bench, code: str) -> str:
    """An organisation's name, which is the name of its account."""
    name: str = row_of(bench, Organisation, code).name
    return name


def enter(bench: Bench, leg: str, pair: str, **form: Any) -> Voucher:
    """Enters a leg of a pair's first year as it should be, unless the form says otherwise; `payer` acts."""
    found = row_of(bench, Pair, pair)
    payers = {"A": PROVINCE, "B": f"{found.city}-mz", "C": found.nominator}
    payees = {"A": f"{found.city}-mz", "B": found.sender, "C": found.recipient}
    payer, duty = form.pop("payer", payers[leg]), form.pop("duty", "finance")
    plain: dict[str, Any] = {
        "year": 2022,
        "pairs": [pair],
        "number": f"{leg}-{pair}",
        "paid_on": bench.house.clock.today(),
        "account_name": name_of_code(bench, payees[leg]),
        "source": "fiscal" if leg == "C" else "lottery",
    }
    voucher = bench.act("disbursement.enter_payment", payer, duty, leg=leg, **{**plain, **form})
    assert isinstance(voucher, Voucher)
    return voucher


def pay(bench: Bench, leg: str, pair: str, **form: Any) -> Voucher:
    """Enters and approves a leg."""
    voucher = enter(bench, leg, pair, **form)
    bench.act("disbursement.approve_payment", voucher.payer, voucher=voucher.key)
    return voucher


def receive(bench: Bench, voucher: Voucher) -> None:
    """The payee confirms today."""
    today = bench.house.clock.today()
    bench.act("disbursement.confirm_receipt", voucher.payee, voucher=voucher.key, received_on=today)


def reverse(bench: Bench, voucher: Voucher, duty: str = "officer") -> None:
    """The payer undoes a payment."""
    bench.act(
        "disbursement.reverse_payment",
        voucher.payer,
        duty,
        voucher=voucher.key,
        reason="银行退回",
        document="退汇通知（示例）",
    )


def resident_number(serial: int) -> str:
    """A number of the right shape with a right check digit that belongs to nobody."""
    body = f"43010019900101{serial:03d}"
    return body + mod_11_2.calc_check_digit(body)


def people(*serials: int) -> list[dict[str, str]]:
    """Trainees as a form names them."""
    return [
        {
            "name": f"受训人{serial}（示例）",
            "id_number": resident_number(serial),
            "certificate": "助理社会工作师",
        }
        for serial in serials
    ]


def name_trainees(bench: Bench, pair: str = COUNTY_PAIR, *serials: int, **form: Any) -> Any:
    """The recipient names its trainees of 2022: those of these serial numbers, else three of the pair's own."""
    found = row_of(bench, Pair, pair)
    own = int(pair[5]) * 100 + int(pair[-1]) * 10
    plain: dict[str, Any] = {
        "year": 2022,
        "people": people(*(serials or (own, own + 1, own + 2))),
        "plan": "年度计划",
    }
    return bench.act("fieldwork.name_trainees", found.recipient, pair=pair, **{**plain, **form})


def day(
    trainee: int, on: str, half_days: int = 2, *, pair: str = COUNTY_PAIR, note: str = "", year: int = 2022
) -> Any:
    """One line of a month as a form has it."""
    return {
        "trainee": f"{pair}:{year}:{trainee:02d}",
        "day": on,
        "half_days": half_days,
        "kind": "training",
        "note": note,
    }


def enter_month(
    bench: Bench, *days: Any, pair: str = COUNTY_PAIR, month: str = "2022-06", **form: Any
) -> Any:
    """The recipient enters a month with these days."""
    found = row_of(bench, Pair, pair)
    return bench.act(
        "fieldwork.enter_month", found.recipient, pair=pair, month=month, days=list(days), **form
    )


def codes(refused: pytest.ExceptionInfo[RuleBroken]) -> list[tuple[str, str]]:
    """What was refused, with its clauses."""
    return [(one.code.rpartition(".")[2], one.clause) for one in refused.value.breaches]


def refused_entry(bench: Bench, leg: str, pair: str, **form: Any) -> list[tuple[str, str]]:
    """The breaches of an entry that is refused, nothing written."""
    before = len(rows(bench, Voucher))
    with pytest.raises(RuleBroken) as refused:
        enter(bench, leg, pair, **form)
    assert len(rows(bench, Voucher)) == before
    return codes(refused)
