"""The programme pack as its pages show it: values in words, and whatever hangs on one entry."""

from dataclasses import dataclass
from typing import Any

from console.web.visit import Visit
from console.web.wording import act_label, page_words
from models.programme.pack import Ambiguity, Clause, Parameter, Programme, StepKind
from models.programme.rules import UnknownParameter
from models.rules.access import Scope
from tasks.acts import acts
from tasks.queries.clause_evidence import clause_evidence, kind_evidence
from tasks.queries.explain import due_rule_lines
from tasks.queries.pack_lines import ParameterLine, ValueLine, parameter_line
from tasks.queries.scope import reach
from tasks.refusal import NotFound

Entry = Clause | Ambiguity | StepKind | Parameter


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind of step in words: who owes it, when it opens and falls due, what settles it, whom it tells."""

    plan: StepKind
    owner: str
    co_owners: tuple[str, ...]
    per: str
    starts: tuple[str, ...]
    due: tuple[tuple[str, ...], ...]
    settled_by: tuple[str, ...]
    ladder: tuple[tuple[int, tuple[str, ...]], ...]
    owner_short: str
    co_owners_short: tuple[str, ...]
    ladder_short: tuple[tuple[int, tuple[str, ...]], ...]


def entry_of(programme: Programme, name: str) -> Entry:
    """The clause, ambiguity, kind of step or parameter of that name; raises NotFound."""
    for listed in (programme.clauses, programme.ambiguities, programme.steps):
        for one in listed:
            if one.id == name:
                return one
    try:
        return programme.parameter(name)
    except UnknownParameter:
        raise NotFound("web.no_entry", entry=name) from None


def proves(visit: Visit) -> bool:
    """Whether the visitor may read the records that prove a clause: the whole audit trail."""
    return reach(visit.viewer, "audit") is Scope.ALL


def clause_facts(visit: Visit, clause: Clause) -> dict[str, Any]:
    """All that hangs on a clause, with what proves it for those who may read it."""
    programme = visit.house.programme
    return {
        "clause": clause,
        "parameters": [shown(visit, one) for one in programme.parameters_of(clause.id)],
        "readings": [one for one in programme.ambiguities if one.clause == clause.id],
        "kinds": [kind_words(visit, one) for one in programme.steps if clause.id in one.clauses],
        "acts": [act_label(name) for name, act in acts().items() if clause.id in act.clauses],
        "legs": [one for one in programme.legs if clause.id in one.clauses],
        "fields": [one for one in programme.form if one.clause == clause.id],
        "batches": [one for one in programme.batches if clause.id in one.clauses],
        "contacts_of": [one for one in programme.contacts if one.clause == clause.id],
        "evidence": clause_evidence(visit.work, clause.id) if proves(visit) else None,
    }


def kind_facts(visit: Visit, plan: StepKind) -> dict[str, Any]:
    """A kind of step with its clauses, the kinds it opens, and how punctual its steps were."""
    programme = visit.house.programme
    return {
        "kind": kind_words(visit, plan),
        "clauses": [programme.clause(one) for one in plan.clauses],
        "opens": programme.opened_by(plan.id),
        "evidence": kind_evidence(visit.work, plan.id) if proves(visit) else None,
    }


def parameter_facts(visit: Visit, parameter: Parameter) -> dict[str, Any]:
    """A parameter with the kinds of step, the legs and the ambiguities that stand on it."""
    programme, key = visit.house.programme, parameter.key
    return {
        "parameter": shown(visit, parameter),
        "clauses": [programme.clause(parameter.clause)],
        "readings": [one for one in programme.ambiguities if one.key == key],
        "kinds": [
            one for one in programme.steps if any(key in (rule.workdays, rule.month_day) for rule in one.due)
        ],
        "legs": [one for one in programme.legs if key in (one.amount, one.uses)],
        "fields": [one for one in programme.form if one.limit == key],
    }


def reading_facts(visit: Visit, ambiguity: Ambiguity) -> dict[str, Any]:
    """An ambiguity with the parameter that holds its reading, and the readings that could be taken."""
    programme = visit.house.programme
    parameter = programme.parameter(ambiguity.key)
    options = [_word(programme, parameter, one) for one in ambiguity.options]
    return {
        "reading": ambiguity,
        "options": options,
        "parameter": shown(visit, parameter),
        "clauses": [programme.clause(ambiguity.clause)],
    }


def kind_words(visit: Visit, plan: StepKind) -> KindWords:
    """A kind of step by the rules in force today."""
    programme = visit.house.programme
    rules = programme.rules(visit.house.clock.today())
    return KindWords(
        plan,
        programme.party_label(plan.owner),
        tuple(programme.party_label(one) for one in plan.co_owners),
        programme.label("per", plan.per),
        tuple(_start(programme, one) for one in plan.starts),
        tuple(due_rule_lines(programme, rules, rule) for rule in plan.due),
        tuple(act_label(one) for one in plan.settled_by),
        tuple((rung.after, tuple(programme.party_label(one) for one in rung.tell)) for rung in plan.ladder),
        _short(programme, plan.owner),
        tuple(_short(programme, one) for one in plan.co_owners),
        tuple((rung.after, tuple(_short(programme, one) for one in rung.tell)) for rung in plan.ladder),
    )


def shown(visit: Visit, parameter: Parameter) -> dict[str, Any]:
    """A parameter with its values in words."""
    line: ParameterLine = parameter_line(visit.work, parameter)
    programme = visit.house.programme
    return {
        "key": parameter.key,
        "label": parameter.label,
        "clause": parameter.clause,
        "unit": parameter.unit,
        "note": parameter.note,
        "now": written(programme, parameter, line.now),
        "values": [(one.since, written(programme, parameter, one), one.by) for one in line.values],
    }


def written(programme: Programme, parameter: Parameter, line: ValueLine | None) -> str:
    """A value as people read it: a number with its unit, a code or a switch in words."""
    if line is None:
        return ""
    joined = str(page_words("programme")["and"])
    if line.labels:
        return joined.join(line.labels)
    if isinstance(line.value, tuple):
        return joined.join(_word(programme, parameter, one) for one in line.value)
    return _word(programme, parameter, line.value)


def _word(programme: Programme, parameter: Parameter, value: object) -> str:
    if isinstance(value, bool):
        return str(page_words("programme")["yes" if value else "no"])
    if isinstance(value, str):
        for group in (parameter.words, "option", "party", "field"):
            if value in programme.words.get(group, {}):
                return programme.label(group, value)
        return value
    has_unit = parameter.unit not in page_words("programme")["unshown_units"]
    return f"{value} {parameter.unit}" if has_unit else str(value)


def _short(programme: Programme, address: str) -> str:
    """A party, or a duty at one, by the party's short name."""
    party, _, duty = address.partition(".")
    return programme.label("party_short", party) + (programme.label("duty", duty) if duty else "")


def _start(programme: Programme, start: str) -> str:
    """A step or an event that opens another."""
    for group in ("step", "event"):
        if start in programme.words[group]:
            return programme.label(group, start)
    return start
