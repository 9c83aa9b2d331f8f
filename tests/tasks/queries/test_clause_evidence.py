"""What proves a clause: its steps in time and late, the acts under it, the exceptions, its values and settings."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select, text

from models.clock import SHANGHAI
from models.programme.pack import UnknownInPack
from models.step import Step
from tasks import steps
from tasks.acts import acts
from tasks.parties import Scope
from tasks.queries.clause_evidence import KindEvidence, clause_evidence, clause_list
from tests.factory import PROVINCE, Bench, make_bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import COUNTY_CASE, key_of


def counted(steps: list[Step], today: date) -> Counter[tuple[str, str]]:
    """Kind and fate of each step, one by one in Python."""
    found: Counter[tuple[str, str]] = Counter()
    for step in steps:
        settled_on = step.settled_at.astimezone(SHANGHAI).date() if step.settled_at else None
        late = step.due_on is not None and (settled_on or today) > step.due_on
        fate = {"settled": ("in_time", "late"), "open": ("open", "overdue")}.get(step.state)
        if fate:
            found[step.kind, fate[late]] += 1
    return found


def test_every_clause_counts_the_steps_that_cite_it(told: Bench) -> None:
    with told.house.look() as work:
        found = clause_list(work)
        every = counted(list(work.session.execute(select(Step)).scalars()), work.today)

    assert [one.id for one in found] == [f"K{number:02d}" for number in range(1, 50)]
    for line in found:
        kinds = [one.id for one in told.house.programme.steps if line.id in one.clauses]
        fate = {
            name: sum(every[kind, name] for kind in kinds) for name in ("in_time", "late", "open", "overdue")
        }
        assert (line.in_time, line.late, line.overdue) == (fate["in_time"], fate["late"], fate["overdue"])
        assert line.open == fate["open"] + fate["overdue"]
    by_id = {one.id: one for one in found}
    assert by_id["K27"].in_time == 11
    assert by_id["K27"].settings == ("A9", "A10")
    assert by_id["K31"].overdue > 0


def test_events_are_those_of_the_acts_registered_under_the_clause(told: Bench) -> None:
    with told.house.look() as work:
        found = clause_evidence(work, "K27", latest=3)
        listed = next(one for one in clause_list(work) if one.id == "K27")
        names = tuple(name for name, one in acts().items() if "K27" in one.clauses)
        rows = work.session.connection().execute(text("SELECT seq, act FROM event ORDER BY seq DESC")).all()

    expected = [seq for seq, act in rows if act in names]
    assert found.acts == names
    assert "agreement.sign" in names
    assert found.event_count == listed.events == len(expected)
    assert [one.seq for one in found.events] == expected[:3]
    assert {one.subject_label for one in found.events} <= {*told.house.programme.words["table"].values()}


def test_the_clause_stands_with_its_text_values_and_settings(told: Bench) -> None:
    with told.house.look() as work:
        found = clause_evidence(work, "K27")

    assert (found.clause.number, found.binding_label) == ("二（三）2", "职责")
    assert "15个工作日" in found.clause.quote
    values = {one.key: one for one in found.parameters}
    assert values["agreement.signing_workdays"].now == values["agreement.signing_workdays"].values[-1]
    assert values["agreement.signing_workdays"].values[0].value == 15
    assert values["agreement.parties_city"].values[0].labels == ("市级民政部门", "援派机构", "受援机构")
    assert [(one.id, one.parameter, one.now and one.now.labels) for one in found.settings] == [
        ("A9", "agreement.parties_by", ("按推选单位",)),
        ("A10", "deadlines.first_day_counted", ()),
    ]
    assert [(one.kind, one.batch, one.opened, one.in_time, one.late) for one in found.steps] == [
        ("S13", 1, 11, 11, 0)
    ]


def test_half_past_midnight_in_china_is_late(database_url: str) -> None:
    bench = make_bench(database_url, "2022-02-25T09:00")
    anchors = {"batch.submit_by": date(2022, 3, 10)}
    with bench.work() as work:
        for city in ("430100", "430200", "430300"):
            steps.open_step(work, "S05", f"1:{city}", scope=Scope(batch=1, city=city), anchors=anchors)
    with bench.at("2022-03-10T23:30").work() as work:
        steps.settle_step(work, "S05", "1:430100")
    with bench.at("2022-03-11T00:30").work() as work:
        steps.settle_step(work, "S05", "1:430200")

    with bench.house.look() as work:
        found = clause_evidence(work, "K23").steps

    plan = bench.house.programme.step("S05")
    assert found == (KindEvidence("S05", plan.title, "application", 1, 3, 1, 1, 1, 1, 0),)


def test_exceptions_granted_under_the_clause(sqlite_url: str) -> None:
    bench = told_bench(sqlite_url, pairs=())
    form = {"clause": "K20", "reason": "该县机构众多", "document": "湘民函〔2022〕样例3号"}
    bench.act("application.grant_override", PROVINCE, application=key_of(COUNTY_CASE), **form)

    with bench.house.look() as work:
        found = clause_evidence(work, "K20")
        other = clause_evidence(work, "K21")
        line = next(one for one in clause_list(work) if one.id == "K20")

    assert [(one.application, one.reason, one.officer) for one in found.overrides] == [
        (key_of(COUNTY_CASE), "该县机构众多", "430000-mz.officer")
    ]
    assert (line.overrides, other.overrides) == (1, ())


def test_a_clause_that_is_none_is_refused(told: Bench) -> None:
    with told.house.look() as work, pytest.raises(UnknownInPack):
        clause_evidence(work, "K99")
