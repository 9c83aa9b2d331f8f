"""Letters are found by the office they went to, and calendars of people have addresses that can be given up.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from models.columns import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the index and the table."""
    op.create_index("ix_letter_organisation", "letter", ["organisation_code", "id"])
    op.create_table(
        "calendar_feed",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.PrimaryKeyConstraint("person"),
    )


def downgrade() -> None:
    """Takes them away."""
    op.drop_table("calendar_feed")
    op.drop_index("ix_letter_organisation", table_name="letter")
