"""Forms sent twice, by two people at once, from a page that has grown old: done once, and told who did it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from models.event import Event
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import make_bench, set_batch
from tests.tasks.applying import county_code, opened_bench, submitted
from tests.tasks.scenes import COUNTY, COUNTY_CASE, key_of, rows, three_applications

ACT = "application.decline"
KEY = key_of(COUNTY_CASE)
PATH = f"/act/{ACT}?application={KEY}&fixed=application&back=/todo"
REASON = "材料与实际不符。"


@pytest.fixture
def visits(sqlite_url: str) -> Visiting:
    bench = make_bench(sqlite_url, "2022-03-07T09:00")
    with bench.work() as work:
        set_batch(work)
    three_applications(bench, "submitted")
    return visiting(bench)


@pytest.fixture
def guest(visits: Visiting) -> Guest:
    return visits.as_(f"{COUNTY}.officer")


def declined(visits: Visiting) -> int:
    return sum(1 for event in rows(visits.bench, Event) if event.act == ACT)


def test_form_sent_twice_acts_once_and_both_lead_on(visits: Visiting, guest: Guest) -> None:
    form = guest.page(PATH).form(f"/act/{ACT}")

    answers = [guest.send(form, reason=REASON) for _ in range(2)]

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/todo")] * 2
    assert declined(visits) == 1
    assert "已办理" in read_page(guest.get("/todo")).text


def test_form_sent_twice_at_the_same_moment_acts_once(visits: Visiting, guest: Guest) -> None:
    form = guest.page(PATH).form(f"/act/{ACT}")
    twin = visits.another(f"{COUNTY}.officer", COUNTY)
    body = form.filled(reason=REASON)

    def send(one: Guest) -> int:
        return one.client.post(form.action, data={**body, "csrf": one.csrf}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(send, (guest, twin)))

    assert (statuses, declined(visits)) == ([303, 303], 1)


def test_same_key_with_another_form_is_refused(visits: Visiting, guest: Guest) -> None:
    form = guest.page(PATH).form(f"/act/{ACT}")
    guest.send(form, reason=REASON)

    answer = guest.send(form, reason="另一个理由。")

    assert (answer.status_code, declined(visits)) == (400, 1)


def test_second_of_two_people_learns_who_did_it_and_when(visits: Visiting, guest: Guest) -> None:
    colleague = visits.as_(f"{COUNTY}.finance", COUNTY)
    first, second = (one.page(PATH).form(f"/act/{ACT}") for one in (guest, colleague))
    guest.send(first, reason=REASON)

    # The colleague's page is old: it shows what happened, and keeps what was typed.
    stale = colleague.send(second, reason="重复申报。")
    page = read_page(stale)
    assert (stale.status_code, dict(page.form(f"/act/{ACT}").values)["reason"]) == (409, "重复申报。")
    assert "2022-03-07 09:00" in page.text
    assert "长沙县民政局经办人" in page.text

    # Sent again all the same it is refused, and says by whom it was done.
    again = colleague.send(page.form(f"/act/{ACT}"), reason="重复申报。")
    assert again.status_code == 409
    assert "此事已由长沙县民政局经办人于 2022-03-07 09:00 办理" in read_page(again).text
    assert declined(visits) == 1


def test_refused_form_keeps_what_was_typed_and_names_the_field(visits: Visiting, guest: Guest) -> None:
    answer = guest.fill(PATH, action=f"/act/{ACT}", reason="")

    page = read_page(answer)
    assert (answer.status_code, declined(visits)) == (400, 0)
    assert "必须填写" in page.text
    assert dict(page.form(f"/act/{ACT}").values)["application"] == KEY


def test_several_rows_are_done_each_for_itself(visits: Visiting, guest: Guest) -> None:
    page = guest.page("/bulk", act=f"{ACT}:application", key=[KEY, "1-nobody-1"], back="/applications")

    answer = guest.send(page.form("/bulk"), reason=REASON)

    text = read_page(answer).text
    assert (answer.status_code, declined(visits)) == (200, 1)
    assert ("✓ 已办理" in text, "1-nobody-1" in text, "未予办理" in text) == (True, True, True)


def test_nothing_chosen_says_so(guest: Guest) -> None:
    answer = guest.get("/bulk", act=f"{ACT}:application")

    assert (answer.status_code, "没有选中任何一项" in read_page(answer).text) == (400, True)


@pytest.mark.parametrize("wanted", [f"{ACT}:reason_of_nothing", "no.such_act:application", ACT])
def test_bulk_of_something_else_is_refused(guest: Guest, wanted: str) -> None:
    assert guest.get("/bulk", act=wanted, key=KEY).status_code in (400, 404)


def test_act_of_another_office_says_whose_it_is(guest: Guest) -> None:
    answer = guest.get("/act/opening.extend_batch")

    assert (answer.status_code, "省民政厅" in read_page(answer).text) == (403, True)


def test_numbers_too_large_for_the_database_are_refused(guest: Guest, visits: Visiting) -> None:
    province = visits.as_("430000-mz.officer")

    answer = province.post(
        "/act/opening.extend_batch", batch="9" * 30, submit_by="2022-03-15", post_by="2022-03-18", reason="演示"
    )  # fmt: skip

    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(("happens", "status"), [(False, 303), (True, 409)])
def test_form_whose_object_is_chosen_on_it_is_stale_only_after_a_change(
    sqlite_url: str, happens: bool, status: int
) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    guest = visiting(bench).as_(f"{COUNTY}.officer")
    form = guest.page(f"/act/{ACT}?back=/todo").form(f"/act/{ACT}")
    if happens:
        bench.act("application.consent_plan", "430121-xz", application=key, opinion="同意（示例）")

    answer = guest.send(form, application=key, reason=REASON)

    assert answer.status_code == status


def test_what_leaves_no_choice_is_chosen_already(visits: Visiting, guest: Guest) -> None:
    form = guest.page(f"/act/{ACT}").form(f"/act/{ACT}")

    assert ("application", KEY) in form.values
