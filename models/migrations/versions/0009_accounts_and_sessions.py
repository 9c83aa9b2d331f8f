"""Accounts, sign-ins, forms sent under a key, and links that work once.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from models.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "account",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_sign_in", Instant(), nullable=True),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("in_place_of", sa.String(), nullable=True),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["in_place_of"], ["person.code"]),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"]),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_sign_in_person", "sign_in", ["person", "began_at"])
    op.create_table(
        "posting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "signed_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"]),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def downgrade() -> None:
    """Takes them away."""
    for table in ("signed_link", "posting", "sign_in", "account"):
        op.drop_table(table)
