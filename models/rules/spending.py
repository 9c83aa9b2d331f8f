"""What the money was spent on: categories, sums and the papers behind them (K43, K44, K45)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.rules.breach import Breach, RuleValues, hard, soft
from models.rules.money import yuan


class Fund(StrEnum):
    """Which money was spent: the sender's subsidy (legs A and B) or the recipient's (leg C)."""

    ASSISTANCE = "assistance"
    LIVING = "living"


_USES = {Fund.ASSISTANCE: "money.sender_uses", Fund.LIVING: "money.recipient_uses"}


@dataclass(frozen=True, slots=True)
class Spending:
    """One line of a spending return, in fen."""

    category: str
    fen: int
    note: str = ""


def spending_breaches(
    lines: Iterable[Spending], fund: Fund, received_fen: int, rules: RuleValues
) -> tuple[Breach, ...]:
    """K43, K44: known categories, positive sums, no more than was received; 'other' is explained.

    Equipment and management fees are flagged (soft): the notice names five uses "mainly" and these are not among them.
    """
    clause = "K43" if fund is Fund.ASSISTANCE else "K44"
    known = tuple(rules.value(_USES[fund]))
    flagged = tuple(rules.value("money.sender_flagged_uses"))
    other = str(rules.value("money.sender_other_use"))
    found: list[Breach] = []
    total = 0
    for number, one in enumerate(lines, start=1):
        total += one.fen
        if one.category in flagged:
            found.append(soft("rules.spending.flagged", clause, row=number, category=one.category))
        elif one.category not in known and (fund is Fund.LIVING or one.category != other):
            found.append(
                hard("rules.spending.category", clause, row=number, category=one.category, known=known)
            )
        if one.category == other and fund is Fund.ASSISTANCE and not one.note.strip():
            found.append(hard("rules.spending.explain", clause, row=number))
        if one.fen <= 0:
            found.append(hard("rules.spending.positive", clause, row=number))
    if total > received_fen:
        found.append(hard("rules.spending.more", clause, found=yuan(total), received=yuan(received_fen)))
    return tuple(found)


def own_funds_breaches(
    source: str, fen: int, rules: RuleValues, *, is_public_raising: bool = False, qualification: str = ""
) -> tuple[Breach, ...]:
    """K45: money an institution raised itself; raising from the public names its qualification."""
    known = tuple(rules.value("money.own_funds"))
    found: list[Breach] = []
    if source not in known:
        found.append(hard("rules.money.source", "K45", found=source, known=known))
    if fen <= 0:
        found.append(hard("rules.spending.income", "K45"))
    if is_public_raising and rules.value("money.raising_needs_qualification") and not qualification.strip():
        found.append(hard("rules.spending.qualification", "K45"))
    return tuple(found)
