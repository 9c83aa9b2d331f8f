"""Steps are found by kind and subject; of those that are open there is at most one.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Adds both indexes."""
    op.create_index(
        "uq_step_open",
        "step",
        ["kind", "subject"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_step_subject", "step", ["kind", "subject"])


def downgrade() -> None:
    """Takes both away."""
    op.drop_index("ix_step_subject", table_name="step")
    op.drop_index("uq_step_open", table_name="step")
