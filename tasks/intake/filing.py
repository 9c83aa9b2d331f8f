"""Files of a mail put where they belong: forms beside applications or as drafts, scans on the list (K23)."""

from collections.abc import Sequence
from typing import Any

from documents.reading.application_form import FoundForm
from models.application import CLOSED_STATES, Application, Submission
from models.messages import say
from models.organisation import Institution, Organisation
from models.rules.breach import RuleBroken
from models.rules.form import SIGNED
from tasks.application import draft_application
from tasks.attaching import attach_file
from tasks.drafting import IN_HAND
from tasks.form_privacy import protect_form
from tasks.form_reading import ReadForm, applications_named, code_in, lay_form, sentences, summary_forms
from tasks.intake.keeping import sealed_paper
from tasks.intake.placing import Placed, nominator_of
from tasks.intake.recognising import FORM, REFUSED, SCAN, SUMMARY, Recognised
from tasks.intake.scans import Filed, file_scans
from tasks.paper_form import form_from_file
from tasks.queries.first_form import first_form
from tasks.queries.summary_table import LISTED, summary_table
from tasks.refusal import BadInput, Refusal
from tasks.summary_comparison import compare_summary_with_forms
from tasks.work import MACHINE, Actor, Work


def file_all(work: Work, number: str, files: Sequence[Recognised], placed: Placed) -> list[dict[str, Any]]:
    """Attaches the files of a mail to it and to what they are about; returns what was found, as the mail keeps it.

    Nothing that stands is overwritten: a form of an application that is there lies beside it and is compared. Scans
    come last, so that one finds the application that the form beside it has begun. Safe to repeat. `waits` says what
    a file waits for, and what was read in it is kept until then.
    """
    found = [(_file_one(work, number, one, placed), one) for one in files]
    file_scans(work, number, found, placed)
    return [finding for finding, _ in found]


def file_again(work: Work, number: str, findings: Sequence[Filed], placed: Placed) -> list[dict[str, Any]]:
    """Files what waited in a mail, and its scans, as `file_all` does; what was done with a file before stays."""
    found = [
        (_file_one(work, number, one, placed) if finding.get("waits") or one.kind == SCAN else finding, one)
        for finding, one in findings
    ]
    file_scans(work, number, found, placed)
    return [finding for finding, _ in found]


def is_settled(findings: Sequence[dict[str, Any]], placed: Placed) -> bool:
    """Whether nobody has to look at it: the mail is placed, something was filed, and nothing is wrong with it."""
    filed = [one for one in findings if one["kind"] in (FORM, SUMMARY, SCAN)]
    wrong = [one for one in findings if one["problems"] or one["kind"] == REFUSED]
    return placed.city is not None and placed.batch is not None and bool(filed) and not wrong


def is_waiting(finding: dict[str, Any]) -> bool:
    """Whether something may still become of a file: it could not be filed, or lies beside a form in hand."""
    return bool(finding.get("waits") or finding.get("given"))


def sealed_with(number: str, key: str) -> str:
    """What is sealed with a mail while it waits there: forms as they were read, numbers; `key` is the file's."""
    return f"{number}:{key}"


def _file_one(work: Work, number: str, one: Recognised, placed: Placed) -> dict[str, Any]:
    """Attaches one file to its mail and files it, unless it is a scan: of what that is the others may say."""
    if one.kept is not None:
        attach_file(work, "received_mail", number, one.kept, "")
    finding: dict[str, Any] = {
        "name": one.name,
        "kind": one.kind,
        "sha256": one.kept.sha256 if one.kept else "",
        "about": "",
        "done": "",
        "waits": "",
        "problems": [one.problem] if one.problem else [],
    }
    if one.kind == FORM and one.form is not None:
        finding |= _file_form(work, number, one, one.form, placed)
    elif one.kind == SUMMARY and one.summary is not None:
        finding |= _compare(work, one, placed)
    paper = one.form or one.summary
    if finding["waits"] and paper is not None:
        finding["read"] = sealed_paper(paper, sealed_with(number, one.key))
    return finding


def _file_form(work: Work, number: str, one: Recognised, form: FoundForm, placed: Placed) -> dict[str, Any]:
    uscc = code_in(form)
    waits, told = _what_a_form_lacks(work, form, uscc, placed)
    problems = [*sentences(work, form.problems), *told]
    application = _standing(work, form, placed)
    done = "drafted" if application is None else "compared"
    if not waits and application is None and placed.batch is not None:
        try:
            application = _draft(work, number, form, uscc, nominator_of(work, form), placed.batch)
        except RuleBroken as broken:
            waits, problems = "refused", [*problems, *(breach.text for breach in broken.breaches)]
        except Refusal as refused:
            waits, problems = "refused", [*problems, refused.text]
    if waits or application is None:
        return {"waits": waits, "uscc": uscc, "problems": problems}
    read = lay_form(work, form, application)
    if one.kept is not None:
        attach_file(work, "application", application.key, one.kept, say("intake.from_mail", number=number))
    found: dict[str, Any] = {"about": application.key, "done": done, "problems": list(read.problems)}
    if done == "compared" and read.changes:
        found |= _beside(number, one, application, read)
    return found


def _what_a_form_lacks(work: Work, form: FoundForm, uscc: str, placed: Placed) -> tuple[str, tuple[str, ...]]:
    """What a form waits for, with the sentence why; nothing where it may be filed."""
    if placed.batch is None:
        return "batch", (say("intake.no_batch"),)
    if work.session.get(Institution, uscc) is None:
        return "institution", (say("intake.not_registered", uscc=uscc or say("act.none")),)
    application = _standing(work, form, placed)
    nominator = application.nominator if application is not None else nominator_of(work, form)
    if not placed.may_file(_city_of(work, nominator), nominator, uscc):
        return "sender", (say("intake.not_theirs", uscc=uscc),)
    return "", ()


def _standing(work: Work, form: FoundForm, placed: Placed) -> Application | None:
    """The application that stands of the institution which a form names."""
    if placed.batch is None:
        return None
    named = applications_named(work, placed.batch, form)
    return next((one for one in named if one.state not in CLOSED_STATES), None)


def _beside(number: str, one: Recognised, application: Application, read: ReadForm) -> dict[str, Any]:
    """A form that says otherwise than the application: told, and while that is in hand an officer may take it over.

    The values wait with the mail, resident numbers sealed for it.
    """
    in_hand = application.state in IN_HAND
    labels = [each.label for each in read.changes]
    code = "intake.beside" if in_hand else "intake.differs"
    problems = [*read.problems, say(code, application=application.key, labels=labels)]
    changes = [[each.label, each.before, each.after] for each in read.changes]
    if not in_hand or one.kept is None:
        return {"problems": problems, "changes": changes}
    given = {each.key: read.form[each.key] for each in read.changes}
    return {
        "problems": problems,
        "changes": changes,
        "given": protect_form(given, sealed_with(number, one.key)),
    }


def _city_of(work: Work, office: str | None) -> str:
    """The city in which an office stands; '' for none, of which nobody may file anything."""
    found = work.session.get(Organisation, office) if office is not None else None
    return "" if found is None else found.city or found.division


def _draft(
    work: Work, number: str, form: FoundForm, uscc: str, nominator: str | None, batch: int
) -> Application:
    """A draft in the institution's name, made by the mailbox: the event says by whom and from which mail."""
    if nominator is None:
        raise BadInput("intake.no_nominator", field="nominator", uscc=uscc)
    channel = "city" if nominator.partition("-")[0].endswith("00") else "county"
    read, _ = form_from_file(work, form, batch)
    given = {key: value for key, value in read.items() if not key.startswith(SIGNED)}
    filled = {**given, **first_form(work, uscc, nominator)}
    # What the register says comes first; a blank of it is no reason to lose what the form says.
    filled |= {key: value for key, value in given.items() if not filled.get(key)}
    before, work.actor = work.actor, Actor(MACHINE.person, uscc)
    try:
        return draft_application(
            work,
            batch,
            uscc=uscc,
            channel=channel,
            nominator=nominator,
            form={**filled, "received_with": number},
        )
    finally:
        work.actor = before


def _compare(work: Work, one: Recognised, placed: Placed) -> dict[str, Any]:
    if placed.batch is None or placed.city is None or one.summary is None:
        waits = "batch" if placed.batch is None else "place"
        return {"waits": waits, "problems": [say("intake.no_city")]}
    if not placed.may_file(placed.city):
        return {"waits": "sender", "problems": [say("intake.not_their_list")]}
    about = f"{placed.batch}:{placed.city}"
    submission = work.session.get(Submission, about)
    if submission is None or submission.state not in LISTED:
        return {"about": about, "waits": "ranking", "problems": [say("intake.not_ranked")]}
    table = summary_table(work, placed.batch, placed.city)
    listed = summary_forms(work, [key for key, _version in table.applications])
    differences = compare_summary_with_forms(work, one.summary, listed)
    problems = [*(each.text for each in one.summary.problems), *(each.text for each in differences)]
    return {"about": about, "done": "compared", "problems": problems}
