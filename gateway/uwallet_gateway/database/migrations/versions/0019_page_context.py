"""what a site tells of the page that its user is on."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("conversations", sa.Column("context", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Backwards."""
    # Not in a batch: SQLite would make the table anew, and what refers to it would be deleted with the old one.
    op.drop_column("conversations", "context")
