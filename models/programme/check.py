"""Finds where a programme pack contradicts itself, before anybody works by it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from models.programme.check_steps import step_problems
from models.programme.check_values import value_problems
from models.programme.pack import Clause, Programme
from models.programme.reader import Problem, Problems

__all__ = ["Problem", "check_programme"]

ELLIPSIS = "\u2026"  # stands in a quotation where text is left out


def check_programme(programme: Programme) -> tuple[Problem, ...]:
    """Return everything in which a pack contradicts itself, each with its place; nothing found means it may be used.

    A pure reading of the loaded values. Form (types, unknown keys) is already the loader's business. It does not ask
    whether the pack says what the notice means, except that each quotation must stand in the notice's text.
    """
    problems = Problems()
    _duplicates(programme, problems)
    _clauses(programme, problems)
    _contacts(programme, problems)
    _form(programme, problems)
    value_problems(programme, problems)
    step_problems(programme, problems)
    return tuple(problems.found)


def _duplicates(programme: Programme, problems: Problems) -> None:
    named: dict[str, Iterable[str]] = {
        "clause": (one.id for one in programme.clauses),
        "ambiguity": (one.id for one in programme.ambiguities),
        "party": (one.code for one in programme.parties),
        "stage": (one.code for one in programme.stages),
        "event": (one.id for one in programme.events),
        "step": (one.id for one in programme.steps),
        "batch": (str(one.number) for one in programme.batches),
        "leg": (one.code for one in programme.legs),
        "form": (one.id for one in programme.form),
        "form key": (one.key for one in programme.form),
        "summary_column": (one.key for one in programme.summary_columns),
        "indicator": (one.code for one in programme.indicators),
        "ambiguity key": (one.key for one in programme.ambiguities),
    }
    for kind, names in named.items():
        for name, count in Counter(names).items():
            if count > 1:
                problems.add("pack.check.duplicate", f"{kind} {name}", count=count)
    steps = {one.id for one in programme.steps}
    for event in programme.events:
        if event.id in steps:
            problems.add("pack.check.duplicate", f"event {event.id}", count=2)


def _clauses(programme: Programme, problems: Problems) -> None:
    known = {one.id for one in programme.clauses}
    cited: set[str] = set()
    for where, clauses in _citations(programme):
        if not any(clauses):
            problems.add("pack.check.no_clause", where)
        for clause in filter(None, clauses):
            cited.add(clause)
            if clause not in known:
                problems.add("pack.check.unknown_clause", where, clause=clause)
    for one in programme.clauses:
        if one.id not in cited:
            problems.add("pack.check.clause_unused", f"clause {one.id}", title=one.title)
    lines = programme.notice_text.splitlines()
    if lines:
        for one in programme.clauses:
            _quote(one, lines, problems)


def _citations(programme: Programme) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((f"parameter {one.key}", (one.clause,)) for one in programme.parameters)
    yield from ((f"ambiguity {one.id}", (one.clause,)) for one in programme.ambiguities)
    yield from ((f"contact {one.party}", (one.clause,)) for one in programme.contacts)
    yield from ((f"step {one.id}", one.clauses) for one in programme.steps)
    yield from ((f"leg {one.code}", one.clauses) for one in programme.legs)
    yield from ((f"batch {one.number}", one.clauses) for one in programme.batches)
    yield from ((f"form {one.id}", (one.clause,)) for one in programme.form)
    yield from ((f"indicator {one.code}", (one.clause,)) for one in programme.indicators)


def _quote(clause: Clause, lines: list[str], problems: Problems) -> None:
    cited = [lines[number - 1] for number in clause.lines if 0 < number <= len(lines)]
    if len(cited) < len(clause.lines) or not cited:
        problems.add("pack.check.line_outside", f"clause {clause.id}.lines", last=len(lines))
        return
    for part in clause.quote.split(ELLIPSIS):
        if not any(part in line for line in cited):
            problems.add(
                "pack.check.not_verbatim", f"clause {clause.id}.quote", part=part, lines=clause.lines
            )


def _contacts(programme: Programme, problems: Problems) -> None:
    parties = {one.code for one in programme.parties}
    for one in programme.contacts:
        if one.party not in parties:
            problems.add("pack.check.unknown_party", f"contact {one.party}", party=one.party)


def _form(programme: Programme, problems: Problems) -> None:
    keys = {one.key for one in programme.form}
    ids = {one.id for one in programme.form}
    parameters = {one.key for one in programme.parameters}
    for one in programme.form:
        where = f"form {one.id}"
        _word(programme, problems, f"{where}.type", "field_type", one.type)
        _word(programme, problems, f"{where}.group", "form_group", one.group)
        if one.limit is not None and one.limit not in parameters:
            problems.add("pack.check.unknown_parameter", f"{where}.limit", key=one.limit)
        if one.options is not None and one.options not in programme.words:
            problems.add("pack.check.unknown_words", f"{where}.options", group=one.options)
    for column in programme.summary_columns:
        if column.field is not None and column.field not in keys:
            problems.add("pack.check.unknown_field", f"summary_column {column.key}.field", field=column.field)
    for indicator in programme.indicators:
        where = f"indicator {indicator.code}"
        if indicator.field is not None and indicator.field not in ids:
            problems.add("pack.check.unknown_field", f"{where}.field", field=indicator.field)
        for position, measure in enumerate(indicator.measures):
            _word(programme, problems, f"{where}.measures[{position}]", "measure", measure)


def _word(programme: Programme, problems: Problems, where: str, group: str, code: str) -> None:
    if code not in programme.words.get(group, {}):
        problems.add("pack.check.without_word", where, code=code, group=group)
