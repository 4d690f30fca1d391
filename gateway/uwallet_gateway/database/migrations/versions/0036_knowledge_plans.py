"""Publications of the knowledge at a time that is set before."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "knowledge_plans",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["version"],
            ["knowledge_versions.number"],
            name=op.f("fk_knowledge_plans_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_knowledge_plans")),
    )


def downgrade() -> None:
    """Backwards."""
    op.drop_table("knowledge_plans")
