"""Whether what stands in a form has its field's shape: one value, rows, or an account. All that a draft is asked."""

from collections.abc import Mapping

from models.rules.breach import Breach, hard
from models.rules.form_values import Form, is_blank


def shape_breaches(form: Form, types: Mapping[str, tuple[str, str]]) -> tuple[Breach, ...]:
    """Every filled field that no person can have typed; `types` is field → (its number on the form, its type).

    Words where a number or a date belongs have the right shape: a draft keeps them, submitting refuses them
    (``form.submission_breaches``). Fields that `types` does not name are taken as they are.
    """
    found = (
        _breach(form[name], number, kind)
        for name, (number, kind) in types.items()
        if not is_blank(form.get(name))
    )
    return tuple(one for one in found if one is not None)


def _breach(value: object, number: str, kind: str) -> Breach | None:
    if kind == "table":
        is_table = isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)
        return None if is_table else hard("rules.form.budget_table", number, number)
    if kind == "account":
        return None if isinstance(value, Mapping) else hard("rules.form.single", number, number)
    is_single = not isinstance(value, Mapping | list | tuple)
    return None if is_single else hard("rules.form.single", number, number)
