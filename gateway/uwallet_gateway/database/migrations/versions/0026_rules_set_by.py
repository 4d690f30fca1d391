"""who has set a rule at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("desk_rules", sa.Column("updated_by", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Backwards."""
    op.drop_column("desk_rules", "updated_by")
