"""what a site tells of its user."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("conversations", sa.Column("attributes", sa.JSON(), nullable=True))
    op.add_column("conversations", sa.Column("attributes_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Backwards."""
    op.drop_column("conversations", "attributes_at")
    op.drop_column("conversations", "attributes")
