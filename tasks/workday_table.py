"""The working-day table inside the database, kept equal to the programme's; open steps follow when it changes."""

from sqlalchemy import Connection, insert, text

from models.programme.workdays import WorkdayTable
from models.step import CalendarDay


def keep_calendar(connection: Connection, workdays: WorkdayTable) -> bool:
    """Writes the table where the database has none; returns whether it did. A changed one is `reload_calendar`'s."""
    if connection.execute(text("SELECT 1 FROM calendar_day LIMIT 1")).first() is not None:
        return False
    connection.execute(
        insert(CalendarDay),
        [
            {"day": day, "is_workday": is_workday, "rank": rank, "provisional": provisional}
            for day, is_workday, rank, _name, provisional in workdays.calendar_rows()
        ],
    )
    return True
