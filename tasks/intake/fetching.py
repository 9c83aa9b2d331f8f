"""The programme's mailbox read from where the last reading ended; a mail is registered before it is marked as done."""

from dataclasses import dataclass

from sqlalchemy import select

from models.intake import MailboxPlace
from notifications.incoming import NoMail
from notifications.programme_box import ArrivedMail, Place, ProgrammeBox, arrived_mails
from tasks.intake.receiving import receive_mail
from tasks.work import House, Work


@dataclass(slots=True)
class Taken:
    """What one reading brought: new receipts, mails that were known, bytes that are no mail."""

    new: int = 0
    known: int = 0
    bad: int = 0


def take_mails(house: House, box: ProgrammeBox) -> Taken:
    """Registers what has come since the last reading. Raises BoxUnreachable; what was registered before it stays.

    Killed between registering and marking, the next reading finds the same mail again and registers nothing.
    """
    with house.look() as work:
        rows = work.session.execute(select(MailboxPlace)).scalars().all()
        places = {one.folder: Place(one.validity, one.uid) for one in rows}
    taken = Taken()
    own = {folder: places[_key(box, folder)] for folder in box.folders if _key(box, folder) in places}
    for mail in arrived_mails(box, own):
        _take(house, mail, taken)
        with house.transaction() as work:
            _note_place(work, _key(box, mail.folder), mail.place)
        mail.done()
    return taken


def _take(house: House, mail: ArrivedMail, taken: Taken) -> None:
    try:
        cut_from = None if mail.is_whole else mail.size
        _, is_new = receive_mail(house, mail.raw, arrived_at=mail.taken_at, cut_from=cut_from)
    except NoMail:
        taken.bad += 1
        return
    taken.new += is_new
    taken.known += not is_new


def _key(box: ProgrammeBox, folder: str) -> str:
    """A folder of one mailbox: another mailbox with a folder of this name is read from its beginning."""
    return f"{box.address}@{box.box.host}/{folder}"


def _note_place(work: Work, folder: str, place: Place) -> None:
    """Of two readers the one that is further counts: neither takes the other back."""
    found = work.session.get(MailboxPlace, folder)
    if found is None:
        work.session.add(MailboxPlace(folder=folder, validity=place.validity, uid=place.uid))
    elif found.validity != place.validity or found.uid < place.uid:
        found.validity, found.uid = place.validity, place.uid
