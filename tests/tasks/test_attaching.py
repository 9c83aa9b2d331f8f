"""Files attached to objects: together with an act or not at all, once, seen and added by whom section 15 says."""

from pathlib import Path

import pytest

from models.agreement import Signature
from models.event import Event
from models.rules.access import Viewer
from models.rules.breach import RuleBroken
from tasks.acts import acts
from tasks.attaching import FILINGS, PURPOSES, may_attach, sees_attachments
from tasks.postings import perform_once
from tasks.queries.attachments import attachment_of, attachments_of
from tasks.queries.export import export_canonical
from tasks.refusal import BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, PROVINCE_RURAL, SHENZHEN, Bench, actor
from tests.tasks.filing import OTHER, PDF, add, recorded, sent, with_folder
from tests.tasks.scenes import (
    CITY,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_COUNTY,
    SENDERS,
    draft,
    rows,
    signing_bench,
)

AGREEMENT = ("agreement", COUNTY_PAIR)
SIGNED = {
    "pair": COUNTY_PAIR,
    "party": "recipient",
    "signed_on": "2022-05-11",
    "signatory": "样例签署人",
    "seal_file": "盖章页",
}


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Bench:
    made = with_folder(signing_bench(database_url), tmp_path / "home")
    draft(made, COUNTY_PAIR)
    return made


def sign(bench: Bench, key: str = "k1", *files, **changed):
    return perform_once(
        bench.house, "agreement.sign", actor(COUNTY_CASE), key, {**SIGNED, **changed}, files=files
    )


def added(bench: Bench) -> list[str]:
    return [one.subject for one in rows(bench, Event) if one.act == "files.attach"]


def test_file_comes_with_its_act_once(bench: Bench) -> None:
    seal = sent(bench, "seal_file")

    done = [sign(bench, "k1", seal), sign(bench, "k1", seal)]

    assert [one.repeated for one in done] == [False, True]
    assert recorded(bench) == ([("agreement", COUNTY_PAIR, "seal_file", "盖章页.pdf")], 1)
    assert added(bench) == [COUNTY_PAIR]


def test_refused_act_leaves_no_attachment(bench: Bench) -> None:
    with pytest.raises(RuleBroken):
        sign(bench, "k1", sent(bench, "seal_file"), signed_on="2022-05-01")

    assert (recorded(bench), added(bench), rows(bench, Signature)) == (([], 0), [], [])


def test_another_file_under_the_same_key_is_another_form(bench: Bench) -> None:
    sign(bench, "k1", sent(bench, "seal_file"))

    with pytest.raises(BadInput) as refused:
        sign(bench, "k1", sent(bench, "seal_file", OTHER))

    assert refused.value.code == "posting.other_form"


@pytest.mark.parametrize("purpose", ["minutes", "file", "../x"])
def test_act_takes_only_files_for_its_own_purposes(bench: Bench, purpose: str) -> None:
    with pytest.raises(BadInput) as refused:
        sign(bench, "k1", sent(bench, purpose))

    assert (refused.value.code, rows(bench, Signature)) == ("files.no_place", [])


def test_act_without_files_takes_none(bench: Bench) -> None:
    given = {"code": "helper", "name": "帮手（示例）", "email": "new@people.example"}
    with pytest.raises(BadInput):
        perform_once(bench.house, "organisation.add_person", actor(COUNTY), "k", given, files=[sent(bench)])

    assert recorded(bench) == ([], 0)


def test_same_content_is_one_file_under_the_name_each_gave_it(bench: Bench) -> None:
    add(bench, COUNTY, AGREEMENT, [sent(bench, name="一.pdf")], note="补件")
    add(bench, CITY, AGREEMENT, [sent(bench, name="二.pdf")], purpose="other")
    again = add(bench, CITY, AGREEMENT, [sent(bench, name="三.pdf")], purpose="other")

    assert again.result == 0
    assert recorded(bench) == (
        [
            ("agreement", COUNTY_PAIR, "document", "一.pdf"),
            ("agreement", COUNTY_PAIR, "other", "二.pdf"),
        ],
        1,
    )
    assert added(bench) == [COUNTY_PAIR, COUNTY_PAIR]


@pytest.mark.parametrize("office", [PROVINCE, CITY, COUNTY, SENDERS[0], COUNTY_CASE])
def test_who_may_write_adds(bench: Bench, office: str) -> None:
    assert add(bench, office, AGREEMENT, [sent(bench)]).result == 1


@pytest.mark.parametrize("office", [PROVINCE_RURAL, SHENZHEN])
def test_who_may_only_read_adds_nothing(bench: Bench, office: str) -> None:
    with pytest.raises(NotEntitled):
        add(bench, office, AGREEMENT, [sent(bench)])

    assert recorded(bench) == ([], 0)


@pytest.mark.parametrize("office", [OTHER_COUNTY, SENDERS[1]])
def test_foreign_object_is_as_if_it_were_not(bench: Bench, office: str) -> None:
    told = []
    for subject in (AGREEMENT, ("agreement", "P1-430100-99"), ("person", f"{COUNTY}.officer")):
        with pytest.raises(NotFound) as refused:
            add(bench, office, subject, [sent(bench)])
        told.append(refused.value.text)

    assert (len(set(told)), recorded(bench)) == (1, ([], 0))


@pytest.mark.parametrize(
    "subject",
    [
        ("agreement", f"{COUNTY_PAIR}:x"),
        ("batch", "01"),
        ("batch", "１"),
        ("batch", "1:430100"),
        ("batch", "99999999999999999999"),
        ("batch", ""),
        ("event", "1"),
        ("submission", f"1-{COUNTY_CASE}-1"),
    ],
)
def test_object_has_one_spelling(bench: Bench, subject: tuple[str, str]) -> None:
    with pytest.raises(NotFound):
        add(bench, PROVINCE, subject, [sent(bench)])


def test_nothing_is_added_without_file_or_purpose(bench: Bench) -> None:
    with pytest.raises(BadInput) as no_file:
        add(bench, COUNTY, AGREEMENT, [])
    with pytest.raises(BadInput) as no_purpose:
        add(bench, COUNTY, AGREEMENT, [sent(bench)], purpose="joke")

    assert (no_file.value.code, no_purpose.value.code) == ("files.not_chosen", "files.bad_purpose")


def test_list_tells_who_may_see_the_object(bench: Bench) -> None:
    add(bench, COUNTY, AGREEMENT, [sent(bench)])
    viewers = {
        "county": Viewer(f"{COUNTY}.officer", COUNTY, "county_civil", "430121", "430100"),
        "foreign": Viewer(f"{OTHER_COUNTY}.officer", OTHER_COUNTY, "county_civil", "430321", "430300"),
        "reviewer": Viewer("r.reviewer", "r", "reviewer", "430000", None),
    }

    with bench.house.look() as work:
        listed = {name: attachments_of(work, one, [AGREEMENT]) for name, one in viewers.items()}
        one = listed["county"][0]
        single = {
            name: attachment_of(work, viewer, one.sha256, one.id) is not None
            for name, viewer in viewers.items()
        }
        other_hash = attachment_of(work, viewers["county"], "0" * 64, one.id)

    assert {name: len(found) for name, found in listed.items()} == {"county": 1, "foreign": 0, "reviewer": 0}
    assert (single, other_hash) == ({"county": True, "foreign": False, "reviewer": False}, None)
    assert (one.name, one.size, one.note) == ("盖章页.pdf", len(PDF), "")
    assert one.who


def test_scan_of_a_citys_list_is_not_for_its_applicants(bench: Bench) -> None:
    roles = {
        "city_civil": Viewer(f"{CITY}.officer", CITY, "city_civil", "430100", "430100"),
        "recipient": Viewer(f"{COUNTY_CASE}.officer", COUNTY_CASE, "recipient", "430121", "430100"),
        "province_civil": Viewer(f"{PROVINCE}.officer", PROVINCE, "province_civil", "430000", None),
    }

    with bench.house.look() as work:
        seen = {role: sees_attachments(work, one, "submission", "1:430100") for role, one in roles.items()}
        batch = {role: may_attach(work, one, "batch", "1") for role, one in roles.items()}

    assert (seen["recipient"], batch) == (
        False,
        {"city_civil": False, "recipient": False, "province_civil": True},
    )


def test_every_filing_names_an_act_its_fields_and_purposes() -> None:
    for name, filing in FILINGS.items():
        fields = acts()[name].form.model_fields
        filled = filing.subject.format(**dict.fromkeys(fields, "x"), result=type("R", (), {"key": "x"}))

        assert set(filled) <= {"x", ":"}
        assert name == "files.attach" or set(filing.purposes) <= set(PURPOSES)


def test_export_tells_attachments_without_numbers(bench: Bench) -> None:
    add(bench, COUNTY, AGREEMENT, [sent(bench)])

    with bench.house.look() as work:
        lines = [one for one in export_canonical(work) if one.startswith(('["attachment"', '["stored_file"'))]

    assert (len(lines), '"id"' in "".join(lines)) == (2, False)
