"""Letters that wait for a person: in doubt, refused or held; somebody says that it arrived, or sends it again."""

from typing import Literal

from sqlalchemy import select
from sqlmodel import col

from models.mail import AttemptFate, Letter
from notifications import outbox
from notifications.attempts import last_fate
from notifications.outbox_marks import weighty_in_doubt
from notifications.settings import post_settings
from tasks import record
from tasks.acts import act
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

Verdict = Literal["sent", "resend"]
RESOLVE = "post.resolve_letter"


@act(RESOLVE, by=("province_civil", "operator"), clauses=("K32", "K34"))
def resolve_letter(work: Work, letter: str, *, verdict: str, reason: str) -> str:
    """Settles a letter that waits: `sent` when it has arrived, `resend` to send it (again). Returns its key.

    Where the house keeps an archive, a legal or money letter in doubt goes again only after the archive was asked and
    did not have it (`tasks.post.look_up_doubted`). Raises BadInput, AlreadyDone for a letter that does not wait.
    """
    if verdict not in ("sent", "resend"):
        raise BadInput("post.verdict", field="verdict", found=verdict)
    found = _letter(work, letter)
    if verdict == "resend" and _must_be_looked_up(work, found):
        raise BadInput("post.look_up_first", field="verdict", letter=letter)

    settle_letter(work, letter, "sent" if verdict == "sent" else "resend", str(work.actor), reason)
    return letter


def settle_letter(work: Work, letter: str, verdict: Verdict, officer: str, reason: str) -> None:
    """A person's word on a letter, with its event; raises BadInput without a reason, AlreadyDone where none waits."""
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")
    try:
        outbox.resolve(work.session, letter, verdict, officer=officer, reason=reason, now=work.now)
    except outbox.LetterNotWaiting as gone:
        raise AlreadyDone("post.not_waiting", letter=letter) from gone
    record.note(work, "letter", letter, act=RESOLVE, verdict=verdict, reason=reason, officer=officer)


def _letter(work: Work, key: str) -> Letter:
    found: Letter | None = work.session.execute(
        select(Letter).where(col(Letter.key) == key)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("cli.no_letter", field="letter", key=key)
    return found


def _must_be_looked_up(work: Work, letter: Letter) -> bool:
    if post_settings().archive is None or letter.id is None or not weighty_in_doubt(work.session, letter.key):
        return False
    return last_fate(work.session, letter.id) != AttemptFate.NOT_IN_ARCHIVE
