"""The working-day table inside the database, so that the sweep counts in SQL."""

from sqlalchemy import Connection, delete, insert, text
from sqlmodel import Session

from models.prepared import Prepared
from models.programme.workdays import WorkdayTable
from models.step import CalendarDay

_ANY = Prepared(text("SELECT 1 FROM calendar_day LIMIT 1"))


def keep_calendar(session: Session | Connection, workdays: WorkdayTable) -> bool:
    """Writes the table where the database has none; returns whether it did. A changed one is loaded by an act."""
    if _ANY.first(session) is not None:
        return False
    write_calendar(session.connection() if isinstance(session, Session) else session, workdays)
    return True


def write_calendar(connection: Connection, workdays: WorkdayTable) -> None:
    """Puts this table in the place of the one in the database."""
    connection.execute(delete(CalendarDay))
    connection.execute(
        insert(CalendarDay),
        [
            {"day": day, "is_workday": is_workday, "rank": rank, "provisional": provisional}
            for day, is_workday, rank, _name, provisional in workdays.calendar_rows()
        ],
    )
