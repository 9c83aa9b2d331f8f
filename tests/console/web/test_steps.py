"""The page of a step: names instead of codes, who works on it, and what comes next."""

import pytest

from tests.console.web.visiting import Visiting, visiting
from tests.factory import Bench
from tests.tasks.working import working_bench

CHECK = "S08:2-52430100MJY0025009-1"
PROVINCE = "430000-mz.officer"


@pytest.fixture(scope="module")
def visits(played: Bench) -> Visiting:
    """The played house."""
    return visiting(played)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("S21:430100:2023Q4", ("长沙市", "2023Q4", "长沙市民政局经办人")),
        ("S19:P1-433100-02:2023-12", ("龙山县安禾社会工作服务中心（样例）", "2023-12")),
        ("S17:A:2022:430000-mz:SAMPLE-A-2022-430100", ("省级补助拨付市级民政部门 SAMPLE-A-2022-430100",)),
        ("S24:2022:430100", ("2022 长沙市",)),
    ],
)
def test_a_step_names_what_it_is_about_and_who_did_it(
    visits: Visiting, step: str, words: tuple[str, ...]
) -> None:
    page = visits.as_(PROVINCE).page(f"/step/{step}")

    assert [one for one in words if one not in page.text] == []
    assert "430100-mz.officer" not in page.text
    assert "+08:00" not in page.text


def test_only_what_was_handed_over_can_be_taken_back(visits: Visiting) -> None:
    guest = visits.as_(PROVINCE)
    before = [label for label, _path in guest.page(f"/step/{CHECK}").links]

    guest.fill(
        f"/act/deadlines.hand_over?step={CHECK}&fixed=step",
        action="/act/deadlines.hand_over",
        person="430000-mz.leader",
        reason="样例：出差",
    )
    after = guest.page(f"/step/{CHECK}")

    assert ("收回转办" in before, "收回转办" in [label for label, _path in after.links]) == (False, True)
    assert "承办" in after.text
    assert "湖南省民政厅负责人" in after.text


def test_a_settled_step_leads_to_the_next_of_its_kind(visits: Visiting) -> None:
    guest = visits.as_(PROVINCE)
    guest.fill(
        f"/act/application.check?application={CHECK[4:]}&fixed=application", action="/act/application.check"
    )

    page = guest.page(f"/step/{CHECK}")

    assert page.link("下一件").startswith("/step/S08%3A2-")
    assert "下一件" not in guest.page("/step/S10:1").text


def test_the_form_about_a_step_names_it(visits: Visiting) -> None:
    page = visits.as_(PROVINCE).page("/act/deadlines.remind_now?step=S05:2:430200&fixed=step")

    assert "报送盖章扫描件与汇总表（株洲市民政局）" in page.text
    assert "S05:2:430200" not in page.text


def test_reminders_are_told_in_working_days(visits: Visiting) -> None:
    told = visits.as_(PROVINCE).page("/step/S05:2:430200").rows

    assert ["2024-03-01", "提醒", "期限前 5 个工作日", "株洲市民政局经办人"] in told
    assert ["2024-03-08", "提醒", "期限当日", "株洲市民政局经办人"] in told


def test_a_refusal_names_steps_and_acts(visits: Visiting) -> None:
    guest, form = visits.as_(PROVINCE), "/act/deadlines.extend_step?step=S05:2:430200&fixed=step"

    refused = guest.fill(form, action="/act/deadlines.extend_step", until="2024-03-01", reason="样例")

    assert "事项“报送盖章扫描件与汇总表”不能延期至2024-03-01" in refused.text


def test_a_step_of_money_offers_entry_then_the_approval_of_what_was_entered(sqlite_url: str) -> None:
    house = visiting(working_bench(sqlite_url))
    finance, step = house.as_("430000-mz.finance"), "/step/S14:1:2022:430100"

    before = finance.page(step).links
    finance.fill(
        "/money/enter?batch=1&year=2022&city=430100", action="/act/disbursement.enter_payment", number="S1"
    )
    after = house.as_(PROVINCE).page(step)

    assert [label for label, _path in before if label in ("录入拨付凭证", "复核并拨付")] == ["录入拨付凭证"]
    assert after.link("复核并拨付") == "/voucher/A:2022:430000-mz:S1"
    assert after.link("长沙市") == "/money?batch=1&year=2022"


def test_an_extension_begins_with_the_day_as_it_stands(visits: Visiting) -> None:
    page = visits.as_(PROVINCE).page("/act/deadlines.extend_step?step=S11:2&fixed=step")

    assert ("until", "2024-04-02") in page.form("/act/deadlines.extend_step").values
