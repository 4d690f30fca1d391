"""sessions that end, and names of turns that never come again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vouchers_revoked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn_id", sa.String(length=32), nullable=True))
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_reason", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_sessions_closed_at"), ["closed_at"], unique=False)


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_closed_at"))
        batch_op.drop_column("closed_reason")
        batch_op.drop_column("renewed_at")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("turn_id")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_column("vouchers_revoked_at")
