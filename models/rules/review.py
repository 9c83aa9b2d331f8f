"""The committee: who may judge, how many must, and what order the scores make (K25, A23)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from models.rules.breach import Breach, RuleValues, hard


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A member of the committee. ``city`` is '' for somebody from outside the cities (province, university)."""

    person: str
    city: str = ""
    organisation: str = ""
    has_declared: bool = False
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a reviewer must keep away from: the application's city and who recommended it."""

    application: str
    city: str
    nominator: str


@dataclass(frozen=True, slots=True)
class Score:
    """One reviewer's score of one application, in points."""

    application: str
    reviewer: str
    points: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An application's place. ``mean`` is exact; ``tied_with`` are those of equal mean that the chair put in order."""

    application: str
    rank: int
    mean: Fraction
    tied_with: tuple[str, ...] = ()


def panel_breaches(panel: Sequence[Reviewer], rules: RuleValues) -> tuple[Breach, ...]:
    """A23: a minimum number of members, an odd one, each person once."""
    least = int(rules.value("review.panel_min"))
    found: list[Breach] = []
    times = Counter(one.person for one in panel)
    if len(times) < len(panel):
        twice = tuple(sorted(person for person, count in times.items() if count > 1))
        found.append(hard("rules.review.member_twice", "A23", people=twice))
    if len(times) < least:
        found.append(hard("rules.review.panel_small", "A23", found=len(times), least=least))
    if rules.value("review.panel_odd") and len(times) % 2 == 0:
        found.append(hard("rules.review.panel_even", "A23", found=len(times)))
    return tuple(found)


def assignment_breaches(reviewer: Reviewer, applicant: Applicant, rules: RuleValues) -> tuple[Breach, ...]:
    """K25: no reviewer from the applicant's city, from who recommended it, with a conflict, or undeclared."""
    found: list[Breach] = []
    if not reviewer.has_declared:
        found.append(hard("rules.review.undeclared", "K25", person=reviewer.person))
    if reviewer.city and reviewer.city == applicant.city and rules.value("review.same_city_barred"):
        found.append(
            hard("rules.review.same_city", "K25", person=reviewer.person, application=applicant.application)
        )
    if reviewer.organisation and reviewer.organisation == applicant.nominator:
        found.append(
            hard("rules.review.nominator", "K25", person=reviewer.person, application=applicant.application)
        )
    if applicant.application in reviewer.conflicts:
        found.append(
            hard("rules.review.conflict", "K25", person=reviewer.person, application=applicant.application)
        )
    return tuple(found)


def score_breaches(new: Score, standing: Iterable[Score], rules: RuleValues) -> tuple[Breach, ...]:
    """A23: points within the scale, one score per reviewer and application."""
    most = int(rules.value("review.score_max"))
    found: list[Breach] = []
    if not 0 <= new.points <= most:
        found.append(hard("rules.review.points", "A23", found=new.points, most=most))
    if any((one.application, one.reviewer) == (new.application, new.reviewer) for one in standing):
        found.append(
            hard("rules.review.scored_twice", "A23", person=new.reviewer, application=new.application)
        )
    return tuple(found)


def meeting_breaches(
    panel: Collection[Reviewer],
    present: Collection[str],
    scores: Iterable[Score],
    applications: Iterable[Applicant],
    rules: RuleValues,
) -> tuple[Breach, ...]:
    """A23 before a decision: a quorum of the panel, and enough scores from members who may judge the application."""
    members = {one.person: one for one in panel}
    quorum = Fraction(str(rules.value("review.quorum")))
    least = int(rules.value("review.scores_min"))
    found: list[Breach] = []
    there = len(members.keys() & set(present))
    if not members or Fraction(there, len(members)) < quorum:
        found.append(hard("rules.review.quorum", "A23", found=there, size=len(members), quorum=quorum))
    by_application: defaultdict[str, set[str]] = defaultdict(set)
    for score in scores:
        by_application[score.application].add(score.reviewer)
    for applicant in applications:
        judges = by_application[applicant.application]
        strangers = tuple(sorted(judges - members.keys()))
        if strangers:
            found.append(
                hard("rules.review.not_member", "K25", people=strangers, application=applicant.application)
            )
        for judge in sorted(judges & members.keys()):
            found += assignment_breaches(members[judge], applicant, rules)
        if len(judges) < least:
            found.append(
                hard(
                    "rules.review.scores_few",
                    "A23",
                    application=applicant.application,
                    found=len(judges),
                    least=least,
                )
            )
    return tuple(found)


def ranking(scores: Iterable[Score], chair_order: Sequence[str] = ()) -> tuple[Standing, ...]:
    """Return the applications by mean score, highest first; equal means stand in the chair's order (A23).

    Means are compared exactly. Applications the chair has not put in order stand after those the chair has, by key,
    so that equal input gives equal output; ``tie_breaches`` says that the chair is still to decide.
    """
    points: defaultdict[str, list[int]] = defaultdict(list)
    for one in scores:
        points[one.application].append(one.points)
    means = {application: Fraction(sum(given), len(given)) for application, given in points.items()}
    places = {application: place for place, application in enumerate(chair_order)}
    order = sorted(means, key=lambda one: (-means[one], places.get(one, len(places)), one))
    return tuple(
        Standing(
            one, rank, means[one], tuple(sorted(b for b in means if b != one and means[b] == means[one]))
        )
        for rank, one in enumerate(order, start=1)
    )


def tie_breaches(
    standings: Iterable[Standing], chair_order: Sequence[str], rules: RuleValues
) -> tuple[Breach, ...]:
    """A23: applications of equal mean need the chair's order (``chair``) or new scores (``rescore``)."""
    reading = str(rules.value("review.ties"))
    if reading not in {"chair", "rescore"}:
        raise ValueError(f"A23 has no reading {reading!r}")
    settled = set(chair_order) if reading == "chair" else set()
    open_ties = {
        tuple(sorted((one.application, *one.tied_with)))
        for one in standings
        if one.tied_with and not {one.application, *one.tied_with} <= settled
    }
    return tuple(hard(f"rules.review.tie_{reading}", "A23", applications=tie) for tie in sorted(open_ties))
