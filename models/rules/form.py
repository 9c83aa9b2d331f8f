"""Appendix 1 as a whole: who applies, through whom, with which signatures (F01-F18, F26, F27).

A form is a mapping of field key to value; a key that is absent, None or blank is not filled in. Dates are ``date``,
sums in ten thousand yuan are ``Decimal``. Soft breaches of the form are advice: shown beside the field, never in the
way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from models.rules.breach import Breach, RuleValues, hard, soft
from models.rules.contact import email_breaches, mobile_breaches
from models.rules.form_content import content_breaches
from models.rules.form_values import Form, day, is_blank, text
from models.rules.resident_id import resident_id_breaches
from models.rules.uscc import uscc_breaches

FIELDS: Mapping[str, str] = {
    "city": "F01",
    "nominator": "F02",
    "institution_name": "F03",
    "uscc": "F04",
    "founded_on": "F05",
    "legal_representative": "F06",
    "address": "F07",
    "inspection_result": "F08",
    "grade": "F09",
    "lead_name": "F11",
    "lead_mobile": "F12",
    "lead_email": "F13",
    "lead_id_number": "F14",
    "contact_name": "F15",
    "contact_mobile": "F16",
    "contact_email": "F17",
    "contact_id_number": "F18",
    "beneficiaries": "F19",
    "professionals_trained": "F21",
    "training_person_times": "F22",
    "funds_fiscal_wan": "F23",
    "funds_lottery_wan": "F24",
    "funds_own_wan": "F25",
    "background": "F29",
    "proposal": "F30",
    "budget": "F31",
}
"""The fields an applicant must fill in, in the order of the form. F10 and F20 are optional; F26 and F27 are
signatures, F28 is the decision on the batch (K25): no form has a say in it."""

SIGNED = ("commitment_", "opinion_", "decision_")
"""How the fields begin that are signed or sealed on paper (F26, F27) or decided elsewhere (F28): nobody types them."""


@dataclass(frozen=True, slots=True)
class FormContext:
    """What the form is held against. ``on`` is the day it is submitted, ``years`` the batch's number of work years.

    ``nominator_city`` is '' for a bureau that is unknown or no longer active; ``register_name`` is '' where no register
    was consulted. Whether the code has another application in the batch is eligibility's question (K18).
    """

    on: date
    opened_on: date
    years: int
    cities: Collection[str]
    nominator_city: str
    register_name: str = ""


def submission_breaches(form: Form, context: FormContext, rules: RuleValues) -> tuple[Breach, ...]:
    """F01-F26 and F29-F31: everything an applicant answers for, in the order of the form."""
    found = [*missing_breaches(form)]
    found += place_breaches(form, context)
    found += institution_breaches(form, context, rules)
    found += people_breaches(form, context)
    found += content_breaches(form, context.years, rules)
    found += commitment_breaches(form, context)
    return tuple(sorted(found, key=lambda one: (one.field is None, one.field)))


def missing_breaches(form: Form) -> tuple[Breach, ...]:
    """Every required field that is not filled in, each by its own sentence."""
    return tuple(
        hard(f"rules.form.missing.{clause.lower()}", clause, clause)
        for key, clause in FIELDS.items()
        if is_blank(form.get(key))
    )


def place_breaches(form: Form, context: FormContext) -> tuple[Breach, ...]:
    """F01, F02: one of the province's cities, and an active bureau inside it."""
    found: list[Breach] = []
    city = text(form, "city")
    if city and city not in context.cities:
        found.append(hard("rules.form.city", "F01", "F01", city=city))
    if text(form, "nominator"):
        if not context.nominator_city:
            found.append(hard("rules.form.nominator", "F02", "F02", nominator=text(form, "nominator")))
        elif city in context.cities and city != context.nominator_city:
            found.append(
                hard(
                    "rules.form.nominator_city",
                    "F01",
                    "F01",
                    city=city,
                    nominator_city=context.nominator_city,
                )
            )
    return tuple(found)


def institution_breaches(form: Form, context: FormContext, rules: RuleValues) -> tuple[Breach, ...]:
    """F03-F09: the institution as its register knows it."""
    found: list[Breach] = []
    name = text(form, "institution_name")
    if name and context.register_name and name != context.register_name:
        found.append(
            hard("rules.form.register_name", "F03", "F03", name=name, register=context.register_name)
        )
    code = text(form, "uscc")
    if code:
        found += uscc_breaches(code)
    if not is_blank(form.get("founded_on")):
        founded = day(form, "founded_on")
        if founded is None:
            found.append(hard("rules.form.date", "F05", "F05"))
        elif founded > context.opened_on:
            found.append(hard("rules.form.founded", "F05", "F05", found=founded, opened=context.opened_on))
    found += inspection_breaches(form, context, rules)
    grade = text(form, "grade")
    if grade and grade not in rules.value("form.grades"):
        found.append(
            hard("rules.form.grade", "F09", "F09", found=grade, known=tuple(rules.value("form.grades")))
        )
    return tuple(found)


def inspection_breaches(form: Form, context: FormContext, rules: RuleValues) -> tuple[Breach, ...]:
    """F08: a known result; a failed one is advice; the year before last passes with a note.

    In February last year's result may not be issued yet. ``inspection_year`` is taken as last year when absent.
    """
    found: list[Breach] = []
    result = text(form, "inspection_result")
    known = tuple(rules.value("form.inspection_results"))
    if result and result not in known:
        found.append(hard("rules.form.inspection", "F08", "F08", found=result, known=known))
    if result and result == rules.value("form.inspection_failed"):
        found.append(soft("rules.form.inspection_failed", "F08", "F08", found=result))
    expected = context.opened_on.year - 1
    oldest = context.opened_on.year - int(rules.value("form.inspection_years_back"))
    year = form.get("inspection_year", expected)
    if result and year != expected:
        if not isinstance(year, int) or not oldest <= year < expected:
            found.append(hard("rules.form.inspection_year", "F08", "F08", year=year, expected=expected))
        elif not text(form, "inspection_note"):
            found.append(hard("rules.form.inspection_note", "F08", "F08", year=year, expected=expected))
    return tuple(found)


def people_breaches(form: Form, context: FormContext) -> tuple[Breach, ...]:
    """F11-F18: lead and contact can be reached and their identity numbers are possible; a second address is advised."""
    found: list[Breach] = []
    for who, (mobile, email, number) in {
        "lead": ("F12", "F13", "F14"),
        "contact": ("F16", "F17", "F18"),
    }.items():
        if text(form, f"{who}_mobile"):
            found += mobile_breaches(text(form, f"{who}_mobile"), mobile)
        if not is_blank(form.get(f"{who}_email")):
            found += email_breaches(str(form[f"{who}_email"]), email)
        if text(form, f"{who}_id_number"):
            found += resident_id_breaches(text(form, f"{who}_id_number"), context.on, number, number)
    first, second = text(form, "lead_email").casefold(), text(form, "contact_email").casefold()
    if first and first == second:
        found.append(soft("rules.form.same_email", "F17", "F17", found=second))
    return tuple(found)


def commitment_breaches(form: Form, context: FormContext) -> tuple[Breach, ...]:
    """F26: the legal representative signed and sealed, on or before the day of submission."""
    found: list[Breach] = []
    if form.get("commitment_sealed") is not True:
        found.append(hard("rules.form.commitment_seal", "F26", "F26"))
    signed = day(form, "commitment_signed_on")
    if signed is None:
        found.append(hard("rules.form.commitment_date", "F26", "F26"))
    elif signed > context.on:
        found.append(hard("rules.form.commitment_future", "F26", "F26", found=signed, on=context.on))
    return tuple(found)


def opinion_breaches(form: Form, context: FormContext) -> tuple[Breach, ...]:
    """F27: the recommending bureau's opinion, sealed, dated not before F26 and not in the future."""
    found: list[Breach] = []
    if not text(form, "opinion_text"):
        found.append(hard("rules.form.opinion_text", "F27", "F27"))
    if form.get("opinion_sealed") is not True:
        found.append(hard("rules.form.opinion_seal", "F27", "F27"))
    signed, committed = day(form, "opinion_signed_on"), day(form, "commitment_signed_on")
    if signed is None:
        found.append(hard("rules.form.opinion_date", "F27", "F27"))
    else:
        if committed is not None and signed < committed:
            found.append(hard("rules.form.opinion_early", "F27", "F27", found=signed, committed=committed))
        if signed > context.on:
            found.append(hard("rules.form.opinion_future", "F27", "F27", found=signed, on=context.on))
    return tuple(found)
