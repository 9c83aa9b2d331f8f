"""What the rules say of a form while it is being filled in: faults and advice by field, and the words of its texts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.application import Application
from models.programme.pack import FormField
from models.rules.breach import Breach
from models.rules.form import submission_breaches
from models.rules.form_values import text
from models.rules.wordcount import counted
from tasks.dossier import application_of, form_context
from tasks.form_privacy import refill_form
from tasks.work import Work

_SIGNED = "F26"
"""The commitment is signed when the form is handed in, not while it is filled in."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence on a field: `hard` stands in the way of submitting, the rest is advice."""

    hard: bool
    clause: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldAdvice:
    """All that is to be said of one field. `words` and `most` are its count and limit, empty where it has none."""

    id: str
    key: str
    label: str
    advice: tuple[Advice, ...]
    words: int | None = None
    most: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing on this field stands in the way."""
        return not any(one.hard for one in self.advice)


def form_advice(work: Work, application: str, form: Mapping[str, Any]) -> list[FieldAdvice]:
    """The fields of the form of which there is something to say, in its order, as it would be submitted today.

    A masked number that is the stored one counts as that. Read-only; raises NotFound for an unknown application.
    """
    found = application_of(work, application)
    breaches = _breaches(work, found, form)
    told = [_told(work, found, one, form, breaches) for one in work.programme.form]
    return [one for one in told if one.advice or one.most is not None]


def _breaches(work: Work, application: Application, form: Mapping[str, Any]) -> list[Breach]:
    plain = refill_form(dict(form), application.form, application.key)
    context = form_context(work, work.batch(application.batch), application)
    found = submission_breaches(plain, context, work.rules(application.batch))
    return [one for one in found if one.clause != _SIGNED]


def _told(
    work: Work,
    application: Application,
    field: FormField,
    form: Mapping[str, Any],
    breaches: Iterable[Breach],
) -> FieldAdvice:
    rules = work.rules(application.batch)
    most = rules.number(field.limit) if field.limit else None
    words = None if most is None else counted(text(form, field.key), rules.text("form.count_method"))
    advice = tuple(
        Advice(one.hard, one.clause, one.text) for one in breaches if field.id in (one.field, one.clause)
    )
    return FieldAdvice(field.id, field.key, field.label, advice, words, most)
