"""Every attempt to send a letter and its text as handed over; a person's letters are found in their order.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from models.columns import Instant
from models.guards import create_guards

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UNSETTLED = "state IN ('queued', 'claimed', 'handing')"


def upgrade() -> None:
    """Adds both tables with their triggers, and the indexes of the order."""
    op.create_table(
        "letter_attempt",
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letter.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("server", sa.Text),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.CheckConstraint(
            "fate IN ('sent', 'deferred', 'refused', 'in_doubt', 'in_archive', 'not_in_archive')",
            name="ck_letter_attempt_fate",
        ),
    )
    op.create_index("ix_letter_attempt_pace", "letter_attempt", ["domain", "at"])
    op.create_index("ix_letter_attempt_at", "letter_attempt", ["at"])
    op.create_table(
        "letter_text",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letter.id"), nullable=False),
        sa.Column("handed_at", Instant, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_letter_text_letter", "letter_text", ["letter_id"])
    _index("ix_letter_ahead", "person_code", _UNSETTLED)
    _index("ix_letter_ahead_office", "address", f"{_UNSETTLED} AND person_code IS NULL")
    create_guards(op.get_bind(), ("letter_attempt", "letter_text"))


def downgrade() -> None:
    """Takes all of it away."""
    op.drop_index("ix_letter_ahead_office", table_name="letter")
    op.drop_index("ix_letter_ahead", table_name="letter")
    op.drop_table("letter_text")
    op.drop_table("letter_attempt")


def _index(name: str, first: str, where: str) -> None:
    columns = [first, "not_before", "id"]
    op.create_index(name, "letter", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
