"""Letters of a kind within an hour are counted by an index.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the index."""
    op.create_index("ix_letter_kind", "letter", ["kind", "created_at"])


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("ix_letter_kind", table_name="letter")
