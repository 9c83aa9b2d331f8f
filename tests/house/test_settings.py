"""Every number and choice of the pack is read by somebody: a setting that changes nothing is a promise broken."""

import ast

import pytest

from models.programme import Programme, load_programme
from tests.house.tree import programme_modules

PACK = load_programme()
NOT_READ = {
    "pairing.one_to_one": "K06 is held by two unique indexes of the table pair; the check refuses any value but true.",
    "quota.cities": "K22 as the notice counts: the check holds the province's ceiling against it.",
    "tasks.support_methods": "K10: the check demands that some indicator counts each of them.",
}
"""Parameter -> why no code reads it."""


def read_by_code() -> set[str]:
    """The keys that stand as text in a module; the cast and the pack's own check do not count."""
    return {
        node.value
        for module in programme_modules()
        if not module.path.startswith(("simulation", "models/programme/check"))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def read_through_the_pack(pack: Programme) -> set[str]:
    """The keys that a due rule, a leg or a field names: code reads them by that name."""
    rules = [rule for step in pack.steps for rule in step.due]
    named = {key for rule in rules for key in (rule.workdays, rule.month_day)}
    named |= {key for leg in pack.legs for key in (leg.amount, leg.uses)}
    named |= {field.limit for field in pack.form}
    return {key for key in named if key is not None}


READ = read_by_code() | read_through_the_pack(PACK)


@pytest.mark.parametrize("key", [one.key for one in PACK.parameters])
def test_every_parameter_is_read_or_says_why_not(key: str) -> None:
    assert (key in READ) is (key not in NOT_READ)


@pytest.mark.parametrize("ambiguity", PACK.ambiguities, ids=lambda one: one.id)
def test_every_ambiguity_is_a_setting_that_is_read(ambiguity) -> None:
    assert ambiguity.key in READ


def test_exceptions_are_parameters_with_a_reason() -> None:
    assert NOT_READ.keys() <= {one.key for one in PACK.parameters}
    assert all(reason.endswith(".") for reason in NOT_READ.values())
