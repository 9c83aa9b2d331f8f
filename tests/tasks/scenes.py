"""Where the tests of review, pairing and agreement begin: a batch, its institutions, its panel, its confirmed pairs."""

from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import SQLModel, col

from models.event import Event
from models.mail import Letter
from models.organisation import Organisation
from models.pairing import Pair
from models.step import Step
from tasks.chores import Outcome
from tasks.lifecycle import due_chores, perform_chore
from tests.factory import (
    PROVINCE,
    SHENZHEN,
    Bench,
    add_application,
    add_decision,
    add_institution,
    add_reviewer,
    add_roster_entry,
    make_bench,
    sample_uscc,
    set_batch,
)

Row = TypeVar("Row", bound=SQLModel)

COUNTY, OTHER_COUNTY, CITY = "430121-mz", "430321-mz", "430100-mz"
"""Two counties of two cities (430100, 430300) and the first one's city."""

COUNTY_CASE, OTHER_CASE, CITY_CASE = sample_uscc(1), sample_uscc(2, "430321"), sample_uscc(3, "430100")
"""Institutions recommended by the county, by the other city's county, and by the city itself."""

SENDERS = tuple(sample_uscc(serial, "440305") for serial in (101, 102, 103))

SPARE_SENDERS = tuple(sample_uscc(serial, "440305") for serial in (104, 105))

CRITERIA = ("need", "capacity", "plan", "support")

LAUNCH = date(2022, 5, 11)
"""The day on which Shenzhen confirms the list; fifteen working days later is 2022-06-01."""


def key_of(code: str) -> str:
    """The application of an institution to batch 1."""
    return f"1-{code}-1"


def three_applications(bench: Bench, state: str, **fields: Any) -> None:
    """The three institutions with an application each, in a state."""
    with bench.work() as work:
        for code, division, nominator, level in (
            (COUNTY_CASE, "430121", COUNTY, "county"),
            (OTHER_CASE, "430321", OTHER_COUNTY, "county"),
            (CITY_CASE, "430100", CITY, "city"),
        ):
            if work.session.get(Organisation, code) is None:
                add_institution(work, code, division=division, level=level)
            add_application(work, code, nominator=nominator, state=state, **fields)


def panel(bench: Bench, cities: tuple[str | None, ...] = (None,) * 5) -> list[str]:
    """Experts of these cities, registered and named as the panel of batch 1, the first in the chair."""
    with bench.work() as work:
        people = [
            add_reviewer(work, f"reviewer-{number:02d}", city=city)
            for number, city in enumerate(cities, start=1)
        ]
    bench.act("review.form_panel", PROVINCE, batch=1, members=members(people, cities))
    return people


def members(people: list[str], cities: tuple[str | None, ...] | None = None) -> list[dict[str, Any]]:
    """The panel as a form names it."""
    return [
        {"person": person, "city": city, "chair": number == 0}
        for number, (person, city) in enumerate(zip(people, cities or (None,) * len(people), strict=True))
    ]


def reviewing_bench(url: str, cities: tuple[str | None, ...] = (None,) * 5) -> tuple[Bench, list[str]]:
    """Batch 1 on the day its review begins: three applications checked, the panel formed."""
    bench = make_bench(url)
    with bench.work() as work:
        set_batch(work)
    three_applications(bench, "checked")
    people = panel(bench, cities)
    bench.at("2022-03-15T09:00")
    run_chores(bench, "review")
    return bench, people


def score_all(bench: Bench, people: list[str], points: dict[str, int]) -> None:
    """Every reviewer declares no interest and gives each application the same points on every criterion."""
    for person in people:
        for code, value in points.items():
            act_as(bench, "review.declare_interest", person, application=key_of(code), conflict=False)
            scores = dict.fromkeys(CRITERIA, value)
            act_as(bench, "review.score", person, application=key_of(code), scores=scores)


def act_as(bench: Bench, name: str, person: str, **form: Any) -> Any:
    """An act of a reviewer."""
    return bench.act(name, person.rpartition(".")[0], "reviewer", **form)


def decide(bench: Bench, **form: Any) -> Any:
    """The province's decision: all three approved, unless the form says otherwise."""
    plain: dict[str, Any] = {
        "approved": [key_of(COUNTY_CASE), key_of(OTHER_CASE), key_of(CITY_CASE)],
        "waiting": [],
        "rejected": {},
        "minutes": "评审会纪要（示例）",
        "document": "样例文号〔2022〕1号",
    }
    return bench.act("review.decide", PROVINCE, batch=1, **{**plain, **form})


def pairing_bench(url: str, *, senders: int = 3) -> Bench:
    """Batch 1 decided, its roster closed: three approved applications, some senders, S12 open."""
    bench = make_bench(url, "2022-04-15T09:00")
    with bench.work() as work:
        set_batch(work, state="pairing")
        for code in SENDERS[:senders]:
            add_roster_entry(work, code)
    three_applications(bench, "approved")
    with bench.work() as work:
        add_decision(work, work.today, approved=3)
    bench.act("pairing.close_roster", SHENZHEN, batch=1)
    return bench


def proposed(*couples: tuple[str, str]) -> list[dict[str, str]]:
    """Pairs as a form names them."""
    return [
        {"sender": sender, "application": key_of(code), "reason": "需求相符（示例）"}
        for sender, code in couples
    ]


ALL_THREE = tuple(zip(SENDERS, (COUNTY_CASE, OTHER_CASE, CITY_CASE), strict=True))


def signing_bench(url: str, *, spare: int = 0) -> Bench:
    """Batch 1 with its list confirmed on 2022-05-11: the three pairs await their signatures."""
    bench = pairing_bench(url)
    with bench.work() as work:
        for code in SPARE_SENDERS[:spare]:
            add_roster_entry(work, code)
    bench.at("2022-05-09T10:00")
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=date(2022, 5, 9))
    bench.at("2022-05-11T10:00")
    bench.act("pairing.confirm_list", SHENZHEN, batch=1, confirmed_on=LAUNCH)
    return bench


CITY_PAIR, COUNTY_PAIR, OTHER_PAIR = "P1-430100-01", "P1-430100-02", "P1-430300-01"
"""The pairs in the order of their keys: the city's case comes first by its code."""


def promises(*years: int) -> dict[str, dict[str, int]]:
    """Indicators of every work year."""
    once = {
        "target_beneficiaries": 300,
        "target_institutions": 1,
        "target_professionals": 5,
        "target_person_times": 40,
        "trainings": 8,
    }
    return {str(year): dict(once) for year in years or (2022, 2023)}


def payment_plan(*years: int) -> list[dict[str, Any]]:
    """Every leg of every work year in one payment of the programme's sum."""
    return [
        {"leg": leg, "year": year, "due_on": f"{year}-09-30", "fen": fen}
        for year in years or (2022, 2023)
        for leg, fen in (("A", 3_000_000), ("B", 3_000_000), ("C", 1_000_000))
    ]


def draft(bench: Bench, pair: str, **form: Any) -> Any:
    """The nominator drafts the agreement, soundly unless the form says otherwise."""
    with bench.work() as work:
        found = work.session.get_one(Pair, pair)
        sender = work.session.get_one(Organisation, found.sender).name
    plain: dict[str, Any] = {
        "indicators": promises(),
        "payment_plan": payment_plan(),
        "payee_account": {"bank": "样例银行", "name": sender, "number": "620000000001"},
    }
    return bench.act("agreement.draft", found.nominator, pair=pair, **{**plain, **form})


def sign(bench: Bench, pair: str, party: str, organisation: str, **form: Any) -> Any:
    """One party signs today, unless the form says otherwise."""
    plain: dict[str, Any] = {
        "signed_on": bench.house.clock.today(),
        "signatory": "样例签署人",
        "seal_file": f"{pair}-{party}.pdf",
    }
    return bench.act("agreement.sign", organisation, pair=pair, party=party, **{**plain, **form})


def sign_all(bench: Bench, pair: str) -> None:
    """All parties of a pair sign, in the order of the agreement."""
    for party, organisation in parties_of(bench, pair).items():
        sign(bench, pair, party, organisation)


def parties_of(bench: Bench, pair: str) -> dict[str, str]:
    """Each party of a pair and its organisation, from its open steps S13."""
    with bench.work() as work:
        found = work.session.get_one(Pair, pair)
    named = {found.sender: "sender", found.recipient: "recipient", f"{found.city}-mz": "city_civil"}
    owners = [owner for _, owner, _ in steps_of(bench, f"S13:{pair}:%")]
    return {named.get(owner, "county_civil"): owner for owner in owners}


def run_chores(bench: Bench, stage: str) -> list[Outcome]:
    """What the machine does by itself for a stage now."""
    return [perform_chore(bench.house, chore) for chore in due_chores(bench.house, stage)]


def steps_of(bench: Bench, like: str, *, state: str = "open") -> list[tuple[str, str, date | None]]:
    """The steps whose key is like a pattern, as (key, owner, due), in the order of their keys."""
    with bench.work() as work:
        wanted = select(Step).where(col(Step.key).like(like), col(Step.state) == state)
        rows = work.session.execute(wanted.order_by(col(Step.key))).scalars().all()
        return [(row.key, row.owner, row.due_on) for row in rows]


def step_keys(bench: Bench, like: str, *, state: str = "open") -> list[str]:
    """The keys of the steps like a pattern."""
    return [key for key, _, _ in steps_of(bench, like, state=state)]


def letters(bench: Bench, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The letters of a kind as (organisation, facts), in the order of their keys."""
    with bench.work() as work:
        wanted = select(Letter).where(col(Letter.kind) == kind).order_by(col(Letter.key))
        return [
            (str(row.organisation_code), dict(row.facts))
            for row in work.session.execute(wanted).scalars().all()
        ]


def row_of(bench: Bench, model: Any, key: Any) -> Any:
    """One row as it stands now."""
    with bench.work() as work:
        return work.session.get_one(model, key)


def rows(bench: Bench, model: type[Row]) -> list[Row]:
    """All rows of a table, in the order of their keys."""
    with bench.work() as work:
        found = list(work.session.execute(select(model)).scalars().all())
    return sorted(found, key=lambda row: str(getattr(row, "key", None) or getattr(row, "pair", "")))


def events(bench: Bench, act: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The events of an act as (actor, subject, facts), in order."""
    with bench.work() as work:
        rows = work.session.execute(select(Event).where(col(Event.act) == act).order_by(col(Event.seq)))
        return [(row.actor, row.subject, row.facts) for row in rows.scalars().all()]
