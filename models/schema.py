"""The schema's version: what the database is at, what this code wants, and the way from one to the other."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

MIGRATIONS = Path(__file__).with_name("migrations")


class SchemaMismatch(RuntimeError):
    """The database is of another version than this program; `code` names the sentence that says what to do."""

    def __init__(self, code: str, found: str, wanted: str) -> None:
        super().__init__(f"{code}: database at {found or 'nothing'}, program wants {wanted}")
        self.code = code
        self.found = found
        self.wanted = wanted


def wanted_version() -> str:
    """The newest version that this program knows."""
    return str(_scripts().get_current_head())


def found_version(engine: Engine) -> str:
    """The version of the database; '' where it has no tables yet."""
    with engine.connect().execution_options(qianshou_mode="read") as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def require_schema(engine: Engine) -> None:
    """Raises SchemaMismatch unless the database is exactly of this program's version."""
    found, wanted = found_version(engine), wanted_version()
    if found == wanted:
        return
    known = {script.revision for script in _scripts().walk_revisions()}
    if not found:
        raise SchemaMismatch("schema.missing", found, wanted)
    raise SchemaMismatch("schema.older" if found in known else "schema.newer", found, wanted)


def migrate(engine: Engine) -> str:
    """Brings the database to this program's version and returns it; a newer one is refused. Safe to repeat."""
    found, wanted = found_version(engine), wanted_version()
    if found and found not in {script.revision for script in _scripts().walk_revisions()}:
        raise SchemaMismatch("schema.newer", found, wanted)
    if found != wanted:
        config = _config()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return wanted


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
