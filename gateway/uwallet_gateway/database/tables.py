"""The tables. A change here needs a migration; a test compares both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_WAITING = text("state = 'received'")


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone; it is added on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a time whose zone is not known."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a time without a zone"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Adds the zone where the database has none."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}


class Site(Table):
    """Somebody who embeds the bot."""

    __tablename__ = "sites"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    # Encrypted under the secret key of the settings (identity/secrets.py).
    secret: Mapped[str] = mapped_column(Text)
    require_identity: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime]


class SiteOrigin(Table):
    """An origin whose pages may use a site."""

    __tablename__ = "site_origins"

    site_key: Mapped[str] = mapped_column(ForeignKey("sites.key", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), primary_key=True, index=True)


class Conversation(Table):
    """What one visitor, user or sender of a site's backend and the bot have said."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("site_key", "kind", "external_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    site_key: Mapped[str] = mapped_column(ForeignKey("sites.key", ondelete="CASCADE"))
    # visitor, user (vouched for by the site), backend (the site's own sender name)
    kind: Mapped[str] = mapped_column(String(16))
    # What the site calls the user or sender; a visitor has none.
    external_id: Mapped[str | None] = mapped_column(String(255))
    # The newest message; the row is locked while it is counted up.
    last_id: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    active_at: Mapped[datetime] = mapped_column(index=True)


class Session(Table):
    """A browser's or device's right to one conversation; its token carries the id."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    # Set when the identity has changed; the token is refused from then on.
    closed_at: Mapped[datetime | None]


class Message(Table):
    """One line of a transcript."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        # What waits for an answer is few among very many.
        Index("ix_messages_waiting", "conversation_id", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_messages_created_at", "created_at"),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    author: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[dict[str, Any]]]
    # "metadata" is taken by the library.
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    in_reply_to: Mapped[int | None]
    client_id: Mapped[str | None] = mapped_column(String(64))
    # What the engine is sent instead of the text, of a button that was pressed.
    payload: Mapped[str | None] = mapped_column(Text)
    attachment_id: Mapped[str | None] = mapped_column(String(64))
    # Of a user's message: received, answered, failed.
    state: Mapped[str | None] = mapped_column(String(16))
    # The user has been told that the answer takes longer.
    noticed: Mapped[bool] = mapped_column(Boolean, default=False)


class Offer(Table):
    """A payload that the bot has offered as a button in this conversation, with the title shown last."""

    __tablename__ = "offers"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    # SHA-256 of the payload, which may be longer than an index takes.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    message_id: Mapped[int]


class Attachment(Table):
    """A picture; its data is a file (attachments.py)."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    content_type: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    created_at: Mapped[datetime]


class Handoff(Table):
    """The bot asked for a human, with all that it knows (docs/handoff.md)."""

    __tablename__ = "handoffs"
    __table_args__ = (ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    # The bot's message that told the user.
    message_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
