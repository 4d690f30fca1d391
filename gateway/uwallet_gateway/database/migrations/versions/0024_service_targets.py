"""until when a ticket must have its first reply and its end, and whether desks were told that it is late."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. Tickets from before have no targets."""
    for name in ("reply_due_at", "resolve_due_at"):
        op.add_column("tickets", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("reply_missed", "resolve_missed"):
        op.add_column("tickets", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Backwards."""
    # Not in a batch: SQLite would make the table anew, and what refers to it would be deleted with the old one.
    for name in ("resolve_missed", "reply_missed", "resolve_due_at", "reply_due_at"):
        op.drop_column("tickets", name)
