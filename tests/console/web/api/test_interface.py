"""The JSON interface: the pages' scopes, acts once for each key, and a description that names every role."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.rules.access import RIGHTS
from models.stored_file import Attachment
from tasks.acts import acts
from tasks.attaching import FILINGS
from tests.console.web.visiting import browse, operate
from tests.factory import PROVINCE, SHENZHEN, Bench
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_CASE,
    OTHER_PAIR,
    SENDERS,
    events,
    rows,
)
from tests.tasks.working import enter, pay, working_bench


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    """Three pairs; the county has paid its recipient."""
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)
    return bench


VOUCHER = f"C:2022:{COUNTY}:C-{COUNTY_PAIR}"


@pytest.mark.parametrize(
    ("office", "pairs"),
    [
        (PROVINCE, [CITY_PAIR, COUNTY_PAIR, OTHER_PAIR]),
        (CITY, [CITY_PAIR, COUNTY_PAIR]),
        (COUNTY, [COUNTY_PAIR]),
        (COUNTY_CASE, [COUNTY_PAIR]),
        (SENDERS[1], [OTHER_PAIR]),
    ],
)
def test_pairs_are_those_of_the_viewers_scope(bench: Bench, office: str, pairs: list[str]) -> None:
    answer = browse(bench, office).get("/api/v1/pairs").json()

    assert [one["key"] for one in answer["rows"]] == pairs
    assert answer["next"] is None


def test_registers_are_read_page_by_page(bench: Bench) -> None:
    browser = browse(bench, PROVINCE)

    first = browser.get("/api/v1/pairs", params={"limit": 2}).json()
    second = browser.get("/api/v1/pairs", params={"limit": 2, "after": first["next"]}).json()

    assert [one["key"] for one in first["rows"] + second["rows"]] == [CITY_PAIR, COUNTY_PAIR, OTHER_PAIR]


@pytest.mark.parametrize(
    "path",
    [
        "steps",
        "steps?whose=below",
        "applications",
        "vouchers",
        "letters",
        "audit",
        "clauses",
        "acts",
        "rollup/2022",
    ],
)
def test_what_the_province_reads(bench: Bench, path: str) -> None:
    answer = browse(bench, PROVINCE).get(f"/api/v1/{path}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


def test_a_step_is_explained_to_those_in_whose_scope_it_is(bench: Bench) -> None:
    path = f"/api/v1/steps/S16:{OTHER_PAIR}:2022"

    seen, foreign = browse(bench, PROVINCE).get(path), browse(bench, COUNTY_CASE).get(path)

    assert seen.json()["state"] == "open"
    assert foreign.status_code == 404


def test_a_city_reads_its_own_years_figures_only(bench: Bench) -> None:
    found = browse(bench, CITY).get("/api/v1/rollup/2022").json()

    assert list(found) == ["year", "batch", "cities"]
    assert list(found["cities"]) == ["430100"]
    assert browse(bench, COUNTY_CASE).get("/api/v1/rollup/2022").status_code == 403


def test_nobody_reads_without_signing_in(bench: Bench) -> None:
    browser = browse(bench, "")

    answers = [
        browser.get("/api/v1/steps"),
        browser.post("/api/v1/acts/disbursement.confirm_receipt", json={}),
    ]

    assert [one.status_code for one in answers] == [401, 401]
    assert {one.headers["content-type"] for one in answers} == {"application/problem+json"}


def test_a_role_without_the_right_is_refused(bench: Bench) -> None:
    assert operate(bench).get("/api/v1/audit").status_code == 403
    assert browse(bench, PROVINCE).get("/api/v1/nothing").json()["status"] == 404


def confirm(
    bench: Bench, office: str, *, key: str = "k1", token: bool = True, received_on: str = "2022-06-20"
):
    browser = browse(bench, office)
    return browser.post(
        "/api/v1/acts/disbursement.confirm_receipt",
        json={"voucher": VOUCHER, "received_on": received_on},
        headers={"Idempotency-Key": key, **({"X-CSRF-Token": browser.csrf} if token else {})},
    )


def test_an_act_is_done_once_for_a_key(bench: Bench) -> None:
    first, again = confirm(bench, COUNTY_CASE), confirm(bench, COUNTY_CASE)

    assert first.json() == {
        "act": "disbursement.confirm_receipt",
        "repeated": False,
        "result": {"table": "voucher", "key": VOUCHER, "state": "received"},
    }
    assert again.json()["repeated"]
    assert len([one for one in events(bench, "disbursement.confirm_receipt") if one[1] == VOUCHER]) == 1


@pytest.mark.parametrize(
    ("office", "given", "status"),
    [
        (COUNTY_CASE, {"token": False}, 403),
        (OTHER_CASE, {}, 404),
        (SHENZHEN, {}, 403),
        (COUNTY_CASE, {"received_on": "2022-06-01"}, 400),
        (COUNTY_CASE, {"received_on": "soon"}, 400),
    ],
)
def test_a_refused_act_says_why(bench: Bench, office: str, given: dict, status: int) -> None:
    answer = confirm(bench, office, **given)

    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["problems"]
    assert events(bench, "disbursement.confirm_receipt") == []


def test_a_broken_rule_names_every_clause(bench: Bench) -> None:
    voucher = enter(bench, "C", OTHER_PAIR)
    browser = browse(bench, voucher.payer, "finance")

    answer = browser.post(
        "/api/v1/acts/disbursement.approve_payment",
        json={"voucher": voucher.key},
        headers={"X-CSRF-Token": browser.csrf},
    )

    assert answer.status_code == 409
    assert {"code", "clause", "field", "text"} == set(answer.json()["breaches"][0])


def test_the_description_names_the_roles_of_every_operation(bench: Bench) -> None:
    paths = browse(bench, "").get("/api/v1/openapi.json").json()["paths"]

    operations = {path: one for path, methods in paths.items() for one in methods.values()}

    assert all(one["x-roles"] for one in operations.values())
    offered = {path.removeprefix("/api/v1/acts/") for path in operations if "/acts/" in path}
    assert offered == {*acts(), *(f"{name}/files" for name in FILINGS)}
    assert operations["/api/v1/audit"]["x-roles"] == list(RIGHTS["audit"])
    assert operations["/api/v1/acts/review.decide"]["x-roles"] == ["province_civil"]


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def reverse_with(bench: Bench, file: tuple[str, bytes], form: str) -> Any:
    browser = browse(bench, COUNTY)
    return browser.post(
        "/api/v1/acts/disbursement.reverse_payment/files",
        data={"form": form},
        files={"file.document": file},
        headers={"X-CSRF-Token": browser.csrf, "Idempotency-Key": "k9"},
    )


def test_an_act_takes_its_files_beside_its_form(bench: Bench, tmp_path: Path) -> None:
    kept = Bench(replace(bench.house, home=tmp_path), bench.clock)
    form = json.dumps({"voucher": VOUCHER, "reason": "退票（示例）"})

    first, again = (reverse_with(kept, ("退票通知.pdf", PDF), form) for _ in range(2))

    assert (first.status_code, again.json()["repeated"]) == (200, True)
    assert [(one.subject, one.name) for one in rows(bench, Attachment)] == [(VOUCHER, "退票通知.pdf")]
    assert len([one for one in events(bench, "disbursement.reverse_payment") if one[1] == VOUCHER]) == 1


@pytest.mark.parametrize(
    ("file", "form"),
    [
        pytest.param(("x.pdf", b"MZ"), json.dumps({"voucher": VOUCHER, "reason": "退票"}), id="no-such-file"),
        pytest.param(("x.pdf", PDF), "voucher", id="no-json"),
        pytest.param(("x.pdf", PDF), "[]", id="no-object"),
    ],
)
def test_files_and_forms_that_cannot_be_read_are_refused(
    bench: Bench, tmp_path: Path, file: tuple[str, bytes], form: str
) -> None:
    kept = Bench(replace(bench.house, home=tmp_path), bench.clock)

    answer = reverse_with(kept, file, form)

    assert answer.status_code == 400
    assert events(bench, "disbursement.reverse_payment") == []
