"""Every table of the first version."""

import sqlalchemy as sa
from alembic import op

from models.columns import Instant
from models.guards import create_guards
from models.views import create_views

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables to this version."""
    op.create_table(
        "annual_report",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("cosigned", sa.Boolean(), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "batch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rules_as_of", sa.Date(), nullable=False),
        sa.Column("announce_by", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("submit_by", sa.Date(), nullable=True),
        sa.Column("post_by", sa.Date(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("announced_at", Instant(), nullable=True),
        sa.Column("list_confirmed_on", sa.Date(), nullable=True),
        sa.Column("last_agreement_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.create_index(
            "ix_calendar_rank",
            ["rank"],
            unique=True,
            sqlite_where=sa.text("is_workday"),
            postgresql_where=sa.text("is_workday"),
        )

    op.create_table(
        "chapter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("played_to", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("hash"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_subject"), ["subject"], unique=False)

    op.create_table(
        "extension",
        sa.Column("step_key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=True),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("step_key", "number"),
    )
    op.create_table(
        "honour",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("legal_class", sa.Text(), nullable=False),
        sa.Column("person_code", sa.Text(), nullable=True),
        sa.Column("organisation_code", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("handed_at", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("doubted_at", Instant(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "legal_class IN ('legal', 'money', 'notice', 'digest', 'receipt')", name="ck_letter_legal_class"
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'handing', 'sent', 'refused', 'dropped', 'in_doubt', 'held')",
            name="ck_letter_state",
        ),
        sa.CheckConstraint("attempts >= 0", name="ck_letter_attempts"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            "ix_letter_leased",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'handing')"),
            postgresql_where=sa.text("state IN ('claimed', 'handing')"),
        )
        batch_op.create_index("ix_letter_person", ["person_code", "created_at"], unique=False)
        batch_op.create_index(
            "ix_letter_queued",
            ["next_try_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index("ix_letter_subject", ["subject_key"], unique=False)
        batch_op.create_index(
            "ix_letter_waiting",
            ["state", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('in_doubt', 'refused', 'held')"),
            postgresql_where=sa.text("state IN ('in_doubt', 'refused', 'held')"),
        )

    op.create_table(
        "organisation",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_city"), ["city"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_division"), ["division"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_kind"), ["kind"], unique=False)

    op.create_table(
        "override",
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("application", "clause"),
    )
    op.create_table(
        "person",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "policy_mark",
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("day_offset", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("policy", "nature", "day_offset"),
    )
    op.create_table(
        "policy_tell",
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("day_offset", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("policy", "nature", "day_offset", "party", "duty"),
    )
    op.create_table(
        "rollup",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("pair", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("opened_event", sa.Integer(), nullable=True),
        sa.Column("settled_event", sa.Integer(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.create_index("ix_step_kind", ["kind", "batch", "state"], unique=False)
        batch_op.create_index(
            "ix_step_next",
            ["next_on"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_step_owner", ["owner", "state", "due_on"], unique=False)
        batch_op.create_index("ix_step_pair", ["pair"], unique=False)

    op.create_table(
        "tracking",
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("findings", sa.String(), nullable=False),
        sa.Column("problems", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("city", "quarter"),
    )
    op.create_table(
        "application",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("nominator", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("nominator_slot", sa.Integer(), nullable=True),
        sa.Column("city_rank", sa.Integer(), nullable=True),
        sa.Column("plan_consented_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("recommended_at", Instant(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("province_rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["nominator"],
            ["organisation.code"],
        ),
        sa.ForeignKeyConstraint(
            ["uscc"],
            ["organisation.code"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_city", ["batch", "city", "state"], unique=False)
        batch_op.create_index(
            "uq_application_open",
            ["batch", "uscc"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('declined', 'withdrawn', 'lapsed', 'rejected')"),
            postgresql_where=sa.text("state NOT IN ('declined', 'withdrawn', 'lapsed', 'rejected')"),
        )
        batch_op.create_index("uq_application_rank", ["batch", "city", "city_rank"], unique=True)
        batch_op.create_index("uq_application_slot", ["batch", "nominator", "nominator_slot"], unique=True)

    op.create_table(
        "closing_account",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("archive", sa.String(), nullable=False),
        sa.Column("unspent", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.PrimaryKeyConstraint("batch"),
    )
    op.create_table(
        "decision",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.PrimaryKeyConstraint("batch"),
    )
    op.create_table(
        "duty",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.code"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["person.code"],
        ),
        sa.PrimaryKeyConstraint("person", "organisation", "duty", "valid_from"),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("ix_duty_organisation", ["organisation", "duty"], unique=False)

    op.create_table(
        "institution",
        sa.Column("uscc", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("registration_division", sa.String(), nullable=False),
        sa.Column("legal_person", sa.Boolean(), nullable=False),
        sa.Column("type_note", sa.String(), nullable=False),
        sa.Column("type_accepted", sa.Boolean(), nullable=False),
        sa.Column("predecessors", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("bank_account", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["uscc"],
            ["organisation.code"],
        ),
        sa.PrimaryKeyConstraint("uscc"),
    )
    op.create_table(
        "occasion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("day_offset", sa.Integer(), nullable=False),
        sa.Column("nominal_on", sa.Date(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["step.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("occasion", schema=None) as batch_op:
        batch_op.create_index("ix_occasion_made", ["made_on"], unique=False)
        batch_op.create_index("uq_occasion", ["step_id", "nature", "day_offset", "nominal_on"], unique=True)

    op.create_table(
        "pairing_list",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("province_confirmed_on", sa.Date(), nullable=True),
        sa.Column("shenzhen_confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "panel_member",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("chair", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["person.code"],
        ),
        sa.PrimaryKeyConstraint("batch", "person"),
    )
    op.create_table(
        "report_receipt",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report"],
            ["annual_report.key"],
        ),
        sa.PrimaryKeyConstraint("report", "office"),
    )
    op.create_table(
        "roster_entry",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("strengths", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["sender"],
            ["organisation.code"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "step_party",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["step.id"],
        ),
        sa.PrimaryKeyConstraint("step_id", "party", "organisation"),
    )
    op.create_table(
        "submission",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("receipt_number", sa.String(), nullable=True),
        sa.Column("emailed_at", Instant(), nullable=True),
        sa.Column("email_late", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("courier", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=True),
        sa.Column("summaries", sa.Integer(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("discrepancies", sa.String(), nullable=False),
        sa.Column("alarmed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "voucher",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("checker", sa.String(), nullable=True),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.CheckConstraint("checker IS NULL OR checker <> maker", name="maker_is_not_checker"),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["payee"],
            ["organisation.code"],
        ),
        sa.ForeignKeyConstraint(
            ["payer"],
            ["organisation.code"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "application_version",
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"],
            ["application.key"],
        ),
        sa.PrimaryKeyConstraint("application", "version"),
    )
    op.create_table(
        "assessment",
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=True),
        sa.Column("conflict_reason", sa.String(), nullable=False),
        sa.Column("declared_at", Instant(), nullable=True),
        sa.Column("scores", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("total_tenths", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("scored_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application"],
            ["application.key"],
        ),
        sa.ForeignKeyConstraint(
            ["reviewer"],
            ["person.code"],
        ),
        sa.PrimaryKeyConstraint("application", "reviewer"),
    )
    op.create_table(
        "notice",
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("letter_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["occasion_id"],
            ["occasion.id"],
        ),
        sa.PrimaryKeyConstraint("occasion_id", "person"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_letter", ["letter_key"], unique=False)
        batch_op.create_index(
            "ix_notice_loose",
            ["person"],
            unique=False,
            sqlite_where=sa.text("letter_key IS NULL"),
            postgresql_where=sa.text("letter_key IS NULL"),
        )

    op.create_table(
        "pair",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("list_key", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("nominator", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("predecessor", sa.String(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"],
            ["application.key"],
        ),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["list_key"],
            ["pairing_list.key"],
        ),
        sa.ForeignKeyConstraint(
            ["nominator"],
            ["organisation.code"],
        ),
        sa.ForeignKeyConstraint(
            ["recipient"],
            ["organisation.code"],
        ),
        sa.ForeignKeyConstraint(
            ["sender"],
            ["organisation.code"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.create_index("ix_pair_city", ["batch", "city", "state"], unique=False)
        batch_op.create_index(
            "uq_pair_recipient",
            ["batch", "recipient"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'confirmed', 'effective')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed', 'effective')"),
        )
        batch_op.create_index(
            "uq_pair_sender",
            ["batch", "sender"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'confirmed', 'effective')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed', 'effective')"),
        )

    op.create_table(
        "activity",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_pair"), ["pair"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("parties", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("payment_plan", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("payee_account", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("drafted_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("pair"),
    )
    op.create_table(
        "evaluation",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("evaluated_at", Instant(), nullable=False),
        sa.Column("cosigned_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "incident",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("days_lost", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_pair"), ["pair"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("pair", "year", "indicator"),
    )
    op.create_table(
        "monthly_return",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("monthly_return", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_monthly_return_pair"), ["pair"], unique=False)

    op.create_table(
        "own_funds",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("own_funds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_funds_pair"), ["pair"], unique=False)

    op.create_table(
        "pace_alert",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("forecast_half_days", sa.Integer(), nullable=False),
        sa.Column("trainees", sa.Integer(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("pace_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pace_alert_pair"), ["pair"], unique=False)

    op.create_table(
        "payment",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("voucher", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("instalment", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.ForeignKeyConstraint(
            ["voucher"],
            ["voucher.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_pair", ["pair", "year"], unique=False)
        batch_op.create_index("ix_payment_voucher", ["voucher"], unique=False)
        batch_op.create_index(
            "uq_payment_live",
            ["batch", "year", "pair", "leg", "instalment"],
            unique=True,
            sqlite_where=sa.text("state IN ('entered', 'paid', 'received')"),
            postgresql_where=sa.text("state IN ('entered', 'paid', 'received')"),
        )

    op.create_table(
        "roster",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("pair", "year"),
    )
    op.create_table(
        "self_evaluation",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("pair", "year", "side"),
    )
    op.create_table(
        "spending",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("pair", "year", "organisation", "category"),
    )
    op.create_table(
        "trainee",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("id_masked", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.create_index("ix_trainee_pair", ["pair", "year"], unique=False)
        batch_op.create_index(
            "uq_trainee_active",
            ["year", "id_hash"],
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.create_table(
        "visit",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["pair.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_pair"), ["pair"], unique=False)

    op.create_table(
        "ledger_line",
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("payment", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("booked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment"],
            ["payment.key"],
        ),
        sa.PrimaryKeyConstraint("entry", "account"),
    )
    with op.batch_alter_table("ledger_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_line_payment"), ["payment"], unique=False)

    op.create_table(
        "service_day",
        sa.Column("trainee", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("monthly", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["monthly"],
            ["monthly_return.key"],
        ),
        sa.ForeignKeyConstraint(
            ["trainee"],
            ["trainee.key"],
        ),
        sa.PrimaryKeyConstraint("trainee", "day"),
    )
    with op.batch_alter_table("service_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_day_monthly"), ["monthly"], unique=False)

    op.create_table(
        "signature",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signatory", sa.String(), nullable=False),
        sa.Column("seal_file", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair"],
            ["agreement.pair"],
        ),
        sa.PrimaryKeyConstraint("pair", "party"),
    )

    create_guards(op.get_bind(), ("event", "ledger_line"))
    create_views(op.get_bind())
