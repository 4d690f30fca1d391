"""Groups of messages that the bot could not answer."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "question_groups",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mean", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("handled_as", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.String(length=80), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.Column("nearest", sa.JSON(), nullable=True),
        sa.Column("nearest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["handled_by"], ["agents.id"], name=op.f("fk_question_groups_handled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_groups")),
    )
    op.create_index(op.f("ix_question_groups_state"), "question_groups", ["state"], unique=False)
    op.create_table(
        "grouped_messages",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "message_id"],
            ["understandings.conversation_id", "understandings.message_id"],
            name=op.f("fk_grouped_messages_conversation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["question_groups.id"], name=op.f("fk_grouped_messages_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name=op.f("pk_grouped_messages")),
    )
    op.create_index(op.f("ix_grouped_messages_group_id"), "grouped_messages", ["group_id"], unique=False)


def downgrade() -> None:
    """Backwards."""
    op.drop_table("grouped_messages")
    op.drop_table("question_groups")
