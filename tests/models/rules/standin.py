"""A stand-in for the programme's parameters, so that rules are tested without a pack and with other readings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.rules.breach import Breach

VALUES: dict[str, Any] = {
    "programme.starts_on": date(2022, 1, 1),
    "programme.ends_on": date(2025, 12, 31),
    "funds.sources": ("fiscal", "lottery", "social"),
    "eligibility.types": ("social_work", "child_welfare", "elderly_welfare", "rescue", "extreme_poverty"),
    "eligibility.other_type": "other",
    "eligibility.legal_person": True,
    "eligibility.excluded_reading": "approved_and_paired",
    "eligibility.city_level_any_county": True,
    "visits.warn_empty_quarters": 1,
    "visits.kinds": ("training", "supervision", "project_guidance"),
    "quota.county": 2,
    "quota.county_hard": False,
    "quota.city_direct": 1,
    "quota.city_direct_hard": False,
    "quota.city_total": 3,
    "quota.city_total_hard": True,
    "quota.city_total_includes_direct": True,
    "quota.province_total": 42,
    "quota.scope": "batch",
    "application.which_wins": "first_complete",
    "form.background_limit": 400,
    "form.proposal_limit": 800,
    "form.count_method": "word",
    "form.wan_decimals": 4,
    "form.fund_outlier_wan": 1000,
    "form.beneficiary_outlier": 100000,
    "form.inspection_results": (
        "qualified",
        "basically_qualified",
        "unqualified",
        "not_inspected",
        "not_applicable",
    ),
    "form.inspection_failed": ("unqualified"),
    "form.inspection_years_back": 2,
    "form.grades": ("5A", "4A", "3A", "2A", "1A", "unrated", "not_applicable"),
    "review.panel_min": 5,
    "review.panel_odd": True,
    "review.scores_min": 3,
    "review.score_max": 100,
    "review.quorum": "2/3",
    "review.ties": "chair",
    "review.same_city_barred": True,
    "pairing.confirmers": ("province_civil", "sender_bureau"),
    "agreement.parties_county": ("city_civil", "county_civil", "sender", "recipient"),
    "agreement.parties_city": ("city_civil", "sender", "recipient"),
    "agreement.parties_by": "nominator",
    "agreement.needs_indicators": True,
    "agreement.instalments_max": 1,
    "deadlines.first_day_counted": False,
    "deadlines.repeat_workdays": 5,
    "money.leg_a_yuan": 30000,
    "money.leg_b_yuan": 30000,
    "money.leg_c_yuan": 10000,
    "money.leg_b_city": "recipient",
    "money.short_year": "full",
    "money.sender_uses": ("activity", "transport", "meals", "wages", "insurance"),
    "money.sender_other_use": "other",
    "money.sender_flagged_uses": ("equipment", "management_fee"),
    "money.recipient_uses": ("board_lodging", "basic_living"),
    "money.board_for": ("visiting", "trained"),
    "money.own_funds": ("fiscal", "lottery", "donation", "other_own"),
    "money.raising_needs_qualification": True,
    "fieldwork.trainees_min": 3,
    "fieldwork.professional": "any_employed",
    "fieldwork.work_year": "calendar_clipped",
    "fieldwork.days_min": 120,
    "fieldwork.days_counting": "pooled",
    "fieldwork.nonworking_days": "count_with_note",
    "fieldwork.day_step": "0.5",
    "fieldwork.day_max": "1.0",
    "evaluation.report_form": "joint_two_receipts",
    "evaluation.report_offices": ("province_civil", "province_rural"),
    "evaluation.grades": ("excellent", "good", "pass", "fail"),
}


@dataclass(frozen=True, slots=True)
class Readings:
    """Parameters by look-up; a key that is not there is a ``KeyError``, as an unknown one is in the pack."""

    values: dict[str, Any]

    def value(self, key: str) -> Any:
        return self.values[key]

    def fen(self, key: str) -> int:
        return int(self.values[key] * 100)


HUNAN = Readings(VALUES)


def reading(**other: Any) -> Readings:
    """Return the default readings with others in their place; a double underscore in a name stands for the dot."""
    return Readings(VALUES | {key.replace("__", "."): value for key, value in other.items()})


def codes(breaches: Iterable[Breach]) -> list[str]:
    """Return the last word of each breach's code, having said each sentence aloud once."""
    found = list(breaches)
    assert all(one.clause in one.text or one.clause.startswith("A") for one in found)
    return [one.code.rpartition(".")[2] for one in found]
