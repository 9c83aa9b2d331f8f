"""Triggers that refuse every change of what may only be added to: the audit trail and the ledger."""

from sqlalchemy import Connection, text

APPEND_ONLY = ("event", "ledger_line")

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


def create_guards(connection: Connection) -> None:
    """Creates the triggers for this kind of database; safe to repeat."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_FUNCTION))
        for table in APPEND_ONLY:
            connection.execute(text(_POSTGRESQL.format(table=table)))
        return
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            connection.execute(text(_SQLITE.format(table=table, verb=verb)))
