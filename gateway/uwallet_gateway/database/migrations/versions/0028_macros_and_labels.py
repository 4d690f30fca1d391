"""canned replies with folders, owners and macros; how often they are used; labels of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_SHARED = sa.text("owner_id IS NULL")


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "ticket_labels",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_labels_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "label", name=op.f("pk_ticket_labels")),
    )
    op.create_index(op.f("ix_ticket_labels_label"), "ticket_labels", ["label"])
    with op.batch_alter_table("canned_replies") as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("folder", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("labels", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("ending", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("follow_up_hours", sa.Integer(), nullable=True))
        batch_op.drop_constraint("uq_canned_replies_shortcut", type_="unique")
        batch_op.create_foreign_key(
            op.f("fk_canned_replies_owner_id"), "agents", ["owner_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index(
        "ix_canned_replies_shared",
        "canned_replies",
        ["shortcut"],
        unique=True,
        sqlite_where=_SHARED,
        postgresql_where=_SHARED,
    )
    op.create_index("ix_canned_replies_personal", "canned_replies", ["owner_id", "shortcut"], unique=True)
    op.create_table(
        "canned_reply_uses",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["canned_replies.id"], name=op.f("fk_canned_reply_uses_reply_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reply_id", "day", name=op.f("pk_canned_reply_uses")),
    )


def downgrade() -> None:
    """Backwards. Personal replies go: before, everybody would see them."""
    op.drop_table("canned_reply_uses")
    op.execute("DELETE FROM canned_replies WHERE owner_id IS NOT NULL")
    op.drop_index("ix_canned_replies_personal", "canned_replies")
    op.drop_index("ix_canned_replies_shared", "canned_replies")
    with op.batch_alter_table("canned_replies") as batch_op:
        batch_op.drop_constraint(op.f("fk_canned_replies_owner_id"), type_="foreignkey")
        for column in ("follow_up_hours", "ending", "labels", "folder", "owner_id"):
            batch_op.drop_column(column)
        batch_op.create_unique_constraint("uq_canned_replies_shortcut", ["shortcut"])
    op.drop_table("ticket_labels")
