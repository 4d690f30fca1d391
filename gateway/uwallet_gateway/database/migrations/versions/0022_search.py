"""the index of what people wrote, and of what conversations are filtered by."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_UNINDEXED = sa.text("indexed_id < last_id")
_UNINDEXED_TICKET = sa.text("indexed_version < version")
# The table with the texts is this one's content: FTS5 keeps no second copy.
_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5"
    "(grams, content='search_documents', content_rowid='id', tokenize=\"unicode61 remove_diacritics 0\")",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents "
    "BEGIN INSERT INTO search_index(rowid, grams) VALUES (new.id, new.grams); END",
    "CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents "
    "BEGIN INSERT INTO search_index(search_index, rowid, grams) VALUES ('delete', old.id, old.grams); END",
)
# Positions are kept up to 16383; what is behind them is found word by word.
_POSTGRESQL = (
    "CREATE TABLE search_index (document_id integer PRIMARY KEY REFERENCES search_documents ON DELETE CASCADE, "
    "terms tsvector NOT NULL)",
    "CREATE INDEX ix_search_index_terms ON search_index USING gin (terms)",
    "CREATE FUNCTION search_documents_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO search_index SELECT NEW.id, "
    "coalesce(string_agg(quote_literal(gram) || ':' || least(place, 16383), ' '), '')::tsvector "
    "FROM unnest(string_to_array(NEW.grams, ' ')) WITH ORDINALITY AS pairs(gram, place); RETURN NULL; END $$",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents "
    "FOR EACH ROW EXECUTE FUNCTION search_documents_add()",
)


def upgrade() -> None:
    """Forwards. What is there already is added to the index by the running gateway."""
    op.add_column("conversations", sa.Column("indexed_id", sa.Integer(), server_default="0", nullable=False))
    op.add_column("tickets", sa.Column("indexed_version", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_conversations_unindexed",
        "conversations",
        ["active_at"],
        sqlite_where=_UNINDEXED,
        postgresql_where=_UNINDEXED,
    )
    op.create_index(
        "ix_tickets_unindexed", "tickets", ["id"], sqlite_where=_UNINDEXED_TICKET, postgresql_where=_UNINDEXED_TICKET
    )
    op.create_index("ix_conversations_site_key_active_at", "conversations", ["site_key", "active_at"])
    op.create_index("ix_bot_events_topic_conversation_id", "bot_events", ["topic", "conversation_id"])
    op.create_index("ix_bot_events_kind_conversation_id", "bot_events", ["kind", "conversation_id"])
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("grams", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "message_id"],
            ["messages.conversation_id", "messages.id"],
            name=op.f("fk_search_documents_conversation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_search_documents_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_search_documents_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
    )
    op.create_index(
        "ix_search_documents_conversation_id_message_id", "search_documents", ["conversation_id", "message_id"]
    )
    op.create_index(op.f("ix_search_documents_ticket_id"), "search_documents", ["ticket_id"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Backwards."""
    op.execute("DROP TABLE search_index")
    op.drop_table("search_documents")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION search_documents_add()")
    op.drop_index("ix_bot_events_kind_conversation_id", "bot_events")
    op.drop_index("ix_bot_events_topic_conversation_id", "bot_events")
    op.drop_index("ix_tickets_unindexed", "tickets")
    op.drop_index("ix_conversations_unindexed", "conversations")
    op.drop_index("ix_conversations_site_key_active_at", "conversations")
    # Not in a batch: SQLite would make the tables anew, and what refers to them would be deleted with the old ones.
    op.drop_column("tickets", "indexed_version")
    op.drop_column("conversations", "indexed_id")
