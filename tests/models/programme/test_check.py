"""Each contradiction planted into a copy of the pack is found with its place, and nothing else is."""

from datetime import date

import pytest

from models.programme import load_programme
from models.programme.values import Ambiguity
from tests.models.programme.packs import Plant, contradictions, entry, set_value


def _orphan_clause(data: dict) -> None:
    data["clauses"].append({**entry(data, "clauses", "K27"), "id": "K50"})


def _append_value(data: dict, key: str, since: date, value: object) -> None:
    data["parameters"][key]["values"].append({"from": since, "value": value})


PLANTED: list[tuple[str, Plant, set[tuple[str, str]]]] = [
    (
        "owner party",
        lambda d: entry(d, "steps", "S11").update(owner="shenzhen"),
        {("unknown_party", "step S11.owner")},
    ),
    (
        "owner duty",
        lambda d: entry(d, "steps", "S11").update(owner="sender_bureau.boss"),
        {("unknown_duty", "step S11.owner")},
    ),
    (
        "co-owner",
        lambda d: entry(d, "steps", "S12").update(co_owners=["nobody"]),
        {("unknown_party", "step S12.co_owners[0]")},
    ),
    (
        "stage",
        lambda d: entry(d, "steps", "S12").update(stage="wedding"),
        {("unknown_stage", "step S12.stage")},
    ),
    ("per", lambda d: entry(d, "steps", "S12").update(per="moon"), {("without_word", "step S12.per")}),
    (
        "nothing opens the step",
        lambda d: entry(d, "steps", "S25").update(starts=[]),
        {("unreachable", f"step {one}") for one in ("S25", "S26", "S27")},
    ),
    (
        "a circle opens itself",
        lambda d: (
            entry(d, "steps", "S02").update(starts=["S03"]),
            entry(d, "steps", "S04").update(needs=["S03"]),
        ),
        {("unreachable", f"step {one}") for one in ("S02", "S03", "S03C", "S04")},
    ),
    (
        "unknown start",
        lambda d: entry(d, "steps", "S19").update(starts=["month_end", "full_moon"]),
        {("unknown_start", "step S19.starts[1]")},
    ),
    (
        "unknown need",
        lambda d: entry(d, "steps", "S19").update(needs=["S99"]),
        {("unknown_start", "step S19.needs[0]"), ("unreachable", "step S19"), ("unreachable", "step S19C")},
    ),
    (
        "event follows an unknown step",
        lambda d: entry(d, "events", "voucher").update(after=["S14", "S99"]),
        {("unknown_step", "event voucher.after[1]")},
    ),
    (
        "event from nothing",
        lambda d: entry(d, "events", "returned").pop("after"),
        {("event_from_nothing", "event returned"), ("unreachable", "step S08C")},
    ),
    (
        "event unused",
        lambda d: d["events"].append({"id": "eclipse", "label": "x", "calendar": True}),
        {("event_unused", "event eclipse")},
    ),
    ("no label for the opening", lambda d: d["anchors"].pop("opened"), {("unknown_anchor", "anchors")}),
    ("anchor unused", lambda d: d["anchors"].update(dawn="x"), {("anchor_unused", "anchor dawn")}),
    (
        "unknown anchor",
        lambda d: entry(d, "steps", "S07")["due"][0].update(anchor="landing"),
        {("unknown_anchor", "step S07.due[0].anchor"), ("anchor_unused", "anchor arrival")},
    ),
    (
        "unknown parameter in due rule",
        lambda d: entry(d, "steps", "S13")["due"][0].update(workdays="agreement.signing_days"),
        {("unknown_parameter", "step S13.due[0].workdays")},
    ),
    (
        "due counts in text",
        lambda d: set_value(d, "agreement.signing_workdays", "15"),
        {("unusable_in_due", "step S13.due[0].workdays")},
    ),
    (
        "due on a day that no year has",
        lambda d: set_value(d, "money.leg_a_later", "04-31"),
        {("unusable_in_due", "step S14.due[1].month_day")},
    ),
    (
        "due in two ways",
        lambda d: entry(d, "steps", "S13")["due"][0].update(month_day="money.leg_a_later"),
        {("due_twice", "step S13.due[0]")},
    ),
    (
        "next year of working days",
        lambda d: entry(d, "steps", "S13")["due"][0].update(next_year=True),
        {("next_year_alone", "step S13.due[0].next_year")},
    ),
    ("sign", lambda d: entry(d, "steps", "S13")["due"][0].update(sign=2), {("sign", "step S13.due[0].sign")}),
    (
        "rung that tells nobody",
        lambda d: entry(d, "steps", "S05")["ladder"][0].update(tell=[]),
        {("rung_tells_nobody", "step S05.ladder[0].tell")},
    ),
    (
        "rung that tells an unknown duty",
        lambda d: entry(d, "steps", "S13")["ladder"][2].update(tell=["province_civil", "sender_bureau.king"]),
        {("unknown_duty", "step S13.ladder[2].tell[1]")},
    ),
    (
        "rung before the due date",
        lambda d: entry(d, "steps", "S06")["ladder"][0].update(after=0),
        {("rung_too_early", "step S06.ladder[0].after")},
    ),
    (
        "ladder out of order",
        lambda d: entry(d, "steps", "S13")["ladder"].reverse(),
        {("ladder_out_of_order", "step S13.ladder")},
    ),
    (
        "reminder after the ladder",
        lambda d: entry(d, "steps", "S17")["ladder"][0].update(after=1),
        {("reminder_after_ladder", "step S17.reminders")},
    ),
    (
        "reminders out of order",
        lambda d: entry(d, "steps", "S13").update(reminders=[-5, -10]),
        {("reminders_out_of_order", "step S13.reminders")},
    ),
    (
        "reminders without a due date",
        lambda d: entry(d, "steps", "S20").update(reminders=[-3]),
        {("reminders_without_due", "step S20.reminders")},
    ),
    (
        "never settled",
        lambda d: entry(d, "steps", "S20").update(settled_by=[]),
        {("never_settled", "step S20.settled_by")},
    ),
    (
        "act of no stage",
        lambda d: entry(d, "steps", "S20").update(settled_by=["answer"]),
        {("unknown_act", "step S20.settled_by[0]")},
    ),
    (
        "step without clause",
        lambda d: entry(d, "steps", "S07").update(clauses=[]),
        {("no_clause", "step S07")},
    ),
    (
        "step with unknown clause",
        lambda d: entry(d, "steps", "S07").update(clauses=["K24", "K99"]),
        {("unknown_clause", "step S07")},
    ),
    ("clause that nothing uses", _orphan_clause, {("clause_unused", "clause K50")}),
    (
        "quote not verbatim",
        lambda d: entry(d, "clauses", "K20").update(quote="\u4e09\u4e2a"),
        {("not_verbatim", "clause K20.quote")},
    ),
    (
        "line outside the notice",
        lambda d: entry(d, "clauses", "K20").update(lines=[9999]),
        {("line_outside", "clause K20.lines")},
    ),
    (
        "parameter without clause",
        lambda d: d["parameters"]["quota.county"].update(clause=""),
        {("no_clause", "parameter quota.county")},
    ),
    (
        "parameter without value",
        lambda d: d["parameters"]["visits.warn_empty_quarters"].update(values=[]),
        {("no_value", "parameter visits.warn_empty_quarters")},
    ),
    (
        "values out of order",
        lambda d: _append_value(d, "quota.county", date(2022, 1, 1), 2),
        {("values_out_of_order", "parameter quota.county.values[1]")},
    ),
    (
        "values of two kinds",
        lambda d: _append_value(d, "review.score_max", date(2024, 1, 1), "100"),
        {("values_of_two_kinds", "parameter review.score_max.values[1]")},
    ),
    (
        "value without word",
        lambda d: set_value(d, "evaluation.report_offices", ["province_civil", "governor"]),
        {("without_word", "parameter evaluation.report_offices.values[0]")},
    ),
    (
        "negative money",
        lambda d: set_value(d, "form.fund_outlier_wan", -1),
        {("not_money", "parameter form.fund_outlier_wan.values[0]")},
    ),
    (
        "ambiguity without setting",
        lambda d: entry(d, "ambiguities", "A12").update(key="fieldwork.counting"),
        {("no_setting", "ambiguity A12.key")},
    ),
    (
        "default outside the options",
        lambda d: entry(d, "ambiguities", "A12").update(options=["per_person"]),
        {("outside_options", "ambiguity A12.options")},
    ),
    (
        "an option of another kind",
        lambda d: entry(d, "ambiguities", "A16").update(options=[True]),
        {("outside_options", "ambiguity A16.options")},
    ),
    (
        "city total below its direct part",
        lambda d: set_value(d, "quota.city_direct", 4),
        {("total_smaller_than_part", "parameter quota.city_total")},
    ),
    (
        "province total below its cities",
        lambda d: set_value(d, "quota.province_total", 41),
        {("total_smaller_than_part", "parameter quota.province_total")},
    ),
    (
        "a later value breaks the total",
        lambda d: _append_value(d, "quota.city_total", date(2024, 2, 1), 4),
        {("total_smaller_than_part", "parameter quota.province_total")},
    ),
    (
        "five copies for four holders",
        lambda d: set_value(d, "application.copies", 5),
        {("copies_and_holders", "parameter application.copy_holders")},
    ),
    (
        "leg with unknown gate",
        lambda d: entry(d, "legs", "B", "code").update(gates=["moon_landing"]),
        {("unknown_gate", "leg B.gates[0]")},
    ),
    (
        "leg with unknown payer",
        lambda d: entry(d, "legs", "C", "code").update(payer="village"),
        {("unknown_party", "leg C.payer")},
    ),
    (
        "leg that pays itself",
        lambda d: entry(d, "legs", "C", "code").update(payer="recipient"),
        {("pays_itself", "leg C")},
    ),
    (
        "leg with unknown amount",
        lambda d: entry(d, "legs", "C", "code").update(amount="money.leg_c"),
        {("unknown_parameter", "leg C.amount")},
    ),
    (
        "leg counted in people",
        lambda d: entry(d, "legs", "C", "code").update(amount="fieldwork.trainees_min"),
        {("not_money", "leg C.amount")},
    ),
    (
        "leg of no step",
        lambda d: entry(d, "legs", "C", "code").update(step="S99"),
        {("unknown_step", "leg C.step")},
    ),
    (
        "leg from an unknown source",
        lambda d: entry(d, "legs", "C", "code").update(source="luck"),
        {("without_word", "leg C.source")},
    ),
    (
        "leg passes on another sum",
        lambda d: set_value(d, "money.leg_b_yuan", 20000),
        {("other_sum", "leg B.amount")},
    ),
    (
        "leg passes on what its payer never received",
        lambda d: entry(d, "legs", "B", "code").update(payer="county_civil"),
        {("not_the_receiver", "leg B.payer")},
    ),
    (
        "leg passes on an unknown leg",
        lambda d: entry(d, "legs", "B", "code").update(same_money_as="D"),
        {("unknown_leg", "leg B.same_money_as")},
    ),
    (
        "batch outside the programme",
        lambda d: entry(d, "batches", 2, "number").update(period_end=date(2026, 1, 31)),
        {("outside_window", "batch 2.period_end")},
    ),
    (
        "way of support that nothing counts",
        lambda d: set_value(d, "tasks.support_methods", ["fund", "documents_issued", "trained", "loan"]),
        {
            ("method_unmeasured", "parameter tasks.support_methods"),
            ("without_word", "parameter tasks.support_methods.values[0]"),
        },
    ),
    (
        "value that no code knows",
        lambda d: set_value(d, "pairing.one_to_one", False),
        {("outside_options", "parameter pairing.one_to_one.options")},
    ),
    (
        "first batch without end",
        lambda d: entry(d, "batches", 1, "number").pop("period_end"),
        {("no_first_period", "batch 1.period_end")},
    ),
    (
        "deadline before opening",
        lambda d: entry(d, "batches", 1, "number").update(submit_by=date(2022, 2, 24)),
        {("dates_out_of_order", "batch 1.submit_by")},
    ),
    (
        "period ends before it starts",
        lambda d: entry(d, "batches", 2, "number").update(
            period_start=date(2025, 12, 31), period_end=date(2025, 1, 1)
        ),
        {("dates_out_of_order", "batch 2.period_end")},
    ),
    (
        "half announced",
        lambda d: entry(d, "batches", 2, "number").update(opened_on=date(2024, 2, 20)),
        {("half_announced", "batch 2")},
    ),
    (
        "batches out of order",
        lambda d: d["batches"].reverse(),
        {("batches_out_of_order", "batch 1")},
    ),
    (
        "excludes a later batch",
        lambda d: entry(d, "batches", 1, "number").update(excludes=[2]),
        {("unknown_batch", "batch 1.excludes")},
    ),
    (
        "no programme window",
        lambda d: d["parameters"].pop("programme.ends_on"),
        {("no_window", "batch 1"), ("no_window", "batch 2")},
    ),
    (
        "duplicate step",
        lambda d: d["steps"].append(entry(d, "steps", "S26")),
        {("duplicate", "step S26")},
    ),
    (
        "duplicate form key",
        lambda d: entry(d, "form", "F07").update(key="legal_representative"),
        {("duplicate", "form key legal_representative")},
    ),
    (
        "form limit unknown",
        lambda d: entry(d, "form", "F29").update(limit="form.no_limit"),
        {("unknown_parameter", "form F29.limit")},
    ),
    (
        "form options unknown",
        lambda d: entry(d, "form", "F09").update(options="stars"),
        {("unknown_words", "form F09.options")},
    ),
    (
        "summary column of no field",
        lambda d: entry(d, "summary_columns", "email", "key").update(field="fax"),
        {("unknown_field", "summary_column email.field")},
    ),
    (
        "indicator of no field",
        lambda d: entry(d, "indicators", "target_beneficiaries", "code").update(field="F99"),
        {("unknown_field", "indicator target_beneficiaries.field")},
    ),
    (
        "contact of no party",
        lambda d: entry(d, "contacts", "province_rural", "party").update(party="ministry"),
        {("unknown_party", "contact ministry")},
    ),
]


@pytest.mark.parametrize(("plant", "found"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED])
def test_check_finds_the_contradiction_and_its_place(plant: Plant, found: set[tuple[str, str]]) -> None:
    assert contradictions(plant) == found


READINGS = [one for one in load_programme().ambiguities if one.options]
"""A18 takes any number of days."""


@pytest.mark.parametrize("ambiguity", READINGS, ids=lambda one: one.id)
def test_a_reading_that_the_code_does_not_know_is_refused(ambiguity: Ambiguity) -> None:
    value = load_programme().parameter(ambiguity.key).values[-1].value
    other = {bool: 2, int: 99, str: "guess", tuple: ["guess"]}[type(value)]

    found = contradictions(lambda data: set_value(data, ambiguity.key, other))

    assert ("outside_options", f"ambiguity {ambiguity.id}.options") in found
