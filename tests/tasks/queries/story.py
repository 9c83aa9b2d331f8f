"""A small sound database with something of everything: three pairs of batch 1 from their list to their first report."""

from datetime import date

from sqlalchemy import select, text
from sqlmodel import col

from models.application import Application, Submission
from tasks.deadlines import sweep
from tests.factory import Bench
from tests.tasks.scenes import COUNTY_PAIR, run_chores
from tests.tasks.working import people
from tests.tasks.yearend import PAIRS, evaluate, pay_year, receive, submit, working_bench


def told_bench(url: str, *, pairs: tuple[str, ...] = PAIRS) -> Bench:
    """The story up to 2023-01-11 (Wednesday): 2022 paid, worked, evaluated; one city has reported, 430300 has not."""
    bench = working_bench(url, "2022-06-08T09:00")
    _send_applications(bench)
    sweep(bench.house)
    bench.at("2022-06-20T10:00")
    pay_year(bench)
    for number, pair in enumerate(PAIRS):
        _name(bench, pair, 10 * number + 1)
    bench.at("2022-07-01T09:00")
    run_chores(bench, "fieldwork")
    bench.at("2022-07-05T10:00")
    _work_june(bench)
    bench.at("2022-12-01T09:00")
    run_chores(bench, "evaluation")
    for pair in pairs:
        evaluate(bench, pair)
    bench.at("2023-01-04T09:00")
    run_chores(bench, "evaluation")
    submit(bench, "430100")
    receive(bench, "430100")
    return bench.at("2023-01-11T09:00")


def _send_applications(bench: Bench) -> None:
    """What the pairs' applications lived through before the scenes begin: recommended, ranked, sent, registered."""
    with bench.work() as work:
        applications = (
            work.session.execute(select(Application).order_by(col(Application.key))).scalars().all()
        )
        ranks: dict[str, int] = {}
        for application in applications:
            ranks[application.city] = ranks.get(application.city, 0) + 1
            application.city_rank, application.nominator_slot = ranks[application.city], 1
        for city, count in ranks.items():
            work.session.add(
                Submission(
                    key=f"1:{city}",
                    batch=1,
                    city=city,
                    state="registered",
                    emailed_at=work.now,
                    rows=count,
                    posted_on=date(2022, 3, 11),
                    registered_on=date(2022, 3, 15),
                )
            )


def _name(bench: Bench, pair: str, first: int) -> None:
    recipient = owner_of(bench, pair, "recipient")
    bench.act(
        "fieldwork.name_trainees",
        recipient,
        pair=pair,
        year=2022,
        people=people(first, first + 1, first + 2),
        plan="年度计划",
    )


def _work_june(bench: Bench) -> None:
    form = {"pair": COUNTY_PAIR, "month": "2022-06"}
    days = [
        {"trainee": f"{COUNTY_PAIR}:2022:01", "day": "2022-06-21", "half_days": 2, "kind": "training"},
        {"trainee": f"{COUNTY_PAIR}:2022:02", "day": "2022-06-22", "half_days": 1, "kind": "training"},
    ]
    done = [
        {"indicator": "trainings", "day": "2022-06-21", "amount": 2},
        {"indicator": "institutions_incubated", "day": "2022-06-22", "amount": 1},
    ]
    stays = [{"began_on": "2022-06-21", "ended_on": "2022-06-23", "people": 2, "kind": "training"}]
    bench.act(
        "fieldwork.enter_month",
        owner_of(bench, COUNTY_PAIR, "recipient"),
        days=days,
        activities=done,
        visits=stays,
        **form,
    )
    bench.act("fieldwork.confirm_month", owner_of(bench, COUNTY_PAIR, "sender"), **form)


def owner_of(bench: Bench, pair: str, side: str) -> str:
    """The sender or the recipient of a pair."""
    with bench.work() as work:
        found = work.session.execute(text(f"SELECT {side} FROM pair WHERE key = :key"), {"key": pair})
        return str(found.scalar_one())
