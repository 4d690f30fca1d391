"""Events of one topic in some days, for the figures of answers, without reading those of all its days."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_index(op.f("ix_bot_events_topic_created_at"), "bot_events", ["topic", "created_at"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index(op.f("ix_bot_events_topic_created_at"), table_name="bot_events")
