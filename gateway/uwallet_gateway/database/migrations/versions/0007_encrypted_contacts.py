"""contacts are encrypted; the gateway encrypts those that there are at its next start."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.alter_column("contact", existing_type=sa.String(length=255), type_=sa.Text())
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.alter_column("contact", existing_type=sa.String(length=255), type_=sa.Text())
        batch_op.add_column(sa.Column("contact_hint", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Backwards. What was encrypted stays so, and is cut where it is too long."""
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("contact_hint")
        batch_op.alter_column("contact", existing_type=sa.Text(), type_=sa.String(length=255))
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.alter_column("contact", existing_type=sa.Text(), type_=sa.String(length=255))
