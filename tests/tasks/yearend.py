"""Where the tests of the year's end begin: three pairs at work, their money paid, their reports on the way."""

from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from models.pairing import Pair
from models.step import Step
from tasks import steps
from tests.factory import PROVINCE, PROVINCE_RURAL, Bench
from tests.tasks.scenes import (
    CITY_PAIR,
    COUNTY_PAIR,
    OTHER_PAIR,
    draft,
    row_of,
    run_chores,
    sign_all,
    signing_bench,
)

PAIRS = (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR)
CITIES = {"430100": (CITY_PAIR, COUNTY_PAIR), "430300": (OTHER_PAIR,)}
SPENT = {"sender": {"activity": 2_900_000}, "recipient": {"board_lodging": 950_000}}
"""What each side spends of its 30,000 and 10,000 yuan."""


def working_bench(url: str, at: str = "2022-12-01T09:00") -> Bench:
    """Three pairs of two cities, effective since 2022-05-20, on the day the year's self-evaluations begin."""
    bench = signing_bench(url)
    bench.at("2022-05-20T10:00")
    for pair in PAIRS:
        draft(bench, pair)
        sign_all(bench, pair)
    return bench.at(at)


def pay_year(bench: Bench, year: int = 2022) -> None:
    """All three legs of a work year, entered, approved by another person, received, as of now."""
    for city, pairs in CITIES.items():
        pay(bench, "A", year, list(pairs), PROVINCE, f"{city}-mz", "fiscal")
    for key in PAIRS:
        pair = row_of(bench, Pair, key)
        pay(bench, "B", year, [key], f"{pair.city}-mz", pair.sender, "fiscal")
        pay(bench, "C", year, [key], pair.nominator, pair.recipient, "fiscal")


def pay(bench: Bench, leg: str, year: int, pairs: list[str], payer: str, payee: str, source: str) -> str:
    """One leg of a year from entry to receipt; returns the voucher's key."""
    today = bench.house.clock.today()
    with bench.work() as work:
        name = work.session.execute(
            text("SELECT name FROM organisation WHERE code = :code"), {"code": payee}
        ).scalar_one()
    voucher = bench.act(
        "disbursement.enter_payment",
        payer,
        "finance",
        leg=leg,
        year=year,
        pairs=pairs,
        number=f"{leg}-{pairs[0]}",
        paid_on=today,
        account_name=name,
        source=source,
    )
    bench.act("disbursement.approve_payment", payer, voucher=voucher.key)
    bench.act("disbursement.confirm_receipt", payee, voucher=voucher.key, received_on=today)
    return str(voucher.key)


def file_side(bench: Bench, pair: str, side: str, **form: Any) -> Any:
    """One side's self-evaluation of 2022, without money unless the form says otherwise."""
    found = row_of(bench, Pair, pair)
    plain: dict[str, Any] = {"year": 2022, "side": side, "text": f"{side} 自评（示例）", "spending": {}}
    owner = found.sender if side == "sender" else found.recipient
    return bench.act("evaluation.file_self_evaluation", owner, pair=pair, **{**plain, **form})


def evaluate(bench: Bench, pair: str, *, year: int = 2022, grade: str = "good") -> None:
    """Both sides file, the nominator judges, rural revitalisation co-signs."""
    for side in ("sender", "recipient"):
        file_side(bench, pair, side, year=year)
    found = row_of(bench, Pair, pair)
    form: dict[str, Any] = {"pair": pair, "year": year}
    bench.act("evaluation.evaluate_pair", found.nominator, grade=grade, comment="评估意见（示例）", **form)
    bench.act("evaluation.cosign_evaluation", found.nominator.replace("-mz", "-xz"), **form)


def reporting_bench(url: str, at: str = "2023-01-04T09:00") -> Bench:
    """The year 2022 evaluated and over: both cities owe their reports (S24)."""
    bench = working_bench(url)
    run_chores(bench, "evaluation")
    for pair in PAIRS:
        evaluate(bench, pair)
    bench.at(at)
    run_chores(bench, "evaluation")
    return bench


def submit(bench: Bench, city: str, *, year: int = 2022) -> Any:
    """A city reports and its rural office co-signs."""
    form: dict[str, Any] = {"city": city, "year": year}
    report = bench.act("evaluation.submit_report", f"{city}-mz", text="年度报告（示例）", **form)
    bench.act("evaluation.cosign_report", f"{city}-xz", **form)
    return report


def receive(bench: Bench, city: str, *offices: str, year: int = 2022) -> None:
    """Provincial offices confirm receipt, both unless some are named."""
    for office in offices or (PROVINCE, PROVINCE_RURAL):
        bench.act("evaluation.receive_report", office, city=city, year=year)


def honouring_bench(url: str) -> Bench:
    """2022 rolled up and published on 2023-01-11: honours are owed (S26)."""
    bench = reporting_bench(url, "2023-01-11T09:00")
    for city in CITIES:
        submit(bench, city)
        receive(bench, city)
    bench.act("evaluation.publish_rollup", PROVINCE, year=2022)
    return bench


def closing_bench(url: str) -> Bench:
    """Batch 1 after its last year: everything but its close is done, on 2024-01-31."""
    bench = working_bench(url, "2022-06-20T10:00")
    pay_year(bench)
    bench.at("2022-12-01T09:00")
    run_chores(bench, "evaluation")
    for side, spent in SPENT.items():
        file_side(bench, COUNTY_PAIR, side, spending=spent)
    bench.at("2024-01-08T09:00")
    run_chores(bench, "evaluation")
    for city in CITIES:
        for year in (2022, 2023):
            submit(bench, city, year=year)
            receive(bench, city, year=year)
    for year in (2022, 2023):
        bench.act("evaluation.publish_rollup", PROVINCE, year=year)
        bench.act("evaluation.close_honours", PROVINCE, year=year)
    cancel_open(bench, but="S27")
    return bench.at("2024-01-31T10:00")


def cancel_open(bench: Bench, *, but: str = "") -> None:
    """Ends every open step of batch 1 except those of one kind: what other stages owe is not the matter here."""
    with bench.work() as work:
        wanted = select(Step).where(col(Step.state) == "open", col(Step.kind) != but, col(Step.batch) == 1)
        for step in work.session.execute(wanted.order_by(col(Step.key))).scalars().all():
            steps.cancel_step(work, step.kind, step.subject)
