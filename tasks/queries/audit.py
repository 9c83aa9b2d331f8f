"""Verifying the audit trail: every event's hash follows from it and from the one before."""

from sqlalchemy import select

from models.event import GENESIS, Event, event_hash
from tasks.work import Work

STREAM = 2_000


def verify_audit(work: Work) -> int | None:
    """The sequence number of the first event that does not fit, or None when the whole chain holds.

    A missing number, a changed field or hash and a cut-off beginning are all found; memory stays flat.
    """
    table = Event.__table__  # type: ignore[attr-defined]
    rows = work.session.connection().execute(
        select(table).order_by(table.c.seq), execution_options={"yield_per": STREAM}
    )
    prev, expected = GENESIS, 1
    for row in rows.mappings():
        fits = row["seq"] == expected and row["prev"] == prev
        body = {name: row[name] for name in row if name != "hash"}
        if not fits or event_hash(**body) != row["hash"]:
            return int(expected)
        prev, expected = row["hash"], expected + 1
    return None
