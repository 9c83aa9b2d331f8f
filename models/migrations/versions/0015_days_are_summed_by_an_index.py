"""A person's half days up to a date are summed from an index alone: the pace of all pairs is looked at every day.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the index."""
    op.create_index("ix_service_day_total", "service_day", ["trainee", "day", "half_days"])


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("ix_service_day_total", table_name="service_day")
