"""The catalogue and its templates fit each other exactly."""

import re
from datetime import UTC, date, datetime

import pytest
from jinja2 import meta, nodes

from notifications.catalogue import FactsUnfit, LetterUnknown, catalogue, letter_kind, read_catalogue
from notifications.facts import FactMisfit, fact_kind, shown, stored
from notifications.layout import TEMPLATES, render, templates
from tests.notifications.letters import FRAME, LINE, claimed, sample_facts

GIVEN = {"addressee", "frame", "clauses", "link", "one_time_links", "password_link"}
GATHERED = {"sections", "total", "summary"}
PARTS = ("subject.txt", "txt", "html")


def names_used(template: str) -> set[str]:
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    return meta.find_undeclared_variables(templates().parse(source))


@pytest.mark.parametrize("kind", catalogue())
def test_kind_has_three_templates(kind):
    assert [part for part in PARTS if (TEMPLATES / f"{kind}.{part}").is_file()] == list(PARTS)


@pytest.mark.parametrize("kind", catalogue())
@pytest.mark.parametrize("part", ["txt", "html"])
def test_body_uses_exactly_the_facts(kind, part):
    used = names_used(f"{kind}.{part}") | names_used(f"{kind}.subject.txt")

    assert used - GIVEN - GATHERED == set(letter_kind(kind).facts)
    assert bool(used & GATHERED) == letter_kind(kind).gathers


def test_template_belongs_to_a_kind():
    kinds = {path.name.partition(".")[0] for path in TEMPLATES.iterdir()} - {"base"}

    assert kinds == set(catalogue())


def test_templates_are_free_of_logic():
    logic = (
        nodes.If,
        nodes.CondExpr,
        nodes.Call,
        nodes.Filter,
        nodes.Test,
        nodes.Compare,
        nodes.Macro,
        nodes.Assign,
    )

    found = {
        (path.name, type(node).__name__)
        for path in TEMPLATES.iterdir()
        for node in templates().parse(path.read_text(encoding="utf-8")).find_all(logic)
    }

    assert found == set()


@pytest.mark.parametrize("kind", catalogue())
def test_letter_shows_contact_and_clauses(kind):
    page = render(claimed(kind), FRAME, [LINE])

    for contact in FRAME.contacts:
        assert contact in page.text
        assert contact in page.html
    for clause in letter_kind(kind).clauses:
        assert clause in page.text
    assert re.search(r"[\u4e00-\u9fff]", page.subject)


def test_facts_missing_and_surplus_are_all_named():
    facts = sample_facts("decision_approved")
    del facts["reason"]
    facts |= {"colour": "red", "batch": "one"}

    with pytest.raises(FactsUnfit) as refusal:
        letter_kind("decision_approved").checked(facts)

    assert refusal.value.misfits == (
        "missing reason",
        "surplus colour",
        "batch: expected a whole number (batch), got 'one'",
    )


def test_unknown_kind_is_named():
    with pytest.raises(LetterUnknown, match="greeting"):
        letter_kind("greeting")


@pytest.mark.parametrize(
    ("form", "value", "kept", "written"),
    [
        ("text", "a", "a", "a"),
        ("number", 3, 3, 3),
        ("batch", 3, 3, "三"),
        ("date", date(2022, 3, 10), "2022-03-10", "2022\u5e743\u670810\u65e5\uff08\u661f\u671f\u56db\uff09"),
        ("due", None, None, "\u5f85\u5b9a"),
        (
            "due",
            {"on": "2027-01-04", "provisional": True},
            {"on": "2027-01-04", "provisional": True},
            "2027\u5e741\u67084\u65e5\uff08\u661f\u671f\u4e00\uff09\uff08\u6682\u5b9a\uff09",
        ),
        (
            "due",
            {"on": "2022-03-10", "provisional": False},
            "2022-03-10",
            "2022\u5e743\u670810\u65e5\uff08\u661f\u671f\u56db\uff09",
        ),
        (
            "instant",
            datetime(2022, 3, 10, 16, 5, tzinfo=UTC),
            "2022-03-11T00:05:00+08:00",
            "2022\u5e743\u670811\u65e5 00:05",
        ),
        ("fen", 3_000_000, 3_000_000, "30,000.00\u5143"),
        ("fen", -105, -105, "-1.05\u5143"),
    ],
)
def test_fact_is_stored_and_shown(form, value, kept, written):
    kind = fact_kind("fact", form)

    assert stored("fact", kind, value) == kept
    assert shown(kind, kept) == written


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("text", 3),
        ("number", True),
        ("number", 1.5),
        ("fen", 10.0),
        ("date", "2022-02-30"),
        ("date", datetime(2022, 3, 10, tzinfo=UTC)),
        ("date", None),
        ("due", {"on": "2022-03-10"}),
        ("instant", datetime(2022, 3, 10)),  # noqa: DTZ001
        ("instant", "soon"),
        ({"choice": {"A": "a"}}, "B"),
        ({"rows": {"name": "text"}}, [{"name": "x", "age": 3}]),
        ({"rows": {"name": "text"}}, "x"),
    ],
)
def test_fact_of_another_form_is_refused(declared, value):
    with pytest.raises(FactMisfit):
        stored("fact", fact_kind("fact", declared), value)


def test_catalogue_with_unknown_form_is_refused():
    with pytest.raises(FactMisfit, match="when"):
        read_catalogue(
            '[a]\nlabel = "a"\nlegal_class = "notice"\nclauses = []\n[a.facts]\nwhen = "sometime"\n'
        )
