"""Versions of the knowledge that some conversations are answered by first."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "knowledge_pilots",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("served_sha256", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=True),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["version"],
            ["knowledge_versions.number"],
            name=op.f("fk_knowledge_pilots_version_knowledge_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_pilots")),
    )
    op.create_index(op.f("ix_knowledge_pilots_version"), "knowledge_pilots", ["version"])
    op.create_index(op.f("ix_knowledge_pilots_ended_at"), "knowledge_pilots", ["ended_at"])
    op.create_table(
        "pilot_talks",
        sa.Column("pilot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("is_pilot", sa.Boolean(), nullable=False),
        sa.Column("is_mixed", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_pilot_talks_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id"],
            ["knowledge_pilots.id"],
            name=op.f("fk_pilot_talks_pilot_id_knowledge_pilots"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pilot_id", "conversation_id", name=op.f("pk_pilot_talks")),
    )
    op.create_index(op.f("ix_pilot_talks_conversation_id"), "pilot_talks", ["conversation_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_table("pilot_talks")
    op.drop_table("knowledge_pilots")
