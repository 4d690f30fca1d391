"""when a ticket is to be followed up."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("tickets", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Backwards."""
    # Not in a batch: SQLite would make the table anew, and what refers to it would be deleted with the old one.
    op.drop_column("tickets", "due_at")
