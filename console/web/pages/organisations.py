"""Offices, institutions and their people: who they are, how they are reached, who may sign in."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.attached import attached
from console.web.listing import Column, answer, listed
from console.web.refusals import problem_of
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.messages import say
from models.organisation import Organisation, Person
from models.rules.access import Right
from models.rules.breach import RuleBroken
from tasks.account_keeping import BY as KEEPERS
from tasks.account_keeping import keeps_accounts
from tasks.correction import may_correct
from tasks.invitations import can_be_written_to
from tasks.links import allows_links
from tasks.parties import TREE
from tasks.postings import perform_once
from tasks.queries.organisations import Colleague, OrganisationSheet, organisation_rows, organisation_sheet
from tasks.refusal import NotFound, Refusal
from tasks.succession import move_steps

pages = Pages()
OWN = ("organisation.add_person", "organisation.change_address")
OF_INSTITUTIONS = ("organisation.correct_registration",)
OF_OFFICES = ("organisation.rename", "organisation.merge")


@pages.get("/organisations", needs("organisation"))
def organisations(visit: Visit) -> Response:
    """The offices and institutions in the viewer's scope."""
    words = page_words("organisations")
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "path": f"/organisation/{quote(one.code)}",
            "kind": say(f"web.role.{one.kind}"),
            "city": one.city or "",
            "division": one.division,
            "people": one.people,
            "open": one.open,
            "reach": words[one.reach] if one.reach else words["well"],
            "since": one.valid_from,
            "until": one.valid_to,
        }
        for one in organisation_rows(visit.work, visit.viewer)
    ]
    columns = (
        Column("name", words["name"], link="path"),
        Column("kind", words["kind"], chosen=True),
        Column("city", words["city"], chosen=True),
        Column("division", words["division"]),
        Column("people", words["people"], "number"),
        Column("open", words["open"], "number"),
        Column("reach", words["reach"], chosen=True),
        Column("since", words["since"], "day"),
        Column("until", words["until"], "day"),
        Column("code", words["code"]),
    )
    return answer(visit, "organisations.html", words["title"], listed(visit, columns, rows), rows)


@pages.get("/organisation/{code}/move", needs("organisation", "A"))
def move(visit: Visit) -> Response:
    """The open steps that would move from a merged office to its successor; nothing is moved yet."""
    code = visit.path("code")
    visit.require("organisation", code, Right.APPROVE)
    rows = move_steps(visit.work, code, dry_run=True)
    sheet = organisation_sheet(visit.work, code)
    return visit.render("organisation_move.html", sheet=sheet, rows=rows)


@pages.get("/organisation/{code}", needs("organisation"))
def organisation(visit: Visit) -> Response:
    """One office or institution whole."""
    code = visit.path("code")
    work = visit.work
    found = work.session.get(Organisation, code)
    kept = found is not None and keeps_accounts(work, found)
    if not kept:
        # Who keeps the accounts of an institution's people sees it, in its scope or not (a bureau its senders').
        visit.require("organisation", code)
    sheet = organisation_sheet(work, code)
    own = code == visit.viewer.organisation
    return visit.render(
        "organisation.html",
        sheet=sheet,
        role=say(f"web.role.{sheet.organisation.kind}"),
        acts=_acts(visit, sheet, own=own),
        own=own,
        kept=kept,
        files=attached(visit, ("organisation", code)),
        sees_accounts=kept or own or visit.viewer.role == "province_civil",
        person_acts=lambda one: _person_acts(visit, code, one, kept=kept),
        account_word=lambda state: say(f"web.account.{state}") if state else say("web.account.none"),
        may_move=sheet.successor is not None and sheet.open and visit.viewer.role == "province_civil",
        predecessors=_named(work, sheet.institution.predecessors) if sheet.institution else (),
    )


@pages.get("/person/{code}/account", needs("organisation"))
def account(visit: Visit) -> Response:
    """Asks before an account is opened, closed or unlocked."""
    person, sheet, back = _kept_person(visit)
    return visit.render("account.html", **_account_facts(visit, person, sheet, back), problem=None)


@pages.post("/person/{code}/account", needs("organisation"))
def keep_account(visit: Visit) -> Response:
    """Opens, closes or unlocks an account; a one-time password is shown on this page and nowhere else, once."""
    with visit.looking():
        person, sheet, back = _kept_person(visit)
    act = str(visit.form.get("act", ""))
    if act not in ("account.invite", "account.open", "account.close", "account.unlock"):
        raise NotFound("act.unknown_act", field="act", act=act)
    once = str(visit.form.get("once", "")) or None
    try:
        done = perform_once(visit.house, act, visit.actor, once, {"person": person.code}, back)
    except (Refusal, RuleBroken) as refused:
        problem = problem_of(refused)
        with visit.looking():
            facts = _account_facts(visit, person, sheet, back)
            return visit.render("account.html", problem.status if problem else 409, **facts, problem=problem)
    if act == "account.open":
        with visit.looking():
            return visit.render("account_opened.html", person=person, back=back, password=done.result)
    return visit.redirect(back, done=act)


def _account_facts(visit: Visit, person: Person, sheet: OrganisationSheet, back: str) -> dict[str, Any]:
    return {
        "person": person,
        "back": back,
        "state": _state(sheet, person.code),
        "by_letter": allows_links(visit.work) and can_be_written_to(visit.work, person),
    }


def _kept_person(visit: Visit) -> tuple[Person, OrganisationSheet, str]:
    """The person, the organisation through which the visitor keeps their account, and its page; raises NotFound."""
    work, code = visit.work, visit.path("code")
    person = work.session.get(Person, code)
    office = code.partition(".")[0]
    found = work.session.get(Organisation, office)
    kept = found is not None and visit.viewer.role in KEEPERS and keeps_accounts(work, found)
    if person is None or found is None or not kept:
        raise NotFound("web.not_yours", subject=code)
    return person, organisation_sheet(work, office), f"/organisation/{quote(office)}"


def _state(sheet: OrganisationSheet, person: str) -> str:
    return next((one.account for one in sheet.people if one.person == person), "")


def _acts(visit: Visit, sheet: OrganisationSheet, *, own: bool) -> list[ActLink]:
    code = sheet.organisation.code
    names: list[str] = list(OWN) if own else []
    if sheet.organisation.kind in TREE and sheet.successor is None and sheet.organisation.valid_to is None:
        names += OF_OFFICES
    if may_correct(visit.work, sheet.organisation):
        names += OF_INSTITUTIONS
    back = f"/organisation/{quote(code)}"
    return act_links(names, {"organisation": code}, back, role=visit.viewer.role)


def _person_acts(visit: Visit, office: str, one: Colleague, *, kept: bool) -> list[ActLink]:
    """What can be done about a colleague of one's own office, or about somebody whose account is kept here."""
    own = office == visit.viewer.organisation
    if not (own or kept) or not one.is_here:
        return []
    names = ["organisation.correct_person"]
    if own:
        names.append("deadlines.end_absence" if one.absences else "deadlines.register_absence")
    back = f"/organisation/{quote(office)}"
    links = act_links(names, {"person": one.person}, back, role=visit.viewer.role)
    for held in one.duties if own else ():
        if held.is_held and held.valid_to is None:
            given = {"person": one.person, "duty": held.duty}
            links += act_links(["organisation.end_duty"], given, back, role=visit.viewer.role)
    return links


def _named(work: Any, codes: list[str]) -> list[tuple[str, str]]:
    found = [(code, work.session.get(Organisation, code)) for code in codes]
    return [(code, one.name if one else code) for code, one in found]
