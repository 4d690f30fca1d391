"""when agents are there, and what supervisors say of how tickets were served."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "agent_shifts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("presence", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_shifts_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_shifts")),
    )
    op.create_index("ix_agent_shifts_agent_id_ended_at", "agent_shifts", ["agent_id", "ended_at"])
    op.create_index(op.f("ix_agent_shifts_ended_at"), "agent_shifts", ["ended_at"])
    op.create_table(
        "quality_reviews",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_quality_reviews_agent_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["agents.id"], name=op.f("fk_quality_reviews_reviewer_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_quality_reviews_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_quality_reviews")),
    )
    op.create_index(op.f("ix_quality_reviews_agent_id"), "quality_reviews", ["agent_id"])
    op.create_index(op.f("ix_quality_reviews_created_at"), "quality_reviews", ["created_at"])


def downgrade() -> None:
    """Backwards."""
    op.drop_table("quality_reviews")
    op.drop_table("agent_shifts")
