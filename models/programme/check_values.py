"""Contradictions among a pack's values: parameters, ambiguities, quotas, legs of money and batches."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from models.programme.pack import BatchPlan, Leg, Programme
from models.programme.reader import Problems
from models.programme.rules import FEN_PER_UNIT, Rules, RuleValueUnavailable
from models.programme.values import Ambiguity, Parameter, Value

# Part and whole: the whole may not be smaller, on any day on which both are in force.
PART_OF_WHOLE = (
    ("quota.city_direct", "quota.city_total"),
    ("quota.county", "quota.city_total"),
    ("quota.city_total", "quota.province_total"),
    ("review.scores_min", "review.panel_min"),
    ("fieldwork.day_step", "fieldwork.day_max"),
)


def value_problems(programme: Programme, problems: Problems) -> None:
    """Add what is contradictory in the values."""
    for parameter in programme.parameters:
        _parameter(programme, parameter, problems)
    for ambiguity in programme.ambiguities:
        _ambiguity(programme, ambiguity, problems)
    for day in _days_of_change(programme):
        _totals(programme.rules(day), problems)
        _methods(programme, programme.rules(day), problems)
    for leg in programme.legs:
        _leg(programme, leg, problems)
    _batches(programme, problems)


def _parameter(programme: Programme, parameter: Parameter, problems: Problems) -> None:
    where = f"parameter {parameter.key}"
    if not parameter.values:
        problems.add("pack.check.no_value", where)
        return
    for position, (earlier, later) in enumerate(pairwise(parameter.values), start=1):
        place = f"{where}.values[{position}]"
        if later.since <= earlier.since:
            problems.add("pack.check.values_out_of_order", place, since=later.since, before=earlier.since)
        if type(later.value) is not type(earlier.value):
            problems.add("pack.check.values_of_two_kinds", place, value=later.value, before=earlier.value)
    for position, dated in enumerate(parameter.values):
        place = f"{where}.values[{position}]"
        _money(programme, parameter, dated.since, place, problems)
        _options(parameter.key, dated.value, parameter.options, f"{where}.options", problems)
        if parameter.words:
            _words(programme, parameter.words, dated.value, place, problems)


def _money(programme: Programme, parameter: Parameter, since: date, place: str, problems: Problems) -> None:
    if parameter.unit not in FEN_PER_UNIT:
        return
    try:
        amount = programme.rules(since).fen(parameter.key)
    except RuleValueUnavailable:
        amount = -1
    if amount < 0:
        problems.add("pack.check.not_money", place, unit=parameter.unit)


def _words(programme: Programme, group: str, value: Value, place: str, problems: Problems) -> None:
    if group not in programme.words:
        problems.add("pack.check.unknown_words", place, group=group)
        return
    for code in _members(value):
        if code not in programme.words[group]:
            problems.add("pack.check.without_word", place, code=code, group=group)


def _ambiguity(programme: Programme, ambiguity: Ambiguity, problems: Problems) -> None:
    where = f"ambiguity {ambiguity.id}"
    parameter = next((one for one in programme.parameters if one.key == ambiguity.key), None)
    if parameter is None:
        problems.add("pack.check.no_setting", f"{where}.key", key=ambiguity.key)
        return
    for dated in parameter.values:
        _options(parameter.key, dated.value, ambiguity.options, f"{where}.options", problems)


def _options(
    key: str, found: Value, options: tuple[bool | int | str, ...], where: str, problems: Problems
) -> None:
    known = {(type(one), one) for one in options}  # 1 and true are equal, but not the same reading
    for value in _members(found):
        if known and (type(value), value) not in known:
            problems.add("pack.check.outside_options", where, key=key, value=value, options=options)


def _members(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _days_of_change(programme: Programme) -> Iterator[date]:
    yield from sorted({dated.since for one in programme.parameters for dated in one.values})


def _methods(programme: Programme, rules: Rules, problems: Problems) -> None:
    """K10: every way of support is counted by some indicator."""
    counted = {measure for one in programme.indicators for measure in one.measures}
    key = "tasks.support_methods"
    for code in rules.names(key) if rules.has(key) else ():
        if code not in counted:
            where = f"parameter {key}"
            problems.add("pack.check.method_unmeasured", where, code=code, clause=rules.clause(key))


def _totals(rules: Rules, problems: Problems) -> None:
    for part, whole in PART_OF_WHOLE:
        if rules.has(part) and rules.has(whole) and _smaller(rules, whole, part):
            _smaller_than_part(rules, problems, whole, part)
    if all(rules.has(key) for key in ("quota.cities", "quota.city_total", "quota.province_total")):
        parts = _number(rules, "quota.cities") * _number(rules, "quota.city_total")
        if _number(rules, "quota.province_total") < parts:
            _smaller_than_part(
                rules, problems, "quota.province_total", "quota.cities * quota.city_total", parts
            )
    if rules.has("application.copies") and rules.has("application.copy_holders"):
        holders = len(_members(rules.value("application.copy_holders")))
        copies = _number(rules, "application.copies")
        if copies != holders:
            problems.add(
                "pack.check.copies_and_holders",
                "parameter application.copy_holders",
                copies=copies,
                holders=holders,
                clause=rules.clause("application.copies"),
            )


def _smaller(rules: Rules, whole: str, part: str) -> bool:
    try:
        return rules.decimal(whole) < rules.decimal(part)
    except RuleValueUnavailable:
        return True


def _number(rules: Rules, key: str) -> int:
    try:
        return rules.number(key)
    except RuleValueUnavailable:
        return -1


def _smaller_than_part(
    rules: Rules, problems: Problems, whole: str, part: str, parts: int | None = None
) -> None:
    problems.add(
        "pack.check.total_smaller_than_part",
        f"parameter {whole}",
        total=rules.value(whole),
        part=part,
        value=rules.value(part) if parts is None else parts,
        since=rules.as_of,
        clause=rules.clause(whole),
    )


def _leg(programme: Programme, leg: Leg, problems: Problems) -> None:
    where = f"leg {leg.code}"
    parties = {one.code for one in programme.parties}
    for place, party in (("payer", leg.payer), ("payee", leg.payee)):
        if party not in parties:
            problems.add("pack.check.unknown_party", f"{where}.{place}", party=party)
    if leg.payer == leg.payee:
        problems.add("pack.check.pays_itself", where, party=leg.payer)
    _leg_values(programme, leg, where, problems)
    for position, gate in enumerate(leg.gates):
        if gate not in programme.words.get("gate", {}):
            problems.add("pack.check.unknown_gate", f"{where}.gates[{position}]", gate=gate)
    if leg.source not in programme.words.get("leg_source", {}):
        problems.add("pack.check.without_word", f"{where}.source", code=leg.source, group="leg_source")
    if leg.step not in {one.id for one in programme.steps}:
        problems.add("pack.check.unknown_step", f"{where}.step", step=leg.step)
    if leg.same_money_as is not None:
        _passing_on(programme, leg, where, problems)


def _leg_values(programme: Programme, leg: Leg, where: str, problems: Problems) -> None:
    units = {one.key: one.unit for one in programme.parameters}
    if leg.amount not in units:
        problems.add("pack.check.unknown_parameter", f"{where}.amount", key=leg.amount)
    elif units[leg.amount] not in FEN_PER_UNIT:
        problems.add("pack.check.not_money", f"{where}.amount", unit=units[leg.amount])
    if leg.uses is not None and leg.uses not in units:
        problems.add("pack.check.unknown_parameter", f"{where}.uses", key=leg.uses)


def _passing_on(programme: Programme, leg: Leg, where: str, problems: Problems) -> None:
    origin = next((one for one in programme.legs if one.code == leg.same_money_as), None)
    if origin is None or origin.code == leg.code:
        problems.add("pack.check.unknown_leg", f"{where}.same_money_as", leg=leg.same_money_as)
        return
    if origin.payee != leg.payer:
        problems.add("pack.check.not_the_receiver", f"{where}.payer", payer=leg.payer, payee=origin.payee)
    for day in _days_of_change(programme):
        rules = programme.rules(day)
        if not (rules.has(leg.amount) and rules.has(origin.amount)):
            continue
        mine, theirs = rules.value(leg.amount), rules.value(origin.amount)
        if mine != theirs:
            problems.add("pack.check.other_sum", f"{where}.amount", mine=mine, theirs=theirs, leg=origin.code)


def _batches(programme: Programme, problems: Problems) -> None:
    first = min(programme.batches, key=lambda one: one.number, default=None)
    if first is not None and first.period_end is None:
        problems.add("pack.check.no_first_period", f"batch {first.number}.period_end")
    for batch in programme.batches:
        _window(programme, batch, problems)
        _order(batch, problems)
        numbers = {one.number for one in programme.batches if one.number < batch.number}
        for excluded in batch.excludes:
            if excluded not in numbers:
                problems.add("pack.check.unknown_batch", f"batch {batch.number}.excludes", batch=excluded)
    for earlier, later in pairwise(programme.batches):
        if later.number <= earlier.number or later.announce_by <= earlier.announce_by:
            problems.add("pack.check.batches_out_of_order", f"batch {later.number}", before=earlier.number)


def _window(programme: Programme, batch: BatchPlan, problems: Problems) -> None:
    window = [
        one.values[-1].value
        for one in programme.parameters
        if one.key in ("programme.starts_on", "programme.ends_on") and one.values
    ]
    days = [day for day in window if isinstance(day, date)]
    if len(days) != 2:
        problems.add("pack.check.no_window", f"batch {batch.number}")
        return
    starts, ends = min(days), max(days)
    for name, day in _dates(batch):
        if not starts <= day <= ends:
            problems.add(
                "pack.check.outside_window", f"batch {batch.number}.{name}", day=day, starts=starts, ends=ends
            )


def _dates(batch: BatchPlan) -> Iterator[tuple[str, date]]:
    for name in ("announce_by", "opened_on", "submit_by", "post_by", "period_start", "period_end"):
        day = getattr(batch, name)
        if day is not None:
            yield name, day


def _order(batch: BatchPlan, problems: Problems) -> None:
    where = f"batch {batch.number}"
    known = dict(_dates(batch))
    for first, second in (
        ("opened_on", "announce_by"),
        ("opened_on", "submit_by"),
        ("opened_on", "post_by"),
        ("submit_by", "post_by"),
        ("period_start", "period_end"),
        ("submit_by", "period_end"),
    ):
        if first in known and second in known and known[second] < known[first]:
            problems.add(
                "pack.check.dates_out_of_order",
                f"{where}.{second}",
                first=first,
                first_day=known[first],
                second_day=known[second],
            )
    if ("opened_on" in known) != ("submit_by" in known):
        problems.add("pack.check.half_announced", where)
