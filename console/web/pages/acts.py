"""Any act of the register as a form: asked for, read, performed once, and where it was refused, asked for again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.act_links import own_page
from console.web.beginnings import beginnings
from console.web.fields import fields_of
from console.web.naming import named
from console.web.posted import read_posted
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.subjects import News, Subject, latest, news_of, subject_of, within_reach
from console.web.uploads import read_uploads
from console.web.visit import Visit, local_path
from console.web.wording import act_label
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.acts import Act, act_of
from tasks.attaching import FILINGS
from tasks.postings import perform_once, was_posted
from tasks.queries.object_names import object_name
from tasks.refusal import AlreadyDone, NotEntitled, NotFound, Refusal
from tasks.work import Work

pages = Pages()
ASKED_AS = {
    "F03": ("legal_person",),
    "F04": ("uscc",),
    "F16": ("contact_mobile", "mobile"),
    "F17": ("contact_email", "email"),
    "K03": ("email",),
    "K05": ("contact_email",),
    "K25": ("email",),
}
"""Where a breach of the register stands in a form that asks for it under another name."""
SHOWN_ONCE = ("account.open",)
"""Acts that are done on their own page only."""
_SHOWN_AT: Mapping[str, Callable[[Any], str]] = {
    "application.register_institution": lambda made: f"/organisation/{quote(made.code)}",
}
"""Act → the page of what it made, where there is more to do; other acts lead back."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it is shown: what stands in it, what is not asked, where it leads back, what is wrong with it."""

    act: Act
    given: Mapping[str, Any]
    fixed: tuple[str, ...]
    back: str
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    news: tuple[News, ...] = ()
    again: str = ""
    status: int = 200


Shown = Callable[[Visit, Sheet], Response]
"""How a form is shown again."""


@pages.get("/act/{name}", SIGNED_IN)
def act_form(visit: Visit) -> Response:
    """The empty form of an act, with what the link to it already says."""
    chosen = _act(visit)
    given = {name: visit.query[name] for name in chosen.form.model_fields if name in visit.query}
    fixed = tuple(name for name in visit.query.get("fixed", "").split(",") if name in given)
    require_reach(visit, given)
    if page := own_page(chosen.name, given):
        return visit.redirect(page)
    given = {**beginnings(visit.work, chosen.name, given), **given}
    return _show(visit, Sheet(chosen, given, fixed, visit.query.get("back", "/todo")))


@pages.post("/act/{name}", SIGNED_IN)
def perform_act(visit: Visit) -> Response:
    """Performs an act once; what is refused comes back with what was typed and what is wrong."""
    chosen = _act(visit)
    if chosen.name in SHOWN_ONCE:
        # Its result is shown once, on its own page: performed here it would be lost.
        given = {name: str(visit.form.get(name, "")) for name in chosen.form.model_fields}
        return visit.redirect(own_page(chosen.name, given) or "/organisations")
    return performed(visit, chosen, visit.form)


def performed(
    visit: Visit,
    chosen: Act,
    form: FormData,
    *,
    extra: Mapping[str, Any] | None = None,
    again: Shown | None = None,
) -> Response:
    """The answer to a posted act form; `extra` are parameters that the page gives itself.

    What is refused is shown again as the act's own form, or `again` by the page that it came from.
    """
    show = again or _show
    posted, uploads = read_posted(chosen, form), read_uploads(chosen.name, form)
    posted.errors.update(uploads.errors)
    for name, value in (extra or {}).items():
        posted.given[name] = value
        posted.errors.pop(name, None)
    typed = {name: form.get(name) for name in chosen.form.model_fields if name in form}
    fixed = tuple(name for name in str(form.get("fixed", "")).split(",") if name)
    # What stands for a file is shown as it was typed: its name alone would look like a file that was kept.
    stood_for = {name: typed.get(name, "") for name in uploads.purposes if name in chosen.form.model_fields}
    given = {**typed, **posted.given, **stood_for}
    back = local_path(str(form.get("back") or "/todo"))
    sheet = Sheet(chosen, given, fixed, back, again=uploads.again)
    subject = require_reach(visit, sheet.given)
    if posted.errors:
        return show(visit, replace(sheet, errors=posted.errors, status=400))
    key = visit.request.headers.get("Idempotency-Key") or str(form.get("once", "")) or None
    if news := _happened_since(visit, subject, form, key):
        problem = Problem(409, (say("web.stale"),), say("web.next.stale"))
        return show(visit, replace(sheet, problem=problem, news=news, status=409))
    try:
        files, place = uploads.kept(visit.house.home), _SHOWN_AT.get(chosen.name, sheet.back)
        done = perform_once(visit.house, chosen.name, visit.actor, key, posted.given, place, files=files)
    except (Refusal, RuleBroken) as refused:
        return show(visit, _refused(visit, sheet, refused, subject))
    return visit.redirect(done.location or sheet.back, done=chosen.name)


def require_reach(visit: Visit, given: Mapping[str, Any]) -> Subject | None:
    """The object that an act's parameters name; raises NotFound for one that is not the visitor's to see."""
    subject = subject_of(given)
    if subject is not None:
        with visit.looking() as work:
            if not within_reach(work, visit.viewer, subject):
                raise NotFound("web.not_yours", subject=subject.key)
    return subject


def _act(visit: Visit) -> Act:
    chosen = act_of(visit.path("name"))
    if visit.viewer.role not in chosen.by:
        allowed = [say(f"web.role.{one}") for one in chosen.by]
        label = act_label(chosen.name)
        raise NotEntitled("act.wrong_party", act=label, actor=visit.visitor.person_name, allowed=allowed)
    return chosen


def _refused(visit: Visit, sheet: Sheet, refused: Refusal | RuleBroken, subject: Subject | None) -> Sheet:
    problem = problem_of(refused)
    if problem is None:
        raise refused
    news: tuple[News, ...] = ()
    if isinstance(refused, AlreadyDone):
        with visit.looking() as work:
            news = news_of(work, subject, limit=1)
        named = [say("web.already_done_by", actor=one.who, at=one.at, act=act_label(one.act)) for one in news]
        problem = replace(problem, lines=(*problem.lines, *named))
    errors = _field_errors(sheet.act, refused)
    return replace(sheet, problem=problem, errors=errors, news=news, status=problem.status)


def _field_errors(chosen: Act, refused: Refusal | RuleBroken) -> dict[str, str]:
    """What a refusal says of single fields of the form."""
    filing = FILINGS.get(chosen.name)
    fields = {*chosen.form.model_fields, *(filing.purposes if filing else ())}
    if isinstance(refused, RuleBroken):
        asked = {
            name: one.text
            for one in refused.breaches
            for name in (one.field, *ASKED_AS.get(one.field or "", ()))
            if name in fields
        }
        return {str(name): text for name, text in asked.items()}
    return {refused.field: refused.text} if refused.field in fields else {}


def _happened_since(
    visit: Visit, subject: Subject | None, form: FormData, key: str | None
) -> tuple[News, ...]:
    """What happened to the object after the form was opened; nothing where the form itself has done it already."""
    seen = str(form.get("seen", ""))
    if not seen.isdecimal():
        return ()
    with visit.looking() as work:
        if was_posted(work, visit.actor, key):
            return ()
        return news_of(work, subject, after=int(seen))


def _show(visit: Visit, sheet: Sheet) -> Response:
    with visit.looking() as work:
        subject = subject_of(sheet.given)
        sheet = _with_names(work, visit, sheet)
        fields = fields_of(work, visit.viewer, sheet.act, sheet.given, errors=sheet.errors, fixed=sheet.fixed)
        return visit.render(
            "act.html",
            sheet.status,
            sheet=sheet,
            problem=sheet.problem,
            clauses=[work.programme.clause(one) for one in sheet.act.clauses],
            fields=fields,
            subject=subject,
            subject_name=object_name(work, subject.page, subject.key) if subject else "",
            seen=latest(work, subject),
            back=local_path(sheet.back),
        )


def _with_names(work: Work, visit: Visit, sheet: Sheet) -> Sheet:
    """What is wrong with single fields, said with the names of what it is about; the rest names `Visit.render`."""
    errors = dict(zip(sheet.errors, named(work, visit.viewer, tuple(sheet.errors.values())), strict=True))
    return replace(sheet, errors=errors)
