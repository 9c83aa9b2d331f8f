"""One application whole, as its viewer may see it: the form with its remarks, what was granted, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from models.application import Application, ApplicationVersion, Override
from models.event import Event
from models.organisation import Person
from models.programme.pack import FormField
from models.rules.access import WITHOUT_ID, WITHOUT_PHONE, Viewer
from models.step import Step
from tasks.dossier import approved_on
from tasks.form_privacy import NUMBERS, SEALED
from tasks.parties import current_office
from tasks.queries.actor_names import actor_names, named_actor
from tasks.queries.application_rows import ApplicationRow, OwedStep, application_rows, owed_steps
from tasks.queries.form_versions import FormVersion, form_versions, shown_value
from tasks.queries.scope import steps_seen
from tasks.work import Work

IN_HAND = ("draft", "returned", "correcting")
"""States in which only the applicant sees what it is writing; offices see what was submitted."""

_REMARKS = {"application.return_for_changes": "remarks", "application.request_correction": "problems"}
_REACHED = ("mobile", "email")
_TOLD = ("reason", "opinion", "note", "discrepancies", "document", "clause", "rank", "receipt", "number")
"""Facts of an event that its line tells beside who and when."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What an office has asked of one field; `is_open` while the applicant has it in hand."""

    at: datetime
    by: str
    text: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field of the form as people read it. `rows` are a table's, `can_reveal` says the number may be asked for."""

    field: FormField
    text: str
    rows: tuple[Mapping[str, Any], ...] = ()
    remarks: tuple[Remark, ...] = ()
    can_reveal: bool = False


@dataclass(frozen=True, slots=True)
class OverrideShown:
    """A soft rule that the province let this application pass."""

    clause: str
    title: str
    reason: str
    document: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EventShown:
    """One line of what happened: who did what when, and the words they gave."""

    at: datetime
    act: str
    person: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DossierPage:
    """One application. `form` is None while nothing has been submitted that the viewer may see.

    `approved_on` is the day of F28; `seen_steps` are the keys of `owed` that the viewer may open.
    """

    row: ApplicationRow
    application: Application
    form: Mapping[str, Any] | None
    approved_on: date | None
    groups: Mapping[str, tuple[FieldShown, ...]]
    versions: tuple[FormVersion, ...]
    overrides: tuple[OverrideShown, ...]
    events: tuple[EventShown, ...]
    owed: tuple[OwedStep, ...]
    seen_steps: frozenset[str]

    @property
    def fields(self) -> dict[str, FieldShown]:
        """Every field by its key."""
        return {one.field.key: one for group in self.groups.values() for one in group}


def dossier_page(work: Work, viewer: Viewer, key: str) -> DossierPage:
    """The application of that key; whether the viewer may see it at all is the caller's to ask."""
    row = application_rows(work, col(Application.key) == key)[0]
    application = work.session.get_one(Application, key)
    form = form_seen_by(work, viewer, application)
    events = _events(work, key)
    people = actor_names(work, (one.actor for one in events))
    owed = _owed(work, application)
    keys = [one.key for one in owed]
    seen = select(col(Step.key)).where(col(Step.key).in_(keys), steps_seen(work, viewer))
    return DossierPage(
        row,
        application,
        form,
        approved_on(work, application),
        _groups(work, viewer, application, form, _remarks(work, application, events, people)),
        _versions(work, viewer, application),
        _overrides(work, key),
        tuple(_event_shown(work, one, people) for one in events),
        owed,
        frozenset(work.session.connection().execute(seen).scalars()) if keys else frozenset(),
    )


def form_seen_by(work: Work, viewer: Viewer, application: Application) -> Mapping[str, Any] | None:
    """The form that a viewer sees: its own applicant all of it, everybody else what was submitted."""
    if viewer.organisation == application.uscc or application.state not in IN_HAND:
        return application.form
    sent = work.session.get(ApplicationVersion, (application.key, application.version))
    return sent.form if sent is not None else None


def hidden_fields(viewer: Viewer) -> frozenset[str]:
    """The keys of the form's fields that a viewer's role never sees (section 15)."""
    hidden = set(NUMBERS) if viewer.role in WITHOUT_ID else set[str]()
    if viewer.role in WITHOUT_PHONE:
        hidden |= {f"{who}_{what}" for who in ("lead", "contact") for what in _REACHED}
    return frozenset(hidden)


def may_reveal(work: Work, viewer: Viewer, application: Application) -> bool:
    """Whether a viewer may ask for a resident number: the province, and the office that recommends."""
    nominators = (application.nominator, current_office(work, application.nominator))
    return viewer.role == "province_civil" or viewer.organisation in nominators


def _groups(
    work: Work,
    viewer: Viewer,
    application: Application,
    form: Mapping[str, Any] | None,
    remarks: Mapping[str, list[Remark]],
) -> dict[str, tuple[FieldShown, ...]]:
    hidden, found = hidden_fields(viewer), dict[str, list[FieldShown]]()
    asks = may_reveal(work, viewer, application)
    for field in work.programme.form:
        if field.key in hidden:
            continue
        value = (form or {}).get(field.key)
        rows = tuple(value) if field.type == "table" and isinstance(value, list) else ()
        sealed = (form or {}).get(SEALED) or {}
        shown = FieldShown(
            field,
            shown_value(work, field, value),
            rows,
            tuple(remarks.get(field.key, ())),
            asks and field.key in sealed,
        )
        found.setdefault(field.group, []).append(shown)
    return {group: tuple(fields) for group, fields in found.items()}


def _versions(work: Work, viewer: Viewer, application: Application) -> tuple[FormVersion, ...]:
    """The versions a viewer sees: what is being written only its applicant, hidden fields nobody who may not."""
    found = form_versions(work, application.key)
    if viewer.organisation != application.uscc:
        found = [one for one in found if one.number is not None]
    hidden = hidden_fields(viewer)
    return tuple(
        FormVersion(
            one.number,
            one.at,
            {name: value for name, value in one.form.items() if name not in hidden},
            one.token,
            tuple(change for change in one.changes if change.key not in hidden),
        )
        for one in found
    )


def _remarks(
    work: Work, application: Application, events: list[Event], people: Mapping[str, str]
) -> dict[str, list[Remark]]:
    asking = [one for one in events if one.act in _REMARKS]
    found: dict[str, list[Remark]] = {}
    keys = {one.id: one.key for one in work.programme.form}
    for event in asking:
        is_open = event is asking[0] and application.state in IN_HAND
        for name, text in (event.facts.get(_REMARKS[event.act]) or {}).items():
            remark = Remark(event.at, named_actor(event.actor, people), str(text), is_open)
            found.setdefault(keys.get(name, name), []).append(remark)
    return found


def _overrides(work: Work, key: str) -> tuple[OverrideShown, ...]:
    wanted = (
        select(Override, col(Person.name))
        .outerjoin(Person, col(Person.code) == col(Override.officer))
        .where(col(Override.application) == key)
        .order_by(col(Override.clause))
    )
    return tuple(
        OverrideShown(
            one.clause,
            work.programme.clause(one.clause).title,
            one.reason,
            one.document,
            name or one.officer,
            one.at,
        )
        for one, name in work.session.execute(wanted)
    )


def _events(work: Work, key: str) -> list[Event]:
    """What happened to an application and to the overrides of it, the latest first."""
    mine = or_(
        (col(Event.subject_type) == "application") & (col(Event.subject) == key),
        (col(Event.subject_type) == "override") & col(Event.subject).in_(_override_keys(work, key)),
    )
    return list(work.session.execute(select(Event).where(mine).order_by(col(Event.seq).desc())).scalars())


def _override_keys(work: Work, key: str) -> list[str]:
    wanted = select(col(Override.clause)).where(col(Override.application) == key)
    return [f"{key}/{clause}" for clause in work.session.connection().execute(wanted).scalars()]


def _event_shown(work: Work, event: Event, people: Mapping[str, str]) -> EventShown:
    labels = {one.key: one.label for one in work.programme.form}
    told = [str(event.facts[name]) for name in _TOLD if event.facts.get(name) not in (None, "")]
    details = [labels.get(one, one) for one in told]
    details += [str(one) for one in event.facts.get("advice") or ()]
    return EventShown(event.at, event.act, named_actor(event.actor, people), tuple(details))


def _owed(work: Work, application: Application) -> tuple[OwedStep, ...]:
    """The open steps that stand between this application and its decision, in the order of the steps."""
    steps = owed_steps(work, [application.batch])
    county = application.nominator.partition("-")[0]
    of_list = f"{application.batch}:{application.city}"
    wanted = {
        "draft": [("S02", application.key)],
        "returned": [("S02", application.key)],
        "submitted": [("S03C", application.key), ("S03", f"{application.batch}:{county}"), ("S04", of_list)],
        "recommended": [("S04", of_list)],
        "ranked": [("S05", of_list)],
        "emailed": [("S06", of_list), ("S07", of_list), ("S08", application.key)],
        "correcting": [("S06", of_list), ("S07", of_list), ("S08C", application.key)],
        "checked": [("S06", of_list), ("S07", of_list), ("S10", str(application.batch))],
    }.get(application.state, [])
    return tuple(steps[one] for one in wanted if one in steps)
