"""The journey's second half: money, months, the year's end and the close, each step on its page."""

from datetime import date

from models.disbursement import Voucher
from models.step import Step
from tests.e2e.play import Play
from tests.e2e.steps_of_choosing import (
    BUREAU,
    CITY_OFFICER,
    CITY_RURAL,
    COUNTY_OFFICER,
    COUNTY_RURAL,
    FINANCE,
    OFFICER,
    PAIR,
    RECIPIENT,
    SENDER,
)
from tests.tasks.scenes import CITY, COUNTY, COUNTY_CASE, SENDERS, rows
from tests.tasks.working import people

PROVINCE_RURAL = "430000-xz.officer"
KEEPER = "operator.keeper"
YEAR, FIRST_MONTH = "2022", "2022-03"
LATER_MONTHS = tuple(f"2022-{month:02d}" for month in range(4, 13))
QUARTERS = {"2022-06": "2022Q2", "2022-09": "2022Q3"}
DAYS_A_MONTH = 5
"""So many days of each of three people: from April on they make the year's 120 and more."""


def pay(play: Play, kind: str, maker: str, checker: str, payee: str, number: str) -> None:
    """Finance enters a payment, another person approves it, the payee confirms that it has come."""
    play.at(maker).take_up(kind, "录入拨付凭证").fill(number=number).press("录入，交人复核")
    play.at(checker).stand_in(kind, "复核并拨付").follow("复核并拨付").press("复核并拨付")
    play.at(payee).take_up("S17", "确认收款").press("确认收款")
    assert [one.state for one in rows(play.bench, Voucher) if one.number == number] == ["received"]


def pay_leg_a(play: Play) -> None:
    """The province pays the city."""
    pay(play, "S14", FINANCE, OFFICER, CITY_OFFICER, "A-2022-001")


def pay_leg_b(play: Play) -> None:
    """The city passes the province's money on to the sender."""
    pay(play, "S15", f"{CITY}.finance", CITY_OFFICER, SENDER, "B-2022-001")


def pay_leg_c(play: Play) -> None:
    """The county pays the recipient from its own money."""
    pay(play, "S16", f"{COUNTY}.finance", COUNTY_OFFICER, RECIPIENT, "C-2022-001")


def name_trainees(play: Play) -> None:
    """The recipient names three people and the year's plan."""
    named = {
        f"people.{number}.{part}": value
        for number, person in enumerate(people(1, 2, 3))
        for part, value in person.items()
    }
    play.at(RECIPIENT).take_up("S18", "确定受训人才与年度计划").fill(
        **named, plan="年度培养计划（示例）。"
    ).press("确定受训人才与年度计划")


def enter_month(play: Play) -> None:
    """The recipient enters the first month day by day, the sender confirms it."""
    days = {f"day.2022-03-{day}.{PAIR}:2022:01": "2" for day in (28, 29, 30)}
    play.at(RECIPIENT).take_up("S19", "填报当月服务日").fill(**days).press("报送本月")
    play.at(SENDER).visit("人员与服务日", PAIR).follow(FIRST_MONTH).press("确认 3 日")


def spend_the_month(play: Play, month: str) -> None:
    """A later month as the first, without its pages: entered, confirmed."""
    working = [f"{month}-{day:02d}" for day in range(8, 29)]
    table = play.bench.house.workdays
    on = [day for day in working if table.is_workday(date.fromisoformat(day))][:DAYS_A_MONTH]
    days = [
        {"trainee": f"{PAIR}:2022:{one:02d}", "day": day, "half_days": 2, "kind": "training", "note": ""}
        for day in on
        for one in (1, 2, 3)
    ]
    play.bench.act("fieldwork.enter_month", COUNTY_CASE, pair=PAIR, month=month, days=days)
    play.bench.act("fieldwork.confirm_month", SENDERS[0], pair=PAIR, month=month)


def day_after(month: str) -> str:
    """The first day of the month after one."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1).isoformat()


def track(play: Play) -> None:
    """The city writes what it found when it looked after its pairs in the first quarter."""
    play.at(CITY_OFFICER).take_up("S21", "登记季度跟踪").fill(findings="按计划开展（示例）。").press(
        "登记季度跟踪"
    )


def track_later(play: Play, quarter: str) -> None:
    """A later quarter as the first, without its page."""
    play.bench.act("fieldwork.record_tracking", CITY, city="430100", quarter=quarter, findings="正常（示例）")


def go_on(play: Play) -> None:
    """The clock goes on to December, a month at a time; each month is served, each quarter looked after."""
    for month in LATER_MONTHS[:-1]:
        play.until(day_after(month))
        spend_the_month(play, month)
        if quarter := QUARTERS.get(month):
            track_later(play, quarter)


def end_the_year(play: Play) -> None:
    """December and the last quarter as those before."""
    spend_the_month(play, "2022-12")
    track_later(play, "2022Q4")


def answer_alerts(play: Play) -> None:
    """The recipient says how it will reach its days, where the pace fell short."""
    desk = play.at(RECIPIENT)
    while "S20" in desk.owes():
        desk.take_up("S20", "说明进度预警").fill(measures="四月起每周三次（示例）。").press("说明进度预警")


def evaluate_selves(play: Play) -> None:
    """Both sides write their account with what they spent."""
    play.at(RECIPIENT).take_up("S22", "报送自评与支出").fill(spending__board_lodging="9500").press(
        "报送自评与支出"
    )
    play.at(SENDER).visit("总结与评估", PAIR).fill(
        spending__activity="25000", spending__transport="4000"
    ).press("报送自评与支出")


def evaluate_pair(play: Play) -> None:
    """The county judges, its rural revitalisation office co-signs."""
    play.at(COUNTY_OFFICER).take_up("S23", "评估结对成效").fill(
        grade="excellent", comment="成效明显（示例）。"
    ).press("评估定级，送会签")
    play.at(COUNTY_RURAL).visit("总结与评估", PAIR).press("会签结对评估")


def report(play: Play) -> None:
    """The city reports, its rural office co-signs, two provincial offices confirm receipt (K33)."""
    play.at(CITY_OFFICER).take_up("S24", "报送年度报告").press("报送年度报告")
    for person, button in (
        (CITY_RURAL, "会签年度报告"),
        (OFFICER, "签收年度报告"),
        (PROVINCE_RURAL, "签收年度报告"),
    ):
        play.at(person).visit("总结与评估", "市州年度报告", "长沙市").press(button)


def publish(play: Play) -> None:
    """The province publishes the year's figures, records an honour and ends the year's list."""
    desk = play.at(OFFICER).take_up("S25", "发布全省汇总").press("发布全省汇总")
    desk.take_up("S26", "登记表彰、宣传与典型").fill(
        kind="experience", subject=PAIR, level="province", title="典型经验（示例）"
    ).press("登记表彰、宣传与典型")
    desk.take_up("S26", "办结表彰宣传").press("办结表彰宣传")


def close(play: Play) -> None:
    """The province closes the batch."""
    play.at(OFFICER).take_up("S27", "批次办结归档").fill(archive="档案室样例柜（示例）").press("办结并归档")


def look_on(play: Play) -> None:
    """The operator finds the installation well; Shenzhen sees the pair's money."""
    assert "就绪" in play.at(KEEPER).visit("运行").text
    assert PAIR in play.at(BUREAU).visit("资金").text


def open_steps(play: Play) -> list[str]:
    """The keys of the batch's steps that nobody has done."""
    return [one.key for one in rows(play.bench, Step) if one.state == "open" and one.batch == 1]
