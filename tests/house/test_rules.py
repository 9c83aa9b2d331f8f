"""Every rule is asked by the product: one that only its own tests ask is a clause that nobody enforces."""

import ast
from collections.abc import Iterable, Mapping

import pytest

from tests.house.tree import Module, programme_modules

RULES = "models/rules/"


def unasked(modules: Iterable[Module]) -> list[str]:
    """The public functions of rules that no product code asks, neither itself nor through a rule that it asks.

    The cast (`simulation`) does not count: it plays people, who ask through the product.
    """
    reads: dict[str, set[str]] = {}
    functions: set[str] = set()
    waiting: list[str] = []
    for module in modules:
        known = imported(module.tree)
        if not module.path.startswith(RULES):
            if module.package != "simulation":
                waiting += (one for node in module.tree.body for one in read(node, known))
            continue
        own = module.path.removesuffix(".py").replace("/", ".")
        defined = {name: node for node in module.tree.body for name in defines(node)}
        known |= {name: f"{own}.{name}" for name in defined}
        reads |= {f"{own}.{name}": read(node, known) for name, node in defined.items()}
        functions |= {f"{own}.{name}" for name, node in defined.items() if isinstance(node, ast.FunctionDef)}
    asked: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one not in asked:
            asked.add(one)
            waiting += reads.get(one, ())
    return sorted(one for one in functions - asked if not one.rpartition(".")[2].startswith("_"))


def imported(tree: ast.Module) -> dict[str, str]:
    """What a module calls a rule, or a module of rules → where it is defined."""
    return {
        one.asname or one.name: f"{node.module}.{one.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("models.rules.")
        for one in node.names
    }


def defines(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module gives."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return names(node, ast.Store) if isinstance(node, ast.Assign | ast.AnnAssign) else set()


def read(node: ast.stmt, known: Mapping[str, str]) -> set[str]:
    """The rules that a statement reads, by name or from their module; a name that it binds itself is its own."""
    bound = names(node, ast.Store) | {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    plain = {known[name] for name in names(node, ast.Load) - bound if name in known}
    return plain | {
        f"{known[one.value.id]}.{one.attr}"
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in known
    }


def names(node: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    """The plain names that a statement reads, or binds."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, context)}


MADE = """
def first(): return _second()
def _second(): return third()
def third(): return TABLE
TABLE = {"fourth": fourth}
def fourth(): ...
def fifth(): return sixth()
def sixth(): ...
def seventh(first): return first
"""


@pytest.mark.parametrize(
    ("path", "source", "left"),
    [
        ("tasks/a.py", "from models.rules.made import first\nfirst()", "fifth seventh sixth"),
        ("tasks/a.py", "from models.rules.made import first as ask\nask()", "fifth seventh sixth"),
        ("tasks/a.py", "from models.rules import made\nmade.first(made.fifth)", "seventh"),
        (
            "tasks/a.py",
            "from models.rules.made import first, fourth\nfourth()",
            "fifth first seventh sixth third",
        ),
        ("tasks/a.py", "from models.rules.made import seventh\nseventh()", "fifth first fourth sixth third"),
        ("tasks/a.py", "def ask(first): first()", "fifth first fourth seventh sixth third"),
        (
            "simulation/a.py",
            "from models.rules.made import first\nfirst()",
            "fifth first fourth seventh sixth third",
        ),
    ],
    ids=[
        "asked",
        "by-another-name",
        "by-its-module",
        "imported-only",
        "parameter",
        "namesake",
        "by-the-cast",
    ],
)
def test_a_rule_that_nobody_asks_is_found(path: str, source: str, left: str) -> None:
    files = {f"{RULES}made.py": MADE, path: source}

    found = unasked(Module(name, text, ast.parse(text)) for name, text in files.items())

    assert found == [f"models.rules.made.{name}" for name in left.split()]


def test_every_rule_is_asked() -> None:
    assert unasked(programme_modules()) == [], (
        "Ask a rule where its clause is at stake, or take it out with its tests."
    )
