"""Coming in and going out through the pages: by password, as a sample person, for another office."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from console.web.visit import COOKIE
from models.account import SignIn
from models.organisation import Duty
from tasks.accounts import open_account
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import Bench, make_bench
from tests.tasks.scenes import rows
from tests.tasks.signing_in import FINANCE, OFFICE, OFFICER, PASSWORD, WRONG, deeds, signed_bench

PLACE = "/todo?stage=review"


@pytest.fixture
def real(sqlite_url: str) -> Visiting:
    """A house that is no demonstration, in which the county's officer has a password."""
    bench = signed_bench(sqlite_url)
    visits = visiting(bench, demonstration=False)
    visits.bench = bench
    return visits


def signed_in(visits: Visiting, password: str = PASSWORD) -> Guest:
    guest = visits.stranger()
    answer = guest.fill("/sign-in", who=OFFICER, password=password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return guest


def test_password_lets_in_and_leads_to_where_one_wanted_to_go(real: Visiting) -> None:
    guest = real.stranger()
    turned_away = guest.get(PLACE)
    assert (turned_away.status_code, urlsplit(turned_away.headers["location"]).path) == (303, "/sign-in")

    answer = guest.fill(turned_away.headers["location"], who=OFFICER, password=PASSWORD)

    assert (answer.status_code, answer.headers["location"]) == (303, PLACE)
    assert guest.get(PLACE).status_code == 200
    assert deeds(real.bench)[-1] == "account.sign_in"


def test_cookie_of_a_session_is_not_for_scripts_and_not_for_other_sites(real: Visiting) -> None:
    guest = real.stranger()
    answer = guest.fill("/sign-in", who=OFFICER, password=PASSWORD)

    cookies = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]

    flags = {part.strip().partition("=")[0].lower() for part in cookies[0].split(";")[1:]}
    assert (len(cookies), flags) == (1, {"httponly", "samesite", "path"})
    assert "samesite=lax" in cookies[0].lower()


def test_behind_a_secure_proxy_every_cookie_is_secure(sqlite_url: str) -> None:
    visits = visiting(make_bench(sqlite_url), secure=True)
    guest = visits.stranger()

    answer = guest.get("/sign-in")

    assert [("secure" in one.lower()) for one in answer.headers.get_list("set-cookie")] == [True]


def test_wrong_password_is_refused_in_place_and_the_name_stays(real: Visiting) -> None:
    guest = real.stranger()

    answer = guest.fill("/sign-in", who=OFFICER, password=WRONG)

    page = read_page(answer)
    assert answer.status_code == 403
    assert dict(page.form("/sign-in").values)["who"] == OFFICER
    assert dict(page.form("/sign-in").values)["password"] == ""
    assert "账号或密码不正确" in page.text
    assert guest.token == ""


def test_fifth_wrong_password_says_until_when_it_is_locked(real: Visiting) -> None:
    guest = real.stranger()

    texts = [
        read_page(guest.fill("/sign-in", who=OFFICER, password=WRONG)).text for _ in range(5)
    ]  # fmt: skip

    locked = ["账号锁定至 2022-03-07 09:15。" in text for text in texts]
    assert locked == [False, False, False, False, True]
    assert guest.fill("/sign-in", who=OFFICER, password=PASSWORD).status_code == 403
    real.at("2022-03-07T09:15")
    assert guest.fill("/sign-in", who=OFFICER, password=PASSWORD).status_code == 303


def test_signing_out_ends_the_session_for_good(real: Visiting) -> None:
    guest = signed_in(real)
    token = guest.token

    answer = guest.fill("/todo", action="/sign-out")

    assert (answer.headers["location"], guest.token) == ("/sign-in", "")
    guest.client.cookies.set(COOKIE, token)
    assert guest.get("/todo").headers["location"] == "/sign-in?next=/todo"


def test_idle_session_is_over_and_a_form_sent_then_leads_back_to_its_page(real: Visiting) -> None:
    guest = signed_in(real)
    form = guest.page("/act/settings.choose_digest", back="/identity").form()
    real.at("2022-03-07T09:31")

    answer = guest.send(form, at="08:00")

    where = urlsplit(answer.headers["location"])
    assert (answer.status_code, where.path, parse_qs(where.query)) == (
        303,
        "/sign-in",
        {"next": ["/identity"]},
    )


def test_busy_session_is_touched_once_a_minute(real: Visiting) -> None:
    guest = signed_in(real)
    for minute in range(25, 100, 25):
        real.at(f"2022-03-07T{9 + minute // 60:02}:{minute % 60:02}")
        assert guest.get("/todo").status_code == 200


@pytest.mark.parametrize(
    "outside",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_next_never_leads_elsewhere(real: Visiting, outside: str) -> None:
    guest = real.stranger()

    shown = dict(guest.page("/sign-in", next=outside).form("/sign-in").values)["next"]
    answer = guest.fill("/sign-in", who=OFFICER, password=PASSWORD, next=outside)

    assert (shown, answer.headers["location"]) == ("/", "/")


def test_one_time_password_must_be_changed_before_anything_else(real: Visiting) -> None:
    with real.bench.work() as work:
        password = open_account(work, OFFICER)
    guest = signed_in(real, password)
    assert guest.get("/todo").headers["location"] == "/identity"
    guest.csrf = dict(guest.page("/identity").form("/identity/password").values)["csrf"]
    assert guest.post("/act/settings.choose_digest", at="08:00").headers["location"] == "/identity"

    changed = guest.fill(
        "/identity", action="/identity/password", old=password, new="a quiet river bend", again="a quiet river bend"
    )  # fmt: skip

    assert (changed.status_code, guest.get("/todo").status_code) == (303, 200)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"old": PASSWORD, "new": "a quiet river bend", "again": "another"}, "两次输入的新密码不一致"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "密码应为"),
        (
            {"old": WRONG, "new": "a quiet river bend", "again": "a quiet river bend"},
            "账号或密码不正确",
        ),
    ],
    ids=["again", "short", "old"],
)
def test_password_that_will_not_do_is_refused_in_place(
    real: Visiting, fields: dict[str, Any], says: str
) -> None:
    guest = signed_in(real)

    answer = guest.fill("/identity", action="/identity/password", **fields)

    assert (answer.status_code, says in read_page(answer).text) == (400, True)


def test_changed_password_ends_the_other_sessions(real: Visiting) -> None:
    guest, other = signed_in(real), signed_in(real)

    guest.fill(
        "/identity", action="/identity/password", old=PASSWORD, new="a quiet river bend", again="a quiet river bend"
    )  # fmt: skip

    assert (guest.get("/todo").status_code, other.get("/todo").status_code) == (200, 303)


def test_session_goes_on_for_another_office_of_the_person(sqlite_url: str) -> None:
    visits = visiting(make_bench(sqlite_url))
    second_duty(visits.bench)
    guest = visits.as_(OFFICER)
    page = guest.page("/identity")
    assert sorted(page.form("/identity").options["identity"]) == ["430100-mz|", f"{OFFICE}|"]

    guest.send(page.form("/identity"), identity="430100-mz|")

    assert "长沙市民政局" in guest.page("/todo").text
    assert [one.organisation for one in rows(visits.bench, SignIn)] == ["430100-mz"]


def test_session_does_not_go_on_for_a_foreign_office(sqlite_url: str) -> None:
    visits = visiting(make_bench(sqlite_url))
    guest = visits.as_(OFFICER)

    answer = guest.post("/identity", identity="430000-mz|")

    assert answer.status_code == 403
    assert [one.organisation for one in rows(visits.bench, SignIn)] == [OFFICE]


def test_demonstration_lets_in_as_any_sample_person_found(sqlite_url: str) -> None:
    visits = visiting(make_bench(sqlite_url))
    guest = visits.stranger()
    page = guest.page("/demonstration", q="长沙县民政局")
    people = [dict(one.values)["person"] for one in page.forms if one.action == "/demonstration/enter"]
    assert sorted(people) == [FINANCE, OFFICER]

    answer = guest.post("/demonstration/enter", person=OFFICER, organisation=OFFICE)

    assert answer.headers["location"] == "/"
    assert "长沙县民政局" in guest.page("/todo").text


@pytest.mark.parametrize("path", ["/demonstration", "/demonstration?q=a"])
def test_outside_the_demonstration_its_pages_do_not_exist(real: Visiting, path: str) -> None:
    guest = real.stranger()

    answers = [
        guest.get(path),
        guest.post("/demonstration/enter", person=OFFICER, organisation=OFFICE),
        guest.post("/demonstration/advance", to="workday"),
        guest.get("/no/such/page"),
    ]

    assert [one.status_code for one in answers] == [404] * 4
    assert "演示" not in read_page(guest.get("/sign-in")).text
    assert rows(real.bench, SignIn) == []


def second_duty(bench: Bench) -> None:
    with bench.work() as work:
        work.session.add(
            Duty(person=OFFICER, organisation="430100-mz", duty="officer", valid_from=work.today)
        )
