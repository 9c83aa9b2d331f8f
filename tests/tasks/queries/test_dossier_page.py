"""One application as each role sees it: numbers, phones, drafts, remarks, overrides, names of who acted."""

from typing import Any

import pytest

from models.rules.access import Viewer
from tasks.queries.dossier_page import DossierPage, dossier_page
from tests.factory import PROVINCE, Bench, actor
from tests.tasks.applying import (
    CITY,
    COUNTY,
    COUNTY_RURAL,
    MASKED,
    consented,
    county_code,
    draft,
    form_of,
    key_of,
    opened_bench,
    override,
    recommended,
    register,
    submit,
    submitted,
)

CODE = county_code(1)
KEY = key_of(CODE)


def viewer(role: str, organisation: str, **fields: Any) -> Viewer:
    return Viewer(f"{organisation}.officer", organisation, role, fields.pop("division", "430121"), "430100")


APPLICANT = viewer("recipient", CODE)
COUNTY_OFFICER = viewer("county_civil", COUNTY)
RURAL_OFFICER = viewer("county_rural", COUNTY_RURAL)
EXPERT = viewer("reviewer", "reviewer-01")


def page(bench: Bench, who: Viewer) -> DossierPage:
    with bench.work(actor(who.organisation)) as work:
        return dossier_page(work, who, KEY)


@pytest.mark.parametrize(
    ("who", "number", "phone"),
    [
        (APPLICANT, MASKED, "13800138000"),
        (COUNTY_OFFICER, MASKED, "13800138000"),
        (RURAL_OFFICER, None, "13800138000"),
        (EXPERT, None, None),
    ],
    ids=["applicant", "county", "rural", "reviewer"],
)
def test_numbers_and_phones_by_role(
    sqlite_url: str, who: Viewer, number: str | None, phone: str | None
) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)

    fields = page(bench, who).fields

    shown = [fields[name].text if name in fields else None for name in ("lead_id_number", "lead_mobile")]
    assert shown == [number, phone]


def test_only_province_and_nominator_may_ask_for_the_number(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    province = viewer("province_civil", PROVINCE, division="430000")
    city = viewer("city_civil", CITY, division="430100")

    asked = [page(bench, who).fields["lead_id_number"].can_reveal for who in (province, COUNTY_OFFICER, city)]

    assert asked == [True, True, False]


def test_a_draft_is_its_applicants_and_a_returned_form_shows_what_was_sent(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)
    draft(bench, CODE)
    before = page(bench, COUNTY_OFFICER).form, page(bench, APPLICANT).form
    submit(bench, CODE)
    bench.act("application.return_for_changes", COUNTY, application=KEY, remarks={"F29": "请补充（示例）"})

    changed = form_of(CODE, background="改写中（示例）")
    bench.act("application.revise", CODE, application=KEY, form=changed)

    seen = [page(bench, who).fields["background"] for who in (APPLICANT, COUNTY_OFFICER)]
    assert (before[0], before[1] is None) == (None, False)
    assert [one.text for one in seen] == ["改写中（示例）", "样例背景"]
    assert [(one.text, one.is_open) for one in seen[0].remarks] == [("请补充（示例）", True)]


def test_remarks_are_closed_once_handed_in_again_and_versions_show_the_change(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    bench.act("application.return_for_changes", COUNTY, application=KEY, remarks={"background": "请补充"})
    bench.act("application.revise", CODE, application=KEY, form=form_of(CODE, background="已补充"))
    submit(bench, CODE)

    found = page(bench, COUNTY_OFFICER)

    assert [one.is_open for one in found.fields["background"].remarks] == [False]
    assert [(one.number, [(c.key, c.after) for c in one.changes]) for one in found.versions] == [
        (1, []),
        (2, [("background", "已补充")]),
    ]


def test_codes_of_places_and_offices_are_read_as_names(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)

    fields = page(bench, COUNTY_OFFICER).fields

    assert [fields[name].text for name in ("city", "nominator")] == ["长沙市", "长沙县民政局"]


def test_overrides_events_and_what_is_owed_are_told_by_name(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    consented(bench, CODE)
    override(bench, KEY, "K20")

    found = page(bench, COUNTY_OFFICER)

    assert [(one.clause, one.reason) for one in found.overrides] == [("K20", "确有必要（示例）")]
    assert [one.act for one in found.events] == [
        "application.grant_override",
        "application.consent_plan",
        "application.submit",
        "application.draft",
    ]
    assert all(COUNTY not in one.person and ".officer" not in one.person for one in found.events)
    assert [(one.kind, one.key in found.seen_steps) for one in found.owed] == [("S03", True), ("S04", False)]


def test_reviewers_get_no_reach_to_people_in_the_versions_either(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    recommended(bench, CODE)

    forms = [set(one.form) for one in page(bench, EXPERT).versions]

    hidden = {"lead_mobile", "lead_email", "lead_id_number", "contact_mobile", "contact_id_number"}
    assert all(not hidden & one for one in forms)
