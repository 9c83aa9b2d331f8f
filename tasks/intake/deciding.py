"""What officers do with a mail that nobody could place: put it where it belongs, or say why it belongs nowhere."""

from typing import Any

from models.application import Application, Submission
from models.intake import ReceivedMail
from models.messages import say
from models.rules.breach import RuleBroken
from models.rules.form_shape import shape_breaches
from tasks import record
from tasks.acts import act
from tasks.dossier import application_of, require_reason
from tasks.drafting import IN_HAND
from tasks.form_privacy import protect_form, reveal_form
from tasks.intake.answering import MOST_A_DAY, answer_again, may_answer
from tasks.intake.ending import end_mail
from tasks.intake.filing import is_settled, is_waiting, sealed_with
from tasks.intake.placing import Placed
from tasks.intake.refiling import PLACE, answer_anew, placed_again, waits_of, was_placed, work_on_anew
from tasks.intake.senders import city_office, sender_of
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.todos import add_todo
from tasks.work import Work


@act(PLACE, by=("province_civil",), clauses=("K23",))
def place_mail(work: Work, mail: str, *, batch: int, city: str, remark: str = "") -> ReceivedMail:
    """Says where a mail belongs: what waited in it is filed as if that city had sent it, and its sender hears of it.

    The mail is done with then, unless something in it still waits: a form of an institution that is not registered, one
    that lies beside a draft in hand, a list that has not been ranked. Safe to repeat while it waits. Raises BadInput
    for a city without applications to that batch.
    """
    found = mail_of(work, mail)
    if work.session.get(Submission, f"{batch}:{city}") is None:
        raise BadInput("intake.no_submission", field="city", batch=batch, city=city)
    if found.state == "filed":
        raise AlreadyDone("intake.filed", mail=mail)

    found.remark, waited = remark or found.remark, waits_of(found)
    work_on_anew(work, found, Placed(city_office(work, city), city, batch))
    _note_placed(work, found, city=city, remark=remark or None, waited=waited)
    answer_anew(work, found)
    return found


@act("intake.settle", by=("province_civil",), clauses=("K23",))
def settle_mail(work: Work, mail: str, *, reason: str) -> ReceivedMail:
    """Says that nothing more is to be done with a mail that has its place; forms that waited in it stay unfiled."""
    found = mail_of(work, mail)
    require_reason(reason)
    if found.batch is None or found.city is None:
        raise BadInput("intake.not_placed", field="mail", mail=mail)

    found.remark = reason
    end_mail(work, found, "filed", act="intake.settle", note=reason, reason=reason)
    answer_anew(work, found)
    return found


@act("intake.reopen", by=("province_civil",), clauses=("K23",))
def reopen_mail(work: Work, mail: str, *, reason: str) -> ReceivedMail:
    """Takes up a mail that was done with, or left out of account: it waits again and can be placed anew.

    What was filed from it stays where it is.
    """
    found = mail_of(work, mail)
    require_reason(reason)

    found.remark = reason
    record.move(work, found, "waiting", act="intake.reopen", reason=reason)
    add_todo(work, "mail", mail, detail=found.subject)
    return found


@act("intake.answer", by=("province_civil",), clauses=("K03", "K23"))
def answer_sender(work: Work, mail: str) -> ReceivedMail:
    """Writes to a mail's sender once more what came, what was done with it and what is missing, as things stand now.

    Only to an address of the register, never to programs, and to a sender whose server did not vouch for them only
    once an officer has placed the mail. Raises BadInput otherwise, and for an address that was answered too often.
    """
    found = mail_of(work, mail)
    sender = sender_of(work, found.sender)
    if sender is None:
        raise BadInput("intake.stranger", field="mail", sender=found.sender or say("act.none"))
    if found.answer == "automatic" or (found.answer == "unproved" and not was_placed(work, mail)):
        raise BadInput("intake.not_answerable", field="mail", mail=mail)
    if not may_answer(work, found.sender) or not answer_again(work, found, sender):
        raise BadInput("intake.answered_enough", field="mail", most=MOST_A_DAY)

    found.answer, found.person = "sent", found.person or sender.holder.person
    record.note(work, "received_mail", mail, act="intake.answer", batch=found.batch, address=found.sender)
    return found


@act("intake.dismiss", by=("province_civil",), clauses=("K23",))
def dismiss_mail(work: Work, mail: str, *, reason: str) -> ReceivedMail:
    """Leaves a mail out of account, with the reason; it stays on record and may be placed later."""
    found = mail_of(work, mail)
    require_reason(reason)

    found.remark = reason
    end_mail(work, found, "dismissed", act="intake.dismiss", note=reason, reason=reason)
    return found


@act("intake.take_form", by=("province_civil",), clauses=("K23",))
def take_form(work: Work, mail: str, *, application: str, reason: str) -> Application:
    """Takes a form that came with a mail over into the application it lies beside, while that is in hand.

    Blanks of the file leave what stands; signatures and seals stay as they are; nothing is submitted: that is for the
    institution. The mail is done with when nothing else in it waits. Raises AlreadyDone for an application that was
    handed in, NotFound where nothing waits to be taken.
    """
    found, goal = mail_of(work, mail), application_of(work, application)
    require_reason(reason)
    if goal.state not in IN_HAND:
        raise AlreadyDone("application.not_in_hand", application=application)
    chosen = next((one for one in found.findings if one["about"] == application and one.get("given")), None)
    if chosen is None:
        raise NotFound("intake.nothing_to_take", field="application", mail=mail, application=application)
    given = reveal_form(chosen["given"], sealed_with(found.number, chosen["sha256"] or chosen["name"]))
    faults = shape_breaches(given, {one.key: (one.id, one.type) for one in work.programme.form})
    if faults:
        raise RuleBroken(faults)

    goal.form = protect_form({**reveal_form(goal.form, goal.key), **given}, goal.key)
    record.note(
        work,
        "application",
        goal.key,
        act="intake.take_form",
        batch=goal.batch,
        mail=mail,
        fields=sorted(given),
        reason=reason,
    )
    found.findings = [_taken(one) if one is chosen else one for one in found.findings]
    if found.state == "waiting" and is_settled(found.findings, placed_again(work, found)):
        end_mail(work, found, "filed", act="intake.take_form", note=reason, reason=reason)
    return goal


def _taken(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding whose form has gone into its application: nothing of it waits with the mail."""
    kept = {key: value for key, value in finding.items() if key not in ("given", "changes")}
    return {**kept, "done": "taken", "problems": []}


def mail_of(work: Work, number: str) -> ReceivedMail:
    """The mail of that number; raises NotFound."""
    found = work.session.get(ReceivedMail, number)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "received_mail"), subject=number)
    return found


def _note_placed(work: Work, found: ReceivedMail, **facts: Any) -> None:
    """The one event of a mail's placing: done with, or waiting for what its files wait for."""
    target = "waiting" if any(is_waiting(one) for one in found.findings) else "filed"
    if target == found.state:
        record.note(work, "received_mail", found.number, act=PLACE, batch=found.batch, **facts)
    elif target == "filed":
        end_mail(work, found, "filed", act=PLACE, note=str(facts["remark"] or facts["city"]), **facts)
    else:
        record.move(work, found, target, act=PLACE, **facts)
        add_todo(work, "mail", found.number, detail=found.subject)
