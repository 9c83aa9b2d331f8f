"""A mark of a policy may come again every so many working days.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column; policies that are there already keep their ladder as it is."""
    op.add_column("policy_mark", sa.Column("repeat_workdays", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Takes it away."""
    op.drop_column("policy_mark", "repeat_workdays")
