"""The reviewers' board: one's own applications, others' scores after one's own; the province's ranking (K25, A23).

Nobody's number, telephone or address of a person stands here (section 15).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.organisation import Person
from models.review import Assessment, PanelMember
from models.rules.review import Score, ranking
from tasks.parties import name_of
from tasks.queries.form_versions import shown_value
from tasks.refusal import NotEntitled
from tasks.work import Work

_SHOWN = ("applicant", "indicators", "funds", "plan", "added")
"""Groups of the form that a reviewer judges by; whom to reach and who signed are not among them."""
_HIDDEN = ("mobile", "email", "resident_id", "account")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing to score: its key, its words, the most points there are."""

    key: str
    label: str
    most: int


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field of the form as a reviewer reads it."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """One reviewer's statement and scores; `conflict` is empty before they have declared, the rest before scoring."""

    reviewer: str
    name: str
    conflict: bool | None
    scores: dict[str, int] | None
    mean: Fraction | None
    remark: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One application that a reviewer is to judge; `others` is None as long as they may not be seen."""

    application: str
    institution: str
    city: str
    fields: tuple[FieldShown, ...]
    own: Opinion
    others: tuple[Opinion, ...] | None


@dataclass(frozen=True, slots=True)
class ReviewBoard:
    """What a reviewer has before them."""

    criteria: tuple[Criterion, ...]
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One application for the province: its place by mean score, ties, how many of the judges have scored.

    Without a score it has neither place nor mean. `tied_with` are those of equal mean that the chair is to order.
    """

    application: str
    institution: str
    city: str
    rank: int | None
    mean: Fraction | None
    tied_with: tuple[str, ...]
    opinions: tuple[Opinion, ...]

    @property
    def scored(self) -> int:
        """How many have scored it."""
        return sum(one.scores is not None for one in self.opinions)


def review_board(work: Work, batch: int, *, reviewer: str) -> ReviewBoard:
    """What one reviewer is to judge, in the order of the applications; raises NotEntitled for who is not on the panel.

    Others' scores of an application are seen once one's own are given, or a conflict is declared: nobody is led.
    """
    if work.session.get(PanelMember, (batch, reviewer)) is None:
        raise NotEntitled("review.not_on_panel", person=reviewer, batch=batch)
    rows = []
    for application, opinions in _opinions(work, batch).items():
        own = next((one for one in opinions if one.reviewer == reviewer), None)
        if own is not None:
            found = work.session.get_one(Application, application)
            is_open = own.scores is not None or own.conflict is True
            others = tuple(one for one in opinions if one is not own) if is_open else None
            rows.append(
                BoardRow(
                    application,
                    name_of(work, found.uscc),
                    _city(work, found),
                    _fields(work, found),
                    own,
                    others,
                )
            )
    return ReviewBoard(criteria(work, batch), tuple(rows))


def review_ranking(work: Work, batch: int) -> list[RankingRow]:
    """All applications under review for the province: by mean score, then those nobody has scored, by key.

    Equal means are told, not settled: `review.decide` takes the chair's order (A23).
    """
    opinions = _opinions(work, batch)
    scores = [
        Score(application, one.reviewer, sum(one.scores.values()))
        for application, given in opinions.items()
        for one in given
        if one.scores is not None
    ]
    standings = {one.application: one for one in ranking(scores)}
    rows = []
    for key in [*standings, *sorted(opinions.keys() - standings.keys())]:
        found, standing = work.session.get_one(Application, key), standings.get(key)
        means = [one.mean for one in opinions[key] if one.mean is not None]
        rows.append(
            RankingRow(
                application=key,
                institution=name_of(work, found.uscc),
                city=_city(work, found),
                rank=standing.rank if standing is not None else None,
                mean=sum(means, Fraction(0)) / len(means) if means else None,
                tied_with=standing.tied_with if standing is not None else (),
                opinions=opinions[key],
            )
        )
    return rows


def criteria(work: Work, batch: int) -> tuple[Criterion, ...]:
    """What is scored in a batch, in the programme's order."""
    rules = work.rules(batch)
    most = rules.number("review.score_max")
    return tuple(
        Criterion(key, work.programme.label("criterion", key), most) for key in rules.names("review.criteria")
    )


def _opinions(work: Work, batch: int) -> dict[str, tuple[Opinion, ...]]:
    """Application → what its reviewers have said, by reviewer."""
    wanted = (
        select(Assessment, col(Person.name))
        .join(Application, col(Application.key) == col(Assessment.application))
        .join(Person, col(Person.code) == col(Assessment.reviewer))
        .where(col(Application.batch) == batch)
        .order_by(col(Assessment.application), col(Assessment.reviewer))
    )
    found: dict[str, list[Opinion]] = {}
    for one, name in work.session.execute(wanted).all():
        found.setdefault(one.application, []).append(_opinion(one, name))
    return {application: tuple(given) for application, given in found.items()}


def _opinion(assessment: Assessment, name: str) -> Opinion:
    scores: dict[str, Any] | None = assessment.scores
    mean = Fraction(sum(scores.values()), len(scores)) if scores else None
    return Opinion(assessment.reviewer, name, assessment.conflict, scores, mean, assessment.remark)


def _fields(work: Work, application: Application) -> tuple[FieldShown, ...]:
    return tuple(
        FieldShown(one.id, one.label, shown_value(work, one, application.form.get(one.key)))
        for one in work.programme.form
        if one.group in _SHOWN and one.type not in _HIDDEN
    )


def _city(work: Work, application: Application) -> str:
    return work.divisions.by_code(application.city).name
