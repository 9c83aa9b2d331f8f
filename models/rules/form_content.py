"""Appendix 1's contents: indicators, funds, background, proposal and budget (F19-F25, F29-F31)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from models.rules.breach import Breach, RuleValues, hard, soft
from models.rules.form_values import Form, decimals, is_blank, text, wan, whole
from models.rules.wordcount import counted

_FUNDS = {"funds_fiscal_wan": "F23", "funds_lottery_wan": "F24", "funds_own_wan": "F25"}
_COUNTS = {
    "beneficiaries": "F19",
    "institutions_developed": "F20",
    "professionals_trained": "F21",
    "training_person_times": "F22",
    "trainees": "X02",
}
_TEXTS = {"background": ("F29", "form.background_limit"), "proposal": ("F30", "form.proposal_limit")}
_FEN_IN_WAN = 10_000 * 100


def content_breaches(form: Form, years: int, rules: RuleValues) -> tuple[Breach, ...]:
    """F19-F25 and F29-F31. Fields left blank are the business of ``form.missing_breaches``."""
    return (
        indicator_breaches(form, rules)
        + funds_breaches(form, years, rules)
        + text_breaches(form, rules)
        + budget_breaches(form, rules)
    )


def indicator_breaches(form: Form, rules: RuleValues) -> tuple[Breach, ...]:
    """F19-F22: whole numbers; at least one beneficiary; as many people as K30 asks each year; person-times beside."""
    found: list[Breach] = []
    read: dict[str, int] = {}
    for key, clause in _COUNTS.items():
        if is_blank(form.get(key)):
            continue
        number = whole(form[key])
        if number is None:
            found.append(hard("rules.form.whole", clause, clause, found=text(form, key)))
        else:
            read[key] = number
    beneficiaries = read.get("beneficiaries")
    if beneficiaries == 0:
        found.append(hard("rules.form.beneficiaries", "F19", "F19", found=beneficiaries))
    if beneficiaries is not None and beneficiaries > int(rules.value("form.beneficiary_outlier")):
        found.append(soft("rules.form.beneficiaries_many", "F19", "F19", found=beneficiaries))
    least = int(rules.value("fieldwork.trainees_min"))
    for key, code in {"professionals_trained": "professionals", "trainees": "trainees"}.items():
        if key in read and read[key] < least:
            found.append(hard(f"rules.form.{code}", "K30", _COUNTS[key], found=read[key], least=least))
    trained = read.get("professionals_trained")
    times = read.get("training_person_times")
    if trained is not None and times is not None and times < trained:
        found.append(soft("rules.form.person_times", "F22", "F22", found=times, trained=trained))
    return tuple(found)


def funds_breaches(form: Form, years: int, rules: RuleValues) -> tuple[Breach, ...]:
    """F23-F25: sums of zero or more in ten thousand yuan; advice on yuan typed by mistake and on an unfunded K42."""
    found: list[Breach] = []
    read: dict[str, Decimal] = {}
    for key, clause in _FUNDS.items():
        if not is_blank(form.get(key)):
            found += wan_breaches(form[key], clause, rules)
            read[key] = wan(form[key]) or Decimal(0)
    public = {"funds_fiscal_wan", "funds_lottery_wan"}
    if public <= read.keys():
        needed = Decimal(rules.fen("money.leg_c_yuan") * years) / _FEN_IN_WAN
        promised = sum((read[key] for key in public), Decimal(0))
        if promised < needed:
            found.append(soft("rules.form.unfunded", "K42", "F23", promised=promised, needed=needed))
    return tuple(found)


def wan_breaches(value: object, clause: str, rules: RuleValues) -> tuple[Breach, ...]:
    """One sum in ten thousand yuan: a number, not negative, not finer than allowed; a large one may be yuan."""
    amount = wan(value)
    if amount is None:
        return (hard("rules.form.wan", clause, clause, found=str(value)),)
    found: list[Breach] = []
    places = int(rules.value("form.wan_decimals"))
    if amount < 0:
        found.append(hard("rules.form.wan_negative", clause, clause, found=amount))
    if decimals(amount) > places:
        found.append(hard("rules.form.wan_decimals", clause, clause, found=amount, places=places))
    if amount > Decimal(str(rules.value("form.fund_outlier_wan"))):
        found.append(soft("rules.form.wan_yuan", clause, clause, found=amount))
    return tuple(found)


def text_breaches(form: Form, rules: RuleValues) -> tuple[Breach, ...]:
    """F29, F30: within their number of words, counted as A21 says; a hard block."""
    found: list[Breach] = []
    for key, (clause, parameter) in _TEXTS.items():
        most = int(rules.value(parameter))
        count = counted(text(form, key), str(rules.value("form.count_method")))
        if count > most:
            found.append(hard("rules.form.words", clause, clause, found=count, most=most, over=count - most))
    return tuple(found)


def budget_breaches(form: Form, rules: RuleValues) -> tuple[Breach, ...]:
    """F31: rows of item and sum; a total that is given equals the sum of the rows."""
    rows = form.get("budget")
    if is_blank(rows):
        return ()
    if isinstance(rows, (str, Mapping)) or not isinstance(rows, Iterable):
        return (hard("rules.form.budget_table", "F31", "F31"),)
    found: list[Breach] = []
    total = Decimal(0)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping) or is_blank(row.get("item")) or is_blank(row.get("wan")):
            found.append(hard("rules.form.budget_row", "F31", "F31", row=number))
            continue
        found += wan_breaches(row["wan"], "F31", rules)
        total += wan(row["wan"]) or Decimal(0)
    if not is_blank(form.get("budget_total_wan")) and wan(form["budget_total_wan"]) != total:
        found.append(
            hard("rules.form.budget_total", "F31", "F31", found=text(form, "budget_total_wan"), total=total)
        )
    return tuple(found)
