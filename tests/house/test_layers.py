"""Arrows that no linter holds: the one place where a state changes."""

import ast
from collections.abc import Iterator

from tests.house.tree import programme_modules

THE_RECORD = "tasks/record.py"
# A letter's state is moved by set-based SQL, claimed and marked by whoever holds the lease; it has no audit event.
THE_OUTBOX = "notifications/outbox"


def state_changes(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that change a state: x.state = …, setattr(x, "state", …), update(…).values(state=…)."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="state", ctx=ast.Store() | ast.Del()):
                yield node.lineno
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="state"), *_]):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="values"), keywords=keywords) if any(
                keyword.arg == "state" for keyword in keywords
            ):
                yield node.lineno


def test_state_changes_are_seen_in_every_form() -> None:
    source = "\n".join(
        [
            "step.state = 1",
            "step.state: int = 1",
            "a, step.state = 1, 2",
            "setattr(step, 'state', 1)",
            "update(Step).values(state=1)",
            "print(step.state)",
            "app.state.ready = True",
        ]
    )

    assert sorted(state_changes(ast.parse(source))) == [1, 2, 3, 4, 5]


def test_only_the_record_changes_a_state() -> None:
    offenders = [
        f"{module.path}:{line}"
        for module in programme_modules()
        if module.path != THE_RECORD and not module.path.startswith(THE_OUTBOX)
        for line in state_changes(module.tree)
    ]

    assert offenders == [], "A state changes by record.move(), which also writes the audit event."
