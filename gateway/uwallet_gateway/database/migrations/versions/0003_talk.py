"""what the gateway's part of a conversation needs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("script", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("contact", sa.String(length=255), nullable=True))
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reading", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("reading")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_column("contact")
        batch_op.drop_column("script")
