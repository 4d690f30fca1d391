"""wrong passwords are counted by name and source."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "sign_in_attempts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "source", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_updated_at"), "sign_in_attempts", ["updated_at"], unique=False)
    # Not as a batch: on SQLite that copies the table, and removes the old one with the sessions that refer to it.
    op.drop_column("agents", "failed_logins")
    op.drop_column("agents", "locked_until")


def downgrade() -> None:
    """Backwards."""
    op.add_column("agents", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agents", sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index(op.f("ix_sign_in_attempts_updated_at"), table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
