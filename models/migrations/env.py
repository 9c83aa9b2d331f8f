"""How alembic runs inside this program: on the connection it is given, never from a file of its own."""

from alembic import context
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (registers every table with the metadata)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
