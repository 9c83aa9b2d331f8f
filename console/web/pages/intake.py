"""The programme's mailbox: what came in, what was found in it, what waits for an officer (K23, A3)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.attached import attached
from console.web.downloads import downloaded
from console.web.listing import BulkAct, Column, answer, listed
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.intake import ReceivedMail
from models.messages import say
from tasks.file_store import read_file
from tasks.intake.answering import letters_about
from tasks.intake.deciding import mail_of
from tasks.intake.mail_time import time_doubt
from tasks.queries.received_mails import events_of_mail, received_mails, registration_of

pages = Pages()
_RESULTS = ("drafted", "compared", "attached", "with_application", "with_both", "kept", "taken")
_MARKS = {"waiting": "warn", "filed": "fine", "dismissed": "idle"}


@pages.get("/mailbox", needs("received_mail"))
def mailbox(visit: Visit) -> Response:
    """Every mail the visitor may read, the newest first; what waits can be placed or dismissed many at once."""
    words = page_words("mailbox")["columns"]
    rows = [_row(visit, one) for one in received_mails(visit.work, visit.viewer)]
    columns = [
        Column("number", words["number"], kind="key", link="path"),
        Column("state", words["state"], kind="state", chosen=True),
        Column("received_at", words["received_at"], kind="moment"),
        Column("batch", words["batch"], kind="key", chosen=True),
        Column("city", words["city"], kind="key", chosen=True),
        Column("sender", words["sender"]),
        Column("subject", words["subject"]),
        Column("done", words["done"]),
        Column("waits", words["waits"], chosen=True),
        Column("problems", words["problems"], kind="number"),
        Column("answer", words["answer"], chosen=True),
    ]
    table = listed(
        visit, columns, rows, bulk=[BulkAct("intake.place", "mail"), BulkAct("intake.dismiss", "mail")]
    )
    return answer(visit, "mailbox.html", page_words("mailbox")["title"], table, rows)


@pages.get("/mailbox/{number}/original", needs("received_mail"))
def original(visit: Visit) -> Response:
    """A mail as it came, byte for byte, to be opened in a mail program; never shown in the browser."""
    number = visit.path("number")
    visit.require("received_mail", number)
    content = read_file(visit.house.home, mail_of(visit.work, number).raw, name=number)
    return downloaded(f"{number}.eml", content, "message/rfc822")


@pages.get("/mailbox/{number}", needs("received_mail"))
def mail(visit: Visit) -> Response:
    """One mail: its header, its text as text, its files, what is wrong with them, and what can be done."""
    number = visit.path("number")
    visit.require("received_mail", number)
    found = mail_of(visit.work, number)
    here, role = visit.request.url.path, visit.viewer.role
    given = {"mail": number}
    place = {**given, "batch": str(found.batch or ""), "city": found.city or ""}
    acts = []
    if found.state != "filed":
        names = ["intake.place"]
        acts += act_links(names, {key: value for key, value in place.items() if value}, here, role=role)
    if found.state == "waiting":
        names = ["intake.settle"] if place["batch"] and place["city"] else []
        acts += act_links([*names, "intake.dismiss"], given, here, role=role)
    else:
        acts += act_links(["intake.reopen"], given, here, role=role)
    for one in found.findings:
        if one.get("given"):
            acts += act_links(["intake.take_form"], {**given, "application": one["about"]}, here, role=role)
    if found.answer in ("sent", "again", "enough", "stranger", "unproved") and found.state != "dismissed":
        acts += act_links(["intake.answer"], given, here, role=role)
    registration = registration_of(visit.work, found)
    if registration:
        acts += act_links(["application.register_mail"], registration, here, role=role)
    return visit.render(
        "mail.html",
        mail=found,
        mark=_MARKS[found.state],
        city=_city(visit, found),
        answer=_answer(found),
        time_doubt=time_doubt(found),
        kinds={kind: say(f"intake.kind.{kind}") for kind in ("form", "summary", "scan", "other", "refused")},
        results={one: say(f"intake.done.{one}") for one in _RESULTS},
        waits={place: _waits(one) for place, one in enumerate(found.findings)},
        acts=acts,
        letters=letters_about(visit.work, number) if role == "province_civil" else [],
        events=events_of_mail(visit.work, number),
        files=attached(visit, ("received_mail", number)),
    )


def _row(visit: Visit, one: ReceivedMail) -> dict[str, Any]:
    return {
        "number": one.number,
        "path": f"/mailbox/{one.number}",
        "state": visit.work.programme.label("mail_state", one.state),
        "state_mark": _MARKS[one.state],
        "received_at": one.received_at,
        "key": one.number if one.state == "waiting" else "",
        "name": one.number,
        "state_code": one.state,
        "batch": visit.work.batch(one.batch).label if one.batch is not None else "",
        "batch_code": one.batch or "",
        "city": _city(visit, one),
        "city_code": one.city or "",
        "sender": f"{one.sender_name} {one.sender}".strip(),
        "subject": one.subject,
        "done": say("intake.and").join(f"{word} {count}" for word, count in _done(one).items()),
        "waits": say("intake.and").join(dict.fromkeys(filter(None, map(_waits, one.findings)))),
        "problems": sum(len(each["problems"]) for each in one.findings),
        "answer": _answer(one),
    }


def _done(one: ReceivedMail) -> Counter[str]:
    """What was done with a mail's files, in words, and with how many of them."""
    return Counter(
        say("intake.kind.refused")
        if each["kind"] == "refused"
        else say(f"intake.done.{each['done'] or 'kept'}")
        for each in one.findings
    )


def _waits(finding: Mapping[str, Any]) -> str:
    """What a file waits for, in words; an officer's taking it over where it lies beside a form in hand."""
    code = finding.get("waits") or ("given" if finding.get("given") else "")
    return say(f"intake.waits.{code}") if code else ""


def _city(visit: Visit, one: ReceivedMail) -> str:
    return visit.work.divisions.by_code(one.city).name if one.city else ""


def _answer(one: ReceivedMail) -> str:
    return str(page_words("mailbox")["answers"].get(one.answer, one.answer))
