"""Why a step is what it is: clause, owner and why, the rule, every day counted and skipped, whom it told."""

from datetime import date

import pytest

from tasks.queries.explain import Explanation, explain_step
from tasks.refusal import NotFound
from tests.factory import Bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The story, read only but for an extension."""
    bench = told_bench(f"sqlite:///{tmp_path_factory.mktemp('explain')}/story.sqlite")
    form = {"step": "S24:2022:430300", "until": date(2023, 1, 20), "reason": "系统迁移（示例）"}
    bench.act("deadlines.extend_step", "430000-mz", **form)
    return bench


def explained(bench: Bench, key: str) -> Explanation:
    """The explanation of a step."""
    with bench.house.look() as work:
        return explain_step(work, key)


def test_fifteen_working_days_are_counted_out_with_their_notice(bench: Bench) -> None:
    found = explained(bench, f"S13:{COUNTY_PAIR}:430121-mz").facts

    days = found["days"]
    counted = [(day, number) for day, number, *_rest in days if number is not None]
    skipped = [day for day, number, *_rest in days if number is None]
    assert (found["anchor_on"], found["due_on"]) == (date(2022, 5, 11), date(2022, 6, 1))
    assert (len(counted), counted[0], counted[-1]) == (15, ("2022-05-12", 1), ("2022-06-01", 15))
    assert skipped == ["2022-05-11", *(f"2022-05-{day}" for day in (14, 15, 21, 22, 28, 29))]
    assert {notice for *_rest, notice in days} == {"国办发明电〔2021〕11号"}


def test_a_clause_stands_with_its_quote_and_the_rule_in_words(bench: Bench) -> None:
    text = explained(bench, f"S13:{COUNTY_PAIR}:430121-mz").text

    lines = text.splitlines()
    assert lines[0] == f"S13:{COUNTY_PAIR}:430121-mz 签订合作协议（已办结）"
    assert any(line.startswith("依据 K27") and "应在15个工作日内签订合作协议" in line for line in lines)
    assert "期限：2022-06-01，自牵手名单确认之日 2022-05-11 起算" in lines
    assert "  规则：协议签订时限，自名单确认起，其后第 15 个工作日，起算日不计（K27、A10）" in lines
    assert "  2022-05-14 不计：周末 国办发明电〔2021〕11号" in lines


@pytest.mark.parametrize(
    ("key", "owner", "why"),
    [
        (f"S16:{COUNTY_PAIR}:2022", "430121-mz", "推选单位即负责具体实施的当地主管部门（K36"),
        (f"S16:{CITY_PAIR}:2022", "430100-mz", "推选单位即负责具体实施的当地主管部门（K36"),
        ("S24:2022:430300", "430300-mz", "由该层级的主管部门承担"),
        (f"S13:{COUNTY_PAIR}:430121-mz", "430121-mz", "由事项所涉的一方承担"),
    ],
)
def test_the_owner_is_explained(bench: Bench, key: str, owner: str, why: str) -> None:
    found = explained(bench, key).facts

    assert found["owner"] == owner
    assert found["owner_why"].strip().startswith(why)


def test_an_extension_is_shown_with_who_and_why(bench: Bench) -> None:
    found = explained(bench, "S24:2022:430300")

    assert found.facts["extensions"] == [
        {
            "old": date(2023, 1, 16),
            "new": date(2023, 1, 20),
            "reason": "系统迁移（示例）",
            "officer": "430000-mz.officer",
        }
    ]
    assert found.facts["due_on"] == date(2023, 1, 20)
    assert "延期：2023-01-16 → 2023-01-20，430000-mz.officer，理由：系统迁移（示例）" in found.lines
    assert [act for _at, _actor, act in found.facts["events"]] == ["steps.extend"]


def test_occasions_say_whom_they_told(bench: Bench) -> None:
    found = explained(bench, f"S18:{COUNTY_PAIR}:2022").facts

    assert [(day, nature, offset) for day, nature, offset, _person in found["told"]] == [
        ("2022-06-08", "reminder", -3)
    ]


def test_the_acts_about_a_step_are_listed(bench: Bench) -> None:
    found = explained(bench, f"S22:{COUNTY_PAIR}:2022").facts

    assert [act for _at, _actor, act in found["events"]][-1] == "evaluation.file_self_evaluation"


def test_a_date_of_the_calendar_is_explained_without_counting(bench: Bench) -> None:
    found = explained(bench, f"S22:{COUNTY_PAIR}:2022")

    assert (found.facts["days"], found.facts["due_on"]) == ([], date(2022, 12, 31))
    assert "  规则：年度自评报送期限，12-31（K33）" in found.lines


def test_an_unknown_step_is_said_to_be_unknown(bench: Bench) -> None:
    with pytest.raises(NotFound) as refused:
        explained(bench, "S99:nothing")

    assert refused.value.code == "act.no_step"
