"""An agreement's pages: who signs and why, the draft's beginning, the signature, the account, the printed sheet."""

import pytest

from models.agreement import Agreement, Signature
from tests.console.web.visiting import Visiting, read_page, visiting
from tests.factory import PROVINCE
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_COUNTY,
    SENDERS,
    draft,
    parties_of,
    row_of,
    rows,
    sign,
    signing_bench,
)


@pytest.fixture
def visited(sqlite_url: str) -> Visiting:
    return visiting(signing_bench(sqlite_url))


@pytest.fixture
def drafted(visited: Visiting) -> Visiting:
    draft(visited.bench, COUNTY_PAIR)
    return visited


def test_the_draft_begins_with_the_packs_sums_and_is_sound_as_it_stands(visited: Visiting) -> None:
    county = visited.as_(f"{COUNTY}.officer")
    path = county.page(f"/agreement/{COUNTY_PAIR}").link("填写协议内容")
    form = county.page(path).form("/act/agreement.draft")

    answer = county.send(form, payee_account__bank="样例银行", payee_account__number="620000000001")

    kept = row_of(visited.bench, Agreement, COUNTY_PAIR)
    assert (answer.status_code, answer.headers.get("location")) == (303, f"/agreement/{COUNTY_PAIR}")
    assert [(one["leg"], one["year"], one["fen"]) for one in kept.payment_plan] == [
        (leg, year, fen)
        for year in (2022, 2023)
        for leg, fen in (("A", 3_000_000), ("B", 3_000_000), ("C", 1_000_000))
    ]


def test_only_the_nominator_is_offered_to_draft(visited: Visiting) -> None:
    pages = {
        office: visited.as_(f"{office}.officer").page(f"/agreement/{COUNTY_PAIR}")
        for office in (COUNTY, CITY, PROVINCE)
    }

    offered = {
        office: any("填写协议内容" in label for label, _path in page.links) for office, page in pages.items()
    }

    assert offered == {COUNTY: True, CITY: False, PROVINCE: False}


@pytest.mark.parametrize(
    ("pair", "parties", "why"), [(CITY_PAIR, "3 方", "三方签署"), (COUNTY_PAIR, "4 方", "四方签署")]
)
def test_the_board_says_how_many_sign_and_why(visited: Visiting, pair: str, parties: str, why: str) -> None:
    page = visited.as_(f"{PROVINCE}.officer").page(f"/agreement/{pair}")

    assert (parties in page.text, why in page.text) == (True, True)


def test_a_party_signs_for_itself_once(drafted: Visiting) -> None:
    recipient = drafted.as_(f"{COUNTY_CASE}.officer")
    form = recipient.page(f"/agreement/{COUNTY_PAIR}").form("/act/agreement.sign")

    first = recipient.send(form, signatory="样例签署人", seal_file="盖章页.pdf")
    again = recipient.send(form, signatory="样例签署人", seal_file="盖章页.pdf")

    assert (first.status_code, again.status_code) == (303, 303)
    assert [(one.pair, one.party) for one in rows(drafted.bench, Signature)] == [(COUNTY_PAIR, "recipient")]


def test_nobody_signs_before_the_draft(visited: Visiting) -> None:
    page = visited.as_(f"{COUNTY_CASE}.officer").page(f"/agreement/{COUNTY_PAIR}")

    assert "协议内容尚未填写" in page.text
    assert [one.action for one in page.forms if one.action == "/act/agreement.sign"] == []


def test_a_signature_before_the_list_is_refused_with_its_clause(drafted: Visiting) -> None:
    sender = drafted.as_(f"{SENDERS[0]}.officer")

    answer = sender.fill(
        f"/agreement/{COUNTY_PAIR}",
        action="/act/agreement.sign",
        signed_on="2022-05-01",
        signatory="样例签署人",
        seal_file="盖章页.pdf",
    )

    assert answer.status_code == 409
    assert "K27" in read_page(answer).text


def test_the_accounts_number_is_whole_only_for_those_who_need_it(drafted: Visiting) -> None:
    shown = {
        office: "620000000001" in drafted.as_(f"{office}.officer").get(path).text
        for office in (PROVINCE, CITY, COUNTY, SENDERS[0], COUNTY_CASE, "430000-xz", "440300-mz")
        for path in (f"/agreement/{COUNTY_PAIR}", f"/agreement/{COUNTY_PAIR}/sheet")
    }

    assert {office for office, whole in shown.items() if whole} == {PROVINCE, CITY, COUNTY, SENDERS[0]}


def test_a_foreign_draft_tells_nothing(drafted: Visiting) -> None:
    foreign = drafted.as_(f"{OTHER_COUNTY}.officer")

    page = foreign.get(f"/agreement/{COUNTY_PAIR}")
    form = foreign.get("/act/agreement.draft", pair=COUNTY_PAIR, fixed="pair")

    assert (page.status_code, form.status_code) == (404, 404)


def test_the_province_extends_a_signature_that_is_owed(drafted: Visiting) -> None:
    province = drafted.as_(f"{PROVINCE}.officer")
    path = province.page(f"/agreement/{COUNTY_PAIR}").link("延长期限")

    answer = province.fill(path, until="2022-06-10", reason="邮路不通（示例）")

    assert answer.status_code == 303
    assert row_of(drafted.bench, Agreement, COUNTY_PAIR).due_on.isoformat() == "2022-06-10"


def test_the_sheet_has_a_field_for_every_seal(drafted: Visiting) -> None:
    for party, organisation in list(parties_of(drafted.bench, COUNTY_PAIR).items())[:1]:
        sign(drafted.bench, COUNTY_PAIR, party, organisation)

    answer = drafted.as_(f"{PROVINCE}.officer").get(f"/agreement/{COUNTY_PAIR}/sheet")

    assert (answer.status_code, answer.text.count('class="seal"')) == (200, 4)
