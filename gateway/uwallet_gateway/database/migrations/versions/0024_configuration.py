"""settings that admins change at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "desk_configuration",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["agents.id"], name=op.f("fk_desk_configuration_changed_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_desk_configuration")),
    )


def downgrade() -> None:
    """Backwards."""
    op.drop_table("desk_configuration")
