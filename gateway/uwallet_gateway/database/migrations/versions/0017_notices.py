"""what a site wants of the notice on stored chats, and the users' answers."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("sites", sa.Column("notice", sa.String(length=16), nullable=False, server_default="none"))
    op.create_table(
        "notice_answers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_notice_answers_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_answers")),
    )
    op.create_index(op.f("ix_notice_answers_conversation_id"), "notice_answers", ["conversation_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_table("notice_answers")
    op.drop_column("sites", "notice")
