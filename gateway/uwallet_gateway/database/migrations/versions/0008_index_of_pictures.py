"""an index for pictures that no message names."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_index(op.f("ix_messages_attachment_id"), "messages", ["attachment_id"], unique=False)


def downgrade() -> None:
    """Backwards."""
    op.drop_index(op.f("ix_messages_attachment_id"), table_name="messages")
