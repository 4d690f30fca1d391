"""when an agent has last shown that they are there."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    # Sessions from before count from their beginning, and are therefore over if they are older than the limit.
    op.add_column("agent_sessions", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Backwards."""
    op.drop_column("agent_sessions", "used_at")
