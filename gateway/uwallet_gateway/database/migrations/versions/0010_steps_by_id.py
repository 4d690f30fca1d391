"""steps are known by id; a number means another step once one is inserted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The ids of the steps when this was written, by topic and in their order.
STEPS = {
    "account_closure": ["open_account_management", "open_closure_option", "give_reason", "confirm", "after_closing"],
    "account_security": ["password", "two_step_verification", "strangers_links", "update_app", "watch_activity"],
    "contact_in_app": ["open_mine", "open_support", "read_faq", "open_chat", "if_app_fails"],
    "forgot_password": [
        "open_forgot_password",
        "enter_bound_account",
        "enter_verification_code",
        "set_new_password",
        "log_in",
    ],
    "payment_failure": ["balance", "network", "bank", "limit", "account_hold"],
    "transaction_dispute": [
        "note_transaction",
        "open_dispute_form",
        "fill_in_form",
        "wait_for_review",
        "if_rejected",
    ],
}
EVENTS = sa.table("bot_events", sa.column("topic"), sa.column("step"), sa.column("step_number", sa.Integer()))


def upgrade() -> None:
    """Forwards. The number of a step that is not among these stays, as text."""
    with op.batch_alter_table("bot_events", schema=None) as batch_op:
        batch_op.alter_column("step", new_column_name="step_number", existing_type=sa.Integer())
    with op.batch_alter_table("bot_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("step", sa.String(length=64), nullable=True))
    number = sa.cast(EVENTS.c.step_number, sa.String())
    ids = {f"{topic}:{place}": step for topic, steps in STEPS.items() for place, step in enumerate(steps, start=1)}
    named = sa.case(ids, value=sa.func.coalesce(EVENTS.c.topic, "") + ":" + number, else_=number)
    op.execute(EVENTS.update().where(EVENTS.c.step_number.is_not(None)).values(step=named))


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("bot_events", schema=None) as batch_op:
        batch_op.drop_column("step")
    with op.batch_alter_table("bot_events", schema=None) as batch_op:
        batch_op.alter_column("step_number", new_column_name="step", existing_type=sa.Integer())
