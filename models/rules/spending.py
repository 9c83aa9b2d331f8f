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


class Boarder(StrEnum):
    """Whose board and lodging leg C may be asked to pay: the sender's visiting staff, the staff being trained (A26)."""

    VISITING = "visiting"
    TRAINED = "trained"


BOARD = "board_lodging"
_USES = {Fund.ASSISTANCE: "money.sender_uses", Fund.LIVING: "money.recipient_uses"}


@dataclass(frozen=True, slots=True)
class Spending:
    """One line of a spending return, in fen; ``people`` says whose board and lodging it was, where that was said."""

    category: str
    fen: int
    note: str = ""
    people: frozenset[str] = frozenset()


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
        if fund is Fund.LIVING and one.category == BOARD:
            found += _board_breaches(number, one, rules)
        if one.fen <= 0:
            found.append(hard("rules.spending.positive", clause, row=number))
    if total > received_fen:
        found.append(hard("rules.spending.more", clause, found=yuan(total), received=yuan(received_fen)))
    return tuple(found)


def _board_breaches(number: int, line: Spending, rules: RuleValues) -> list[Breach]:
    """K44, A26: board and lodging of the people that the setting names; where not of all, the return says whose."""
    paid_for = tuple(rules.value("money.board_for"))
    if line.people - set(paid_for):
        people = tuple(sorted(line.people))
        return [hard("rules.spending.board_for", "K44", row=number, found=people, known=paid_for)]
    if not line.people and set(paid_for) != set(Boarder):
        return [hard("rules.spending.board_unsaid", "K44", row=number, known=paid_for)]
    return []


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
