"""Who writes to the programme's mailbox in these tests, and what."""

from pathlib import Path
from typing import Any

from models.intake import ReceivedMail
from models.organisation import Person
from tasks.intake.receiving import receive_mail
from tasks.parties import name_of
from tests.documents.forms import FILLED, form_file
from tests.factory import Bench
from tests.mails import File
from tests.tasks.applying import county_code, opened_bench, rank, recommended_bench, register
from tests.tasks.filing import with_folder

CODE = county_code(1)
CITY = "430100-mz"
STRANGER = "somebody@elsewhere.example"


def registered_bench(url: str, home: Path) -> Bench:
    """Batch 1 is open, the institution CODE is registered."""
    made = with_folder(opened_bench(url), home)
    register(made, CODE)
    return made.at("2022-03-09T11:00")


def ranked_bench(url: str, home: Path) -> Bench:
    """Changsha has ranked two applications of one county."""
    made, keys = recommended_bench(url, 2)
    rank(made, *keys)
    return with_folder(made, home).at("2022-03-09T11:00")


def sender_of(bench: Bench, office: str = CITY) -> str:
    """The address of an office's officer, given one where there is none."""
    with bench.work() as work:
        person = work.session.get_one(Person, f"{office}.officer")
        person.email = person.email or f"{office}@city.example"
        return person.email


def receive(bench: Bench, raw: bytes) -> ReceivedMail:
    """The receipt of a mail."""
    return receive_mail(bench.house, raw)[0]


def own_form(bench: Bench, *, name: str = "", **changes: Any) -> File:
    """Appendix 1 of the institution CODE, in the name it has or will have."""
    with bench.work() as work:
        name = name or name_of(work, CODE)
    return "申报表.docx", form_file({**FILLED, "uscc": CODE, "institution_name": name, **changes})
