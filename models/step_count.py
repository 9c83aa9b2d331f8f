"""How many open steps stand where: counters that triggers of the database keep, so that no page counts steps."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Connection, text
from sqlmodel import Field

from models.row import Row

UNDATED = date(9999, 12, 31)
"""The day under which steps without a due date are counted: after every other, and a date on both databases."""


class StepCount(Row, table=True):
    """The open steps of one owner, kind, batch (0: none), city ('': none) and due date (`UNDATED`: none)."""

    __tablename__ = "step_count"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    owner: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    batch: int = Field(primary_key=True)
    city: str = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    n: int


_COLUMNS = "owner, kind, batch, city, due_on"
_PLACE = f"""{{row}}.owner, {{row}}.kind, COALESCE({{row}}.batch, 0), COALESCE({{row}}.city, ''),
       COALESCE({{row}}.due_on, '{UNDATED}')"""
_AT = f"({_COLUMNS}) = ({_PLACE.format(row='OLD')})"

# The last one takes its row with it: what is counted nowhere any more leaves no zeros behind.
_ENTER = f"""
INSERT INTO step_count ({_COLUMNS}, n) VALUES ({_PLACE.format(row="NEW")}, 1)
ON CONFLICT ({_COLUMNS}) DO UPDATE SET n = step_count.n + 1;"""
_LEAVE = f"""
DELETE FROM step_count WHERE {_AT} AND n = 1;
UPDATE step_count SET n = n - 1 WHERE {_AT};"""

_CHANGE = f"UPDATE OF state, {_COLUMNS}"
_SQLITE = {
    "step_counted_in": f"AFTER INSERT ON step WHEN NEW.state = 'open' BEGIN {_ENTER} END",
    "step_counted_out": f"AFTER DELETE ON step WHEN OLD.state = 'open' BEGIN {_LEAVE} END",
    "step_counted_away": f"AFTER {_CHANGE} ON step WHEN OLD.state = 'open' BEGIN {_LEAVE} END",
    "step_counted_anew": f"AFTER {_CHANGE} ON step WHEN NEW.state = 'open' BEGIN {_ENTER} END",
}
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION count_open_step() RETURNS trigger AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.state = 'open' THEN {_LEAVE} END IF;
  IF TG_OP <> 'DELETE' AND NEW.state = 'open' THEN {_ENTER} END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql
"""
_POSTGRESQL = f"""
CREATE OR REPLACE TRIGGER step_counted AFTER INSERT OR DELETE OR {_CHANGE} ON step
FOR EACH ROW EXECUTE FUNCTION count_open_step()
"""

RECOUNT = f"""
SELECT owner, kind, COALESCE(batch, 0) AS batch, COALESCE(city, '') AS city, COALESCE(due_on, '{UNDATED}') AS due_on,
       COUNT(*) AS n FROM step WHERE state = 'open' GROUP BY 1, 2, 3, 4, 5"""
"""What `step_count` must hold, counted from the steps themselves."""


def create_counters(connection: Connection) -> None:
    """Creates the triggers that keep the counters for this kind of database; safe to repeat. Counts nothing itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_FUNCTION))
        connection.execute(text(_POSTGRESQL))
        return
    for name, body in _SQLITE.items():
        connection.execute(text(f"CREATE TRIGGER IF NOT EXISTS {name} {body}"))


def drop_counters(connection: Connection) -> None:
    """Takes the triggers away, for a migration that undoes them."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER IF EXISTS step_counted ON step"))
        connection.execute(text("DROP FUNCTION IF EXISTS count_open_step()"))
        return
    for name in _SQLITE:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


def count_steps(connection: Connection) -> None:
    """Fills the empty counters from the steps that are open."""
    connection.execute(text(f"INSERT INTO step_count ({_COLUMNS}, n) {RECOUNT}"))
