"""Whether what stands in a form is of its field's type at all: all that an unfinished draft is asked."""

from collections.abc import Mapping

from models.rules.breach import Breach, hard
from models.rules.form_values import Form, day, is_blank, text, wan, whole


def type_breaches(form: Form, types: Mapping[str, tuple[str, str]]) -> tuple[Breach, ...]:
    """Every filled field that cannot be read as its type; `types` is field → (its number on the form, its type).

    Fields that `types` does not name are taken as they are.
    """
    found: list[Breach] = []
    for name, (number, kind) in types.items():
        if not is_blank(form.get(name)):
            breach = _breach(form, name, number, kind)
            found += [breach] if breach is not None else []
    return tuple(found)


def _breach(form: Form, name: str, number: str, kind: str) -> Breach | None:
    value = form[name]
    if kind == "table":
        is_table = isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)
        return None if is_table else hard("rules.form.budget_table", number, number)
    if kind == "account":
        return None if isinstance(value, Mapping) else hard("rules.form.single", number, number)
    if not isinstance(value, str | int | float) and kind != "date":
        return hard("rules.form.single", number, number)
    if kind == "integer" and whole(value) is None:
        return hard("rules.form.whole", number, number, found=text(form, name))
    if kind == "decimal" and wan(value) is None:
        return hard("rules.form.wan", number, number, found=text(form, name))
    if kind == "date" and day(form, name) is None:
        return hard("rules.form.date", number, number)
    return None
