"""Triggers that refuse every change of what may only be added to: the audit trail, the ledger, the post's attempts."""

from sqlalchemy import Connection, text

APPEND_ONLY = ("event", "ledger_line", "letter_attempt", "letter_text")

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""
_POSTGRESQL = """
CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def create_guards(connection: Connection, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Creates the triggers for this kind of database; safe to repeat. A migration names the tables it has made."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_FUNCTION))
        for table in tables:
            connection.execute(text(_POSTGRESQL.format(table=table)))
        return
    for table in tables:
        for verb in ("update", "delete"):
            connection.execute(text(_SQLITE.format(table=table, verb=verb)))
