"""The played house with what two years of play leave out: files at every kind of object, forms on their way."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import text

from models.intake import ReceivedMail
from models.succession import Succession
from tasks.attaching import attach_file
from tasks.file_store import keep_file
from tasks.work import SentFile, Work
from tests.console.web.roles import Scene, scene_of
from tests.factory import Bench
from tests.tasks.filing import with_folder

OBJECTS = (
    "SELECT 'agreement', pair FROM agreement",
    "SELECT 'application', key FROM application",
    "SELECT 'batch', number FROM batch",
    "SELECT 'closing_account', batch FROM closing_account",
    "SELECT 'decision', batch FROM decision",
    "SELECT 'evaluation', pair || ':' || year FROM evaluation",
    "SELECT 'honour', key FROM honour",
    "SELECT 'organisation', code FROM organisation WHERE kind IN ('city_civil', 'recipient', 'sender')",
    "SELECT 'pair', key FROM pair",
    "SELECT 'submission', key FROM submission",
    "SELECT 'voucher', key FROM voucher",
)
"""What can have a file attached."""


def staged(played: Bench, home: Path) -> tuple[Bench, Scene]:
    """A file at every object, one form in hand, another handed in to its county: and who has to do with them."""
    bench = with_folder(played, home)
    kept = keep_file(home, b"%PDF-1.7\nstaged\n%%EOF\n", "附件.pdf")
    sent = SentFile("other", kept.sha256, kept.name, kept.media_type, kept.size)
    scene = scene_of(bench)
    with bench.work() as work:
        for statement in OBJECTS:
            for table, subject in work.session.connection().execute(text(statement)).all():
                attach_file(work, table, str(subject), sent, "")
        _merged(work)
        _mails(work, kept.sha256, scene.city)
        return bench, replace(scene, **_on_their_way(work))


def _merged(work: Work) -> None:
    """One office that has nothing to do with the scene has gone into another."""
    work.session.add(
        Succession(
            predecessor="430103-xz",
            successor="430102-xz",
            since=date(2024, 1, 1),
            document="（示例）",
            officer="示例",
            at=work.now,
        )
    )


def _mails(work: Work, raw: str, city: str) -> None:
    """A mail of the scene's city, one of another city, and one that nobody has placed yet."""
    for number, of_city in enumerate((city, "430100" if city != "430100" else "430200", None), 1):
        mail = ReceivedMail(
            number=f"2024-{number}",
            identity=str(number),
            message_id=f"<{number}@city.example>",
            sender="someone@city.example",
            subject="报送材料（示例）",
            text="请查收。",
            city=of_city,
            received_at=work.now,
            raw=raw,
        )
        work.session.add(mail)
    work.session.flush()


def _on_their_way(work: Work) -> dict[str, str]:
    run = work.session.connection().execute
    drafts = run(
        text("SELECT key, uscc, nominator FROM application WHERE state = 'draft' ORDER BY key")
    ).all()
    in_hand, handed_in = drafts[0], drafts[1]
    run(text("UPDATE application SET state = 'submitted' WHERE key = :key"), {"key": handed_in.key})
    return {"applicant": in_hand.uscc, "nominator": handed_in.nominator}
