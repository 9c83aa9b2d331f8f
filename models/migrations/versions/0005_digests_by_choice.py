"""A person chooses when the digest comes and how early reminders begin.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from models.columns import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "digest_choice",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("digest_at", sa.String(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.PrimaryKeyConstraint("person"),
    )


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("digest_choice")
