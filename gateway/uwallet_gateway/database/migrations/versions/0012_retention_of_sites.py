"""how long a site's data is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "site_retention",
        sa.Column("site_key", sa.String(length=64), nullable=False),
        sa.Column("data_class", sa.String(length=16), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_key"], ["sites.key"], name=op.f("fk_site_retention_site_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_key", "data_class", name=op.f("pk_site_retention")),
    )


def downgrade() -> None:
    """Backwards."""
    op.drop_table("site_retention")
