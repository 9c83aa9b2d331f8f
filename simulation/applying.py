"""The application form as the cast fills it in."""

from typing import Any

from simulation.dice import Dice
from simulation.people import Applicant, mobile, person_name, resident_number
from simulation.samples import samples


def filled_form(dice: Dice, applicant: Applicant, place: str) -> dict[str, Any]:
    """Appendix 1 of a sample applicant: every field valid, every figure plausible."""
    words = samples()["form"]
    code = applicant.uscc
    return {
        "city": applicant.city,
        "nominator": applicant.nominator,
        "institution_name": applicant.name,
        "uscc": code,
        "founded_on": applicant.founded_on.isoformat(),
        "legal_representative": person_name(dice, "legal", code),
        "address": str(words["address"]).format(place=place, number=dice.between(1, 200, "house", code)),
        "inspection_result": "qualified",
        "grade": dice.pick(("5A", "4A", "3A", "unrated"), "grade", code),
        "lead_name": person_name(dice, "lead", code),
        "lead_mobile": mobile(dice, "lead", code),
        "lead_email": f"lead.{code.lower()}@people.example",
        "lead_id_number": resident_number(dice, "lead", code),
        "contact_name": person_name(dice, "contact", code),
        "contact_mobile": mobile(dice, "contact", code),
        "contact_email": f"{code.lower()}@people.example",
        "contact_id_number": resident_number(dice, "contact", code),
        "beneficiaries": dice.between(300, 4000, "beneficiaries", code),
        "institutions_developed": dice.between(0, 1, "institutions", code),
        "professionals_trained": dice.between(3, 6, "professionals", code),
        "training_person_times": dice.between(60, 160, "person-times", code),
        "funds_fiscal_wan": str(dice.between(2, 8, "fiscal", code)),
        "funds_lottery_wan": str(dice.between(0, 5, "lottery", code)),
        "funds_own_wan": f"{dice.between(0, 40, 'own', code) / 10:.1f}",
        "background": str(words["background"]).format(
            stations=dice.between(2, 9, "stations", code),
            staff=dice.between(5, 18, "staff", code),
            certified=dice.between(2, 5, "certified", code),
            served=dice.between(800, 9000, "served", code),
        ),
        "proposal": str(words["proposal"]).format(
            projects=dice.between(1, 4, "projects", code), focus=dice.pick(words["focus"], "focus", code)
        ),
        "budget": [
            {"item": words["budget_board"], "wan": f"{dice.between(5, 15, 'board', code) / 10:.1f}"},
            {"item": words["budget_service"], "wan": f"{dice.between(10, 40, 'service', code) / 10:.1f}"},
        ],
        "institution_type": "social_work",
        "trainees": dice.between(3, 4, "trainees", code),
        "level": applicant.level,
        "registration_division": applicant.county or applicant.city,
        "bank_account": bank_account(dice, code, applicant.name, place),
    }


def bank_account(dice: Dice, code: str, name: str, place: str) -> dict[str, str]:
    """A sample account in the institution's own name."""
    return {
        "bank": str(samples()["form"]["bank"]).format(place=place),
        "name": name,
        "number": f"6200{dice.between(0, 999_999_999_999, 'account', code):012d}",
    }
