"""A city's list: quotas used and left, counties, what waits; the applications of a list with what is owed next."""

from models.rules.access import Viewer
from tasks.queries.application_rows import applications_listed
from tasks.queries.city_list import city_list, county_list, submissions_listed
from tasks.queries.first_form import first_form
from tests.factory import PROVINCE, actor
from tests.tasks.applying import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    county_code,
    email,
    emailed_bench,
    key_of,
    opened_bench,
    override,
    rank,
    recommended,
    recommended_bench,
    submitted,
)

OFFICER = Viewer(f"{CITY}.officer", CITY, "city_civil", "430100", "430100")
PROVINCIAL = Viewer(f"{PROVINCE}.officer", PROVINCE, "province_civil", "430000", None)


def test_quotas_count_places_and_what_is_left(database_url: str) -> None:
    bench, keys = recommended_bench(database_url, 3)
    rank(bench, *keys)

    with bench.work(actor(CITY)) as work:
        found = city_list(work, 1, "430100")

    quotas = {one.name: (one.quota.used, one.quota.cap, one.quota.left) for one in found.counties}
    assert quotas == {"长沙县民政局": (2, 2, 0), "芙蓉区民政局": (1, 2, 1)}
    assert (found.direct.used, found.direct.cap, found.direct.is_hard) == (0, 1, False)
    assert (found.total.used, found.total.left, found.total.is_hard) == (3, 0, True)
    assert [one.key for one in found.ranked] == keys
    assert [one.kind for one in found.owed] == ["S05"]


def test_a_county_sees_what_it_has_to_decide_on(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    recommended(bench, county_code(1))
    submitted(bench, county_code(2))

    with bench.work(actor(COUNTY)) as work:
        mine, other = county_list(work, 1, COUNTY), county_list(work, 1, OTHER_COUNTY)

    assert (mine.quota.used, mine.quota.left, mine.undecided, len(mine.rows)) == (1, 1, 1, 2)
    assert mine.next is not None
    assert (other.quota.used, other.undecided, other.next) == (0, 0, None)


def test_rows_say_state_rank_override_and_whose_turn_it_is(sqlite_url: str) -> None:
    bench, keys = emailed_bench(sqlite_url, county_code(1))
    override(bench, keys[0], "K17")

    with bench.work(actor(CITY)) as work:
        (row,) = applications_listed(work, OFFICER, 1)

    assert (row.key, row.state, row.rank, row.list_state) == (keys[0], "emailed", 1, "emailed")
    assert (row.overrides, row.nominator_name, row.city_name) == (("K17",), "长沙县民政局", "长沙市")
    assert row.next is not None
    assert (row.next.kind, row.next.owner) == ("S08", PROVINCE)


def test_all_cities_are_listed_with_counts_and_the_next_step(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, keys[0], reasons={keys[1]: "名额（示例）"})
    email(bench, keys[0])

    with bench.work(actor(PROVINCE)) as work:
        found = submissions_listed(work, PROVINCIAL, 1)
        own = submissions_listed(work, OFFICER, 1)

    changsha = found[0]
    assert (len(found), len(own)) == (14, 1)
    assert (changsha.city_name, changsha.applied, changsha.sent) == ("长沙市", 2, 1)
    assert changsha.next is not None
    assert changsha.next.kind == "S06"


def test_a_new_form_begins_with_the_register_and_without_numbers_or_seals(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = county_code(1)
    submitted(bench, code)
    bench.act("application.withdraw", code, application=key_of(code), reason="重填（示例）")

    with bench.work(actor(code)) as work:
        form = first_form(work, code, COUNTY)

    assert (form["nominator"], form["uscc"], form["background"]) == (COUNTY, code, "样例背景")
    assert not {"lead_id_number", "sealed_numbers", "commitment_sealed"} & form.keys()
