"""whose a delivery of a hook is."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("hook_deliveries", sa.Column("conversation_id", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_hook_deliveries_conversation_id"), "hook_deliveries", ["conversation_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index(op.f("ix_hook_deliveries_conversation_id"), "hook_deliveries")
    op.drop_column("hook_deliveries", "conversation_id")
