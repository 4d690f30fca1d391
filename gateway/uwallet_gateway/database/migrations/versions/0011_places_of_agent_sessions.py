"""where an agent has signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("agent_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("browser", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("agent_sessions", schema=None) as batch_op:
        batch_op.drop_column("browser")
        batch_op.drop_column("address")
