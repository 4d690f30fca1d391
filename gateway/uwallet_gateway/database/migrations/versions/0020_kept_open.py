"""chats whose agent waits for the user."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("tickets", sa.Column("kept_open", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Backwards."""
    # Not in a batch: SQLite would make the table anew, and what refers to it would be deleted with the old one.
    op.drop_column("tickets", "kept_open")
