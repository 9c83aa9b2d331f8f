"""Two indexes that no question uses are written no more: events by batch, steps by kind, batch and state.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drops both."""
    op.drop_index("ix_event_batch", table_name="event")
    op.drop_index("ix_step_kind", table_name="step")


def downgrade() -> None:
    """Makes both again."""
    op.create_index("ix_step_kind", "step", ["kind", "batch", "state"])
    op.create_index("ix_event_batch", "event", ["batch"])
