"""The application form: begun, filled in field by field with advice, kept as a draft, submitted or corrected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from console.web.access import needs
from console.web.choice import Choice
from console.web.form_fields import PREFIX, Asked, asked_fields, budget_total, read_form
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.uploads import chosen_files
from console.web.visit import Visit
from console.web.wording import page_words
from documents.reading.document import Unreadable
from models.application import Application
from models.organisation import Institution
from models.rules.breach import Breach, RuleBroken
from models.rules.form import SIGNED
from models.rules.form_seen import changed_since, seen_token
from models.rules.form_values import is_blank
from models.rules.upload import MAX_BYTES, plain_name
from tasks.dossier import application_of
from tasks.form_reading import ReadForm, lay_form
from tasks.parties import name_of
from tasks.postings import perform_once, was_posted
from tasks.queries.dossier_page import IN_HAND, dossier_page
from tasks.queries.first_form import (
    batches_to_apply_to,
    first_form,
    form_title,
    registered_fields,
)
from tasks.queries.form_advice import FieldAdvice, form_advice
from tasks.queries.form_versions import shown_value
from tasks.reading_files import found_form
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, Refusal
from tasks.work import Work

pages = Pages()


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown again: what was typed, what stands in the way, what somebody changed meanwhile."""

    form: Mapping[str, Any]
    problem: Problem | None = None
    breaches: tuple[Breach, ...] = ()
    stale: tuple[tuple[str, str, str], ...] = ()
    strict: bool = False
    saved: bool = False
    read: ReadForm | None = None
    file: str = ""
    signed: Mapping[str, str] = field(default_factory=dict)


@pages.get("/applications/new", needs("application", "W"))
def new_application(visit: Visit) -> Response:
    """Asks for the batch and the office to apply to (K18, K19)."""
    return _new(visit)


@pages.post("/applications/new", needs("application", "W"))
def begin_application(visit: Visit) -> Response:
    """Begins the draft, filled with what the register knows, and goes on to the form."""
    uscc = visit.viewer.organisation
    nominator, batch = str(visit.form.get("nominator", "")), str(visit.form.get("batch", ""))
    channel = "city" if nominator.partition("-")[0].endswith("00") else "county"
    try:
        if not nominator or not batch.isdecimal():
            raise BadInput("forms.choose", field="nominator")
        with visit.looking() as work:
            form = first_form(work, uscc, nominator)
        given = {"batch": int(batch), "uscc": uscc, "channel": channel, "nominator": nominator, "form": form}
        once = str(visit.form.get("once", "")) or None
        done = perform_once(
            visit.house,
            "application.draft",
            visit.actor,
            once,
            given,
            lambda made: f"/application/{quote(made.key)}/form",
        )
    except (Refusal, RuleBroken) as refused:
        problem = problem_of(refused)
        if problem is None:
            raise
        with visit.looking():
            return _new(visit, problem=problem, chosen=nominator)
    return visit.redirect(done.location, done="application.draft")


@pages.get("/application/{key}/form", needs("application", "S"))
def form_page(visit: Visit) -> Response:
    """The form to fill in."""
    found = _own(visit, visit.work)
    # What the register says may have been corrected since the draft was begun.
    form = {**_unsigned(found.form), **registered_fields(visit.work, found.uscc, found.nominator)}
    return _page(visit, found, Filled(form, strict=visit.query.get("check") == "1"))


@pages.post("/application/{key}/form", needs("application", "S"))
def keep_form(visit: Visit) -> Response:
    """Keeps the draft and, where that was asked for, hands it in; what is refused comes back with what was typed."""
    once, do = str(visit.form.get("once", "")), str(visit.form.get("do", "save"))
    handing_in = f"{once}:hand-in"
    with visit.looking() as work:
        # Sent again after it was handed in, as browsers do on a broken connection, it leads where it led before.
        found = _own(visit, work, in_hand=not was_posted(work, visit.actor, handing_in))
        typed = _typed(visit, work, found)
    key = found.key
    seen = str(visit.form.get("seen_form", ""))
    given = {"application": key, "form": typed, "seen": seen}
    saved = False
    try:
        perform_once(visit.house, "application.save_draft", visit.actor, f"{once}:save", given)
        saved = True
        if do == "save":
            return visit.redirect(f"/application/{quote(key)}/form", done="application.save_draft")
        name, rest = _handing_in(visit, found.state, typed)
        perform_once(visit.house, name, visit.actor, handing_in, {"application": key, **rest})
        return visit.redirect(f"/application/{quote(key)}", done=name)
    except (Refusal, RuleBroken) as refused:
        return _refused(visit, typed, refused, seen, saved=saved)


@pages.post("/application/{key}/form/file", needs("application", "S"))
def read_file(visit: Visit) -> Response:
    """Reads appendix 1 from a file into the form as it is shown; nothing is kept before the draft is saved."""
    with visit.looking() as work:
        found = _own(visit, work)
        standing = _unsigned(found.form)
    files = chosen_files(visit.form, "form")
    name = plain_name(files[0].filename or "") if files else ""
    try:
        if not files:
            raise BadInput("documents.file_missing", field="form")
        # Reading waits for nobody: a conversion may take its time, so no transaction is open meanwhile.
        read = found_form(visit.house, name, files[0].file.read(MAX_BYTES + 1))
    except (Unreadable, BadInput) as refused:
        with visit.looking() as work:
            problem = Problem(400, (refused.text,), "")
            return _page(visit, _own(visit, work), Filled(standing, problem, strict=True))
    with visit.looking() as work:
        found = _own(visit, work)
        laid = lay_form(work, read, found)
        form = {**laid.form, **registered_fields(work, found.uscc, found.nominator)}
        return _page(visit, found, Filled(_unsigned(form), read=laid, file=name))


@pages.post("/application/{key}/advice", needs("application", "S"))
def advise(visit: Visit) -> Response:
    """What is to be said of the form as it stands in the browser, field by field; nothing is kept."""
    with visit.looking() as work:
        found = _own(visit, work)
        typed = _typed(visit, work, found)
        told = form_advice(work, found.key, typed)
        fields = {
            one.key: {
                "lines": [{"hard": line.hard, "text": line.text} for line in one.advice],
                "words": one.words,
                "most": one.most,
                "blank": is_blank(typed.get(one.key)),
            }
            for one in told
        }
        return JSONResponse(
            {"fields": fields, "standing": _standing(told, typed), "total": budget_total(typed)}
        )


def _handing_in(visit: Visit, state: str, typed: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if state == "correcting":
        return "application.correct", {"form": typed}
    signed_on = str(visit.form.get("signed_on", ""))
    return "application.submit", {"signed_on": signed_on, "sealed": "sealed" in visit.form}


def _own(visit: Visit, work: Work, *, in_hand: bool = True) -> Application:
    """The visitor's own application, in hand if so demanded; raises NotFound, NotEntitled or AlreadyDone."""
    key = visit.path("key")
    visit.require("application", key)
    found = application_of(work, key)
    if found.uscc != visit.viewer.organisation:
        raise NotEntitled("act.not_entitled", actor=visit.visitor.person_name, organisation=found.uscc)
    if in_hand and found.state not in IN_HAND:
        raise AlreadyDone("application.not_in_hand", application=key)
    return found


def _typed(visit: Visit, work: Work, found: Application) -> dict[str, Any]:
    typed = read_form(work, visit.form, found.form)
    return {**typed, **registered_fields(work, found.uscc, found.nominator)}


def _unsigned(form: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in form.items() if not name.startswith(SIGNED)}


def _refused(
    visit: Visit, typed: Mapping[str, Any], refused: Refusal | RuleBroken, seen: str, *, saved: bool
) -> Response:
    problem = problem_of(refused)
    if problem is None:
        raise refused
    with visit.looking() as work:
        found = _own(visit, work)
        stale = _stale(work, found, typed, seen) if not saved else ()
        signed = {"on": str(visit.form.get("signed_on", "")), "sealed": "1" if "sealed" in visit.form else ""}
        breaches = refused.breaches if isinstance(refused, RuleBroken) else ()
        return _page(
            visit, found, Filled(typed, problem, breaches, stale, strict=True, saved=saved, signed=signed)
        )


def _stale(
    work: Work, found: Application, typed: Mapping[str, Any], seen: str
) -> tuple[tuple[str, str, str], ...]:
    """The fields that somebody has changed since: label, what stands there now, what was typed here."""
    fields = {one.key: one for one in work.programme.form}
    return tuple(
        (
            fields[name].label if name in fields else name,
            shown_value(work, fields.get(name), found.form.get(name)),
            shown_value(work, fields.get(name), typed.get(name)),
        )
        for name in changed_since(seen, found.form)
    )


def _page(visit: Visit, found: Application, filled: Filled) -> Response:
    work = visit.work
    told = form_advice(work, found.key, filled.form)
    dossier = dossier_page(work, visit.viewer, found.key)
    remarks = {key: one.remarks for key, one in dossier.fields.items()}
    groups = asked_fields(work, filled.form, told, remarks, found.batch)
    return visit.render(
        "form.html",
        filled.problem.status if filled.problem else 200,
        found=found,
        row=dossier.row,
        owed=dossier.owed,
        filled=filled,
        groups=groups,
        anchors=_anchors(groups),
        standing=_standing(told, filled.form),
        commitment=[one for one in filled.breaches if one.clause == "F26"],
        total=budget_total(filled.form),
        token=seen_token(found.form),
        signed_on=filled.signed.get("on") or work.today.isoformat(),
        sealed=bool(filled.signed.get("sealed")),
        beside={name: filled.form.get(name, "") for name in ("inspection_year", "inspection_note")},
        form_title=form_title(work, found.batch),
        prefix=PREFIX,
    )


def _anchors(groups: Mapping[str, list[Asked]]) -> dict[str, str]:
    """The number of each field on the form → where it stands on the page."""
    return {one.field.id: one.name for fields in groups.values() for one in fields}


def _standing(told: list[FieldAdvice], form: Mapping[str, Any]) -> str:
    """How far the form is from being submitted, in a sentence."""
    faulty = [one for one in told if not one.is_sound]
    missing = sum(is_blank(form.get(one.key)) for one in faulty)
    words = page_words("form_parts")
    if not faulty:
        return str(words["ready"])
    return str(words["standing"]).format(missing=missing, wrong=len(faulty) - missing)


def _new(visit: Visit, *, problem: Problem | None = None, chosen: str = "") -> Response:
    work, uscc = visit.work, visit.viewer.organisation
    institution = work.session.get(Institution, uscc)
    free, busy = batches_to_apply_to(work, uscc)
    return visit.render(
        "application_new.html",
        problem.status if problem else 200,
        problem=problem,
        institution=institution,
        registered=work.divisions.by_code(institution.registration_division).name if institution else "",
        batches=free,
        busy=busy,
        channels=_channels(work, institution) if institution else {},
        chosen=chosen,
    )


def _channels(work: Work, institution: Institution) -> dict[str, list[Choice]]:
    """The offices an institution may apply to, by channel: its own county's (K19), its city's or any county's (K18)."""
    division = institution.registration_division
    city = work.divisions.city_of(division)
    if institution.level == "county":
        return {"county": [_office(work, division)]}
    counties = [_office(work, one.code) for one in work.divisions.counties_of(city.code)]
    return {"city": [_office(work, city.code)], "county": counties}


def _office(work: Work, division: str) -> Choice:
    return Choice(f"{division}-mz", name_of(work, f"{division}-mz"))
