"""Open steps are counted where they stand, and listed by due date without sorting: counters, triggers, indexes.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from models.step_count import count_steps, create_counters, drop_counters

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Adds the counters, fills them, lets triggers keep them; the lists' indexes know open steps only."""
    op.create_table(
        "step_count",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "kind", "batch", "city", "due_on"),
        sqlite_with_rowid=False,
    )
    count_steps(op.get_bind())
    create_counters(op.get_bind())
    op.drop_index("ix_step_owner", table_name="step")
    for name, columns in (
        ("ix_step_owner", ["owner", "due_on", "key"]),
        ("ix_step_city", ["city", "due_on", "key"]),
        ("ix_step_due", ["due_on", "key"]),
    ):
        op.create_index(name, "step", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    """Takes them away."""
    for name in ("ix_step_due", "ix_step_city", "ix_step_owner"):
        op.drop_index(name, table_name="step")
    op.create_index("ix_step_owner", "step", ["owner", "state", "due_on"])
    drop_counters(op.get_bind())
    op.drop_table("step_count")
