"""Files of a mail put where they belong: forms beside applications or as drafts, scans on the list (K23)."""

from typing import Any

from documents.reading.application_form import FoundForm
from models.application import Application, Submission
from models.messages import say
from models.organisation import Institution
from models.rules.breach import RuleBroken
from tasks.application import draft_application
from tasks.attaching import attach_file
from tasks.drafting import IN_HAND
from tasks.form_reading import applications_named, code_in, lay_form, summary_forms
from tasks.intake.placing import Placed, nominator_of
from tasks.intake.recognising import FORM, REFUSED, SCAN, SUMMARY, Recognised
from tasks.paper_form import form_from_file
from tasks.queries.first_form import first_form
from tasks.queries.summary_table import LISTED, summary_table
from tasks.refusal import Refusal
from tasks.scan_versions import version_problem
from tasks.summary_comparison import compare_summary_with_forms
from tasks.work import MACHINE, Actor, Work


def file_one(work: Work, number: str, one: Recognised, placed: Placed) -> dict[str, Any]:
    """Attaches one file to its mail and to what it is about; returns what was found, as the mail keeps it.

    Nothing that stands is overwritten: a form of an application that is there lies beside it and is compared.
    """
    finding: dict[str, Any] = {
        "name": one.name,
        "kind": one.kind,
        "sha256": one.kept.sha256 if one.kept else "",
        "about": "",
        "done": "",
        "problems": [one.problem] if one.problem else [],
    }
    if one.kept is not None:
        attach_file(work, "received_mail", number, one.kept, "")
    if one.kind == FORM and one.form is not None:
        finding |= _file_form(work, number, one, one.form, placed)
    elif one.kind == SUMMARY and one.summary is not None:
        finding |= _compare(work, one, placed)
    elif one.kind == SCAN and one.kept is not None:
        finding |= _file_scan(work, number, one, placed)
    return finding


def is_settled(findings: list[dict[str, Any]], placed: Placed) -> bool:
    """Whether nobody has to look at it: the mail is placed, something was filed, and nothing is wrong with it."""
    filed = [one for one in findings if one["kind"] in (FORM, SUMMARY, SCAN)]
    wrong = [one for one in findings if one["problems"] or one["kind"] == REFUSED]
    return placed.city is not None and placed.batch is not None and bool(filed) and not wrong


def _file_form(work: Work, number: str, one: Recognised, form: FoundForm, placed: Placed) -> dict[str, Any]:
    uscc = code_in(form)
    problems = [each.text for each in form.problems]
    if placed.batch is None:
        return {"problems": [*problems, say("intake.no_batch")]}
    if work.session.get(Institution, uscc) is None:
        return {"problems": [*problems, say("intake.not_registered", uscc=uscc or say("act.none"))]}
    standing = [each for each in applications_named(work, placed.batch, form) if each.state != "withdrawn"]
    application, done = (standing[0], "compared") if standing else (None, "drafted")
    if application is None:
        try:
            application = _draft(work, number, form, uscc, placed.batch)
        except RuleBroken as broken:
            return {"problems": [*problems, *(breach.text for breach in broken.breaches)]}
        except Refusal as refused:
            return {"problems": [*problems, refused.text]}
    read = lay_form(work, form, application)
    if one.kept is not None:
        attach_file(work, "application", application.key, one.kept, say("intake.from_mail", number=number))
    if done == "compared" and application.state not in IN_HAND and read.changes:
        labels = [each.label for each in read.changes]
        problems.append(say("intake.differs", application=application.key, labels=labels))
    return {
        "about": application.key,
        "done": done,
        "problems": [*read.problems, *problems[len(form.problems) :]],
    }


def _draft(work: Work, number: str, form: FoundForm, uscc: str, batch: int) -> Application:
    """A draft in the institution's name, made by the mailbox: the event says by whom and from which mail."""
    nominator = nominator_of(work, form)
    if nominator is None:
        raise RuleBroken([])
    channel = "city" if nominator.partition("-")[0].endswith("00") else "county"
    read, _ = form_from_file(work, form, batch)
    given = {key: value for key, value in read.items() if not key.startswith(("commitment_", "opinion_"))}
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
        return {"problems": [say("intake.no_city")]}
    submission = work.session.get(Submission, f"{placed.batch}:{placed.city}")
    about = f"{placed.batch}:{placed.city}"
    if submission is None or submission.state not in LISTED:
        return {"about": about, "problems": [say("intake.not_ranked")]}
    table = summary_table(work, placed.batch, placed.city)
    listed = summary_forms(work, [key for key, _version in table.applications])
    differences = compare_summary_with_forms(work, one.summary, listed)
    problems = [*(each.text for each in one.summary.problems), *(each.text for each in differences)]
    return {"about": about, "done": "compared", "problems": problems}


def _file_scan(work: Work, number: str, one: Recognised, placed: Placed) -> dict[str, Any]:
    key = f"{placed.batch}:{placed.city}"
    if one.kept is None or work.session.get(Submission, key) is None:
        return {"problems": [say("intake.no_city")]}
    attach_file(work, "submission", key, one.kept, say("intake.from_mail", number=number))
    other = version_problem(work, one.kept.code)
    return {"about": key, "done": "attached", "problems": [other] if other else []}
