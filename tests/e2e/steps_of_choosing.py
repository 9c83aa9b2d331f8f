"""The journey's first half: from the batch's dates to the agreement of one pair, each step on its page."""

from models.application import Submission
from models.pairing import Pair
from models.review import Assessment
from tests.e2e.play import Play
from tests.factory import PROVINCE, SHENZHEN
from tests.tasks.applying import RESIDENT_NUMBER
from tests.tasks.scenes import CITY, COUNTY, COUNTY_CASE, SENDERS, key_of, rows

OFFICER, FINANCE = f"{PROVINCE}.officer", f"{PROVINCE}.finance"
CITY_OFFICER, COUNTY_OFFICER = f"{CITY}.officer", f"{COUNTY}.officer"
COUNTY_RURAL, CITY_RURAL = "430121-xz.officer", "430100-xz.officer"
BUREAU = f"{SHENZHEN}.officer"
SENDER, RECIPIENT = f"{SENDERS[0]}.officer", f"{COUNTY_CASE}.officer"
PAIR = "P1-430100-01"
APPLICATION, LIST = key_of(COUNTY_CASE), "1:430100"
RECIPIENT_NAME, SENDER_NAME = "长沙县样例社会工作服务中心（示例）", "深圳市样例社会工作服务社（示例）"
EXPERTS = 5

FORM = {
    "founded_on": "2015-05-01",
    "legal_representative": "样例法人",
    "address": "长沙县样例路1号",
    "inspection_result": "qualified",
    "grade": "3A",
    "lead_name": "样例负责人",
    "lead_mobile": "13800138000",
    "lead_email": "lead@people.example",
    "lead_id_number": RESIDENT_NUMBER,
    "contact_name": "样例联系人",
    "contact_mobile": "13800138001",
    "contact_email": "contact@people.example",
    "contact_id_number": RESIDENT_NUMBER,
    "beneficiaries": "300",
    "professionals_trained": "5",
    "training_person_times": "40",
    "funds_fiscal_wan": "1",
    "funds_lottery_wan": "0.5",
    "funds_own_wan": "1.2345",
    "background": "样例背景：全县有社工站八个，工作人员二十三名。",
    "proposal": "样例方案：请深圳的机构来督导，每季度一次。",
    "budget.0.item": "食宿",
    "budget.0.wan": "1.5",
    "budget.1.item": "服务",
    "budget.1.wan": "0.5",
    "trainees": "3",
}
"""Appendix 1 as the institution fills it in: every field that its registration does not know."""


def announce(play: Play) -> None:
    """The province publishes the dates of the first batch, which here lasts one work year."""
    play.at(OFFICER).take_up("S01", "公布批次申报日期").fill(
        opened_on="2022-02-25",
        submit_by="2022-03-10",
        post_by="2022-03-14",
        document="湘民函〔2022〕1号（示例）",
        period_end="2022-12-31",
    ).press("公布批次申报日期")


def register_institution(play: Play) -> None:
    """The county enters an institution with the address it can be written to."""
    play.at(COUNTY_OFFICER).visit("申报与推选", "登记申报机构").fill(
        uscc=COUNTY_CASE,
        name=RECIPIENT_NAME,
        type="social_work",
        contact_name="样例联系人",
        contact_email="contact@people.example",
    ).press("登记申报机构")


def apply(play: Play) -> None:
    """The institution's officer begins a draft, keeps it, fills it in and hands it in."""
    desk = play.at(RECIPIENT).visit("申报与推选", "建立申报草稿").press("建立草稿")
    desk.fill(form__legal_representative="样例法人").press("保存草稿")
    desk.take_up("S02", "提交申报")
    desk.fill(**{f"form.{name}": value for name, value in FORM.items()}, sealed="1").press("保存并提交")


def consent(play: Play) -> None:
    """The county's rural revitalisation office agrees to the plan, before anybody can recommend (K37)."""
    play.at(COUNTY_RURAL).visit("申报与推选", RECIPIENT_NAME, "同意项目计划").fill(
        opinion="同意（示例）"
    ).press("同意项目计划")


def recommend(play: Play) -> None:
    """The county recommends, signed today."""
    desk = play.at(COUNTY_OFFICER).take_up("S03", "打开本县申报，逐件办理")
    desk.follow(RECIPIENT_NAME).follow("推选").fill(opinion="同意推选（示例）").press("推选")


def send_list(play: Play) -> None:
    """The city ranks, e-mails what is sealed with the summary table, posts the originals."""
    desk = play.at(CITY_OFFICER).take_up("S04", "市级初审与排序").press("确定排序")
    desk.take_up("S05", "报送盖章扫描件与汇总表").fill(sealed="1").press("登记报送")
    desk.follow("汇总表（附件2）")
    assert RECIPIENT_NAME in desk.text
    desk.take_up("S06", "登记邮寄纸质件").fill(courier="样例快递", tracking="SAMPLE1").press("登记邮寄")


def register_originals(play: Play) -> None:
    """The province writes down what has arrived, compares it with the e-mail, and checks the form."""
    desk = play.at(OFFICER).visit("申报与推选", "各市州报送情况", "长沙市", "登记纸质件到达")
    desk.press("登记纸质件到达")
    desk.take_up("S07", "登记纸质件并与电子版核对").press("登记纸质件并与电子版核对")
    desk.take_up("S08", "形式审查通过").press("形式审查通过")


def form_panel(play: Play) -> None:
    """The province registers five experts and names them as the panel, the first in the chair."""
    desk = play.at(OFFICER)
    for number in range(1, EXPERTS + 1):
        desk.visit("评审", "登记评审专家").fill(
            code=f"reviewer-{number:02d}",
            name=f"样例专家{number}（示例）",
            email=f"reviewer{number}@people.example",
        ).press("登记评审专家")
    desk.visit("评审")
    for number in range(1, EXPERTS + 1):
        desk.fill(person=reviewer(number))
    desk.fill(chair=reviewer(1)).press("组成评审委员会")


def close_other_cities(play: Play) -> None:
    """Thirteen cities have sent nothing: the province ends one's part on its page, here the rest without."""
    others = [one.city for one in rows(play.bench, Submission) if one.city != "430100"]
    desk = play.at(OFFICER).visit("申报与推选", "各市州报送情况", "株洲市", "了结未报送的市州")
    desk.fill(reason="本批没有推选（示例）").press("了结未报送的市州")
    for city in others:
        if city != "430200":
            play.bench.act("application.close_city", PROVINCE, batch=1, city=city, reason="没有推选（示例）")


def reviewer(number: int) -> str:
    """The person of an expert."""
    return f"reviewer-{number:02d}.reviewer"


def review(play: Play) -> None:
    """Each expert declares no interest, then gives points; only then the others' points are to be seen."""
    for number in range(1, EXPERTS + 1):
        desk = play.at(reviewer(number)).take_up("S09", "评分").press("声明无利害关系")
        points = dict.fromkeys(("need", "capacity", "plan", "support"), str(80 + number))
        desk.fill(**{f"scores__{name}": value for name, value in points.items()}).press("提交评分")
    assert [one.conflict for one in rows(play.bench, Assessment)] == [False] * EXPERTS


def decide(play: Play) -> None:
    """The province decides as the ranking suggests."""
    desk = play.at(OFFICER).take_up("S10", "评审决定与立项签字")
    desk.fill(minutes="评审会纪要（示例）", document="湘民函〔2022〕2号（示例）").press("作出决定")


def close_roster(play: Play) -> None:
    """Shenzhen registers a sender and closes its roster."""
    desk = (
        play.at(BUREAU)
        .take_up("S11", "登记援派机构")
        .fill(
            uscc=SENDERS[0],
            name=SENDER_NAME,
            contact_name="样例联络人",
            contact_email="sender@people.example",
            bank_account__name=SENDER_NAME,
            bank_account__bank="样例银行",
            bank_account__number="620000000001",
            strengths="社工站运营、督导培养",
        )
    )
    desk.press("登记援派机构")
    desk.take_up("S11", "报出援派机构名册").press("报出援派机构名册")


def confirm_list(play: Play) -> None:
    """The province proposes the pair; both offices confirm the list, each for itself (K26)."""
    desk = play.at(OFFICER).take_up("S12", "确认牵手名单").press("拟定名单")
    desk.press("确认下列 1 对")
    play.at(BUREAU).visit("配对与协议", "牵手名单").press("确认下列 1 对")
    assert [one.key for one in rows(play.bench, Pair)] == [PAIR]


def sign(play: Play) -> None:
    """The county drafts the agreement as it is suggested; four parties sign."""
    play.at(COUNTY_OFFICER).take_up("S13", "填写协议内容").press("填写协议内容")
    for person in (CITY_OFFICER, COUNTY_OFFICER, SENDER, RECIPIENT):
        play.at(person).take_up("S13", "登记签署").fill(
            signatory="样例签署人", seal_file="协议盖章页.pdf"
        ).press("登记签署")
