"""Absences with deputies, addresses that do not work, to-dos, offices' names and successors.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from models.columns import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Adds the tables and the notice's word on whose deputy is told."""
    op.add_column("notice", sa.Column("on_behalf_of", sa.String(), nullable=True))
    op.create_table(
        "absence",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("absent_from", sa.Date(), nullable=False),
        sa.Column("absent_until", sa.Date(), nullable=False),
        sa.Column("deputy", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.CheckConstraint("person <> deputy", name="ck_absence_deputy"),
        sa.ForeignKeyConstraint(["deputy"], ["person.code"]),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.PrimaryKeyConstraint("person", "absent_from"),
    )
    op.create_index("ix_absence_deputy", "absence", ["deputy"])
    op.create_table(
        "dead_address",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("bounce", sa.String(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("address", "since"),
    )
    op.create_table(
        "bounce",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("diagnostic", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "todo",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "uq_todo_open", "todo", ["kind", "subject"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "office_name",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"]),
        sa.PrimaryKeyConstraint("organisation", "since"),
    )
    op.create_table(
        "succession",
        sa.Column("predecessor", sa.String(), nullable=False),
        sa.Column("successor", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("predecessor <> successor", name="ck_succession_other"),
        sa.ForeignKeyConstraint(["predecessor"], ["organisation.code"]),
        sa.ForeignKeyConstraint(["successor"], ["organisation.code"]),
        sa.PrimaryKeyConstraint("predecessor"),
    )


def downgrade() -> None:
    """Takes them away."""
    for table in ("succession", "office_name", "todo", "bounce", "dead_address", "absence"):
        op.drop_table(table)
    op.drop_column("notice", "on_behalf_of")
