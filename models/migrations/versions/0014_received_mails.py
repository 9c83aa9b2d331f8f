"""Mails that came in are registered once each; scans keep the version code that was read off them.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from models.columns import Facts, Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables and the column."""
    op.create_table(
        "received_mail",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("arrived_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("findings", Facts, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("identity"),
    )
    op.create_index("ix_received_mail_city", "received_mail", ["city"])
    op.add_column("attachment", sa.Column("code", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "mailbox_place",
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("validity", sa.String(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("folder"),
    )


def downgrade() -> None:
    """Takes them away; the files stay in the data folder."""
    op.drop_table("mailbox_place")
    op.drop_column("attachment", "code")
    op.drop_index("ix_received_mail_city", "received_mail")
    op.drop_table("received_mail")
