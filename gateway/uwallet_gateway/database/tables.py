"""The tables. A change here needs a migration; a test compares both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_WAITING = text("state = 'received'")
_OPEN = text("status <> 'closed'")
_SHARED = text("owner_id IS NULL")
_UNINDEXED = text("indexed_id < last_id")
_UNINDEXED_TICKET = text("indexed_version < version")


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

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite's texts are read in one step: three for each moment were a quarter of reading a list of hundreds."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)

        def read(value: str | None) -> datetime | None:
            return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)

        return read


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
    """A website that embeds the bot."""

    __tablename__ = "sites"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    # Encrypted under the secret key of the settings (identity/secrets.py).
    secret: Mapped[str] = mapped_column(Text)
    require_identity: Mapped[bool] = mapped_column(Boolean)
    # Before the first message: none, shown, consent (identity/notice.py).
    notice: Mapped[str] = mapped_column(String(16), default="none", server_default="none")
    created_at: Mapped[datetime]


class SiteOrigin(Table):
    """An origin whose pages may use a site."""

    __tablename__ = "site_origins"

    site_key: Mapped[str] = mapped_column(ForeignKey("sites.key", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), primary_key=True, index=True)


class SiteRetention(Table):
    """How long a site keeps a class of data, where that differs from the settings."""

    __tablename__ = "site_retention"

    site_key: Mapped[str] = mapped_column(ForeignKey("sites.key", ondelete="CASCADE"), primary_key=True)
    # messages, pictures, tickets, engine
    data_class: Mapped[str] = mapped_column(String(16), primary_key=True)
    # 0: for ever
    days: Mapped[int]


class Conversation(Table):
    """What one visitor, user or sender of a site's backend and the bot have said."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("site_key", "kind", "external_id"),
        Index("ix_conversations_site_key_active_at", "site_key", "active_at"),
        Index("ix_conversations_unindexed", "active_at", sqlite_where=_UNINDEXED, postgresql_where=_UNINDEXED),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    site_key: Mapped[str] = mapped_column(ForeignKey("sites.key", ondelete="CASCADE"))
    # visitor, user (vouched for by the site), backend (the site's own sender name)
    kind: Mapped[str] = mapped_column(String(16))
    # What the site calls the user or sender; a visitor has none.
    external_id: Mapped[str | None] = mapped_column(String(255))
    # The newest message; the row is locked while it is counted up.
    last_id: Mapped[int] = mapped_column(Integer, default=0)
    # Who speaks now: bot, queued, agent, closed; counted up with each change (docs/support/ownership.md).
    owner: Mapped[str] = mapped_column(String(16), default="bot", server_default="bot")
    owner_version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # The newest message when an agent took the conversation last: the engine answers nothing from before it.
    agent_since_id: Mapped[int | None]
    # The last messages that the user and the agent have seen.
    user_read_id: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # The characters that the user writes, as the bot has found: simplified or traditional; null until it has answered.
    script: Mapped[str | None] = mapped_column(String(16))
    # What the user offered to be reached by before there was a ticket that could keep it.
    # Encrypted, as that of a ticket.
    contact: Mapped[str | None] = mapped_column(Text)
    agent_read_id: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # The newest message that the search has (search/index.py).
    indexed_id: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # What the site has told last of the page that the user is on: texts by name, redacted.
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # What the site tells of the user, signed: texts by name, redacted; and when the site told it.
    attributes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    attributes_at: Mapped[datetime | None]
    # When all sessions of a user were ended by a command; what the site has vouched for before is refused.
    vouchers_revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    active_at: Mapped[datetime] = mapped_column(index=True)


class Session(Table):
    """A browser's or device's right to one conversation; its token carries the id."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    # When it was continued; it ends some time after this, or after it was made.
    renewed_at: Mapped[datetime | None]
    # The token is refused from then on. Searched by each process for what others have closed.
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    # identity_changed, signed_out, revoked
    closed_reason: Mapped[str | None] = mapped_column(String(32))


class NoticeAnswer(Table):
    """What a user did with a version of the notice on stored chats; the newest row counts."""

    __tablename__ = "notice_answers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    version: Mapped[str] = mapped_column(String(32))
    # SHA-256 of the text and the policy's address.
    digest: Mapped[str] = mapped_column(String(64))
    # shown, agreed, refused, withdrawn
    answer: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


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
    attachment_id: Mapped[str | None] = mapped_column(String(64), index=True)
    # Names the turn toward the engine. Ids count within the conversation: after a restored backup they come again.
    turn_id: Mapped[str | None] = mapped_column(String(32))
    # Of a user's message: received, answered, failed.
    state: Mapped[str | None] = mapped_column(String(16))
    # Of the bot's first message of a turn: why it was given, for agents (docs/conversation.md). Users never see it.
    reading: Mapped[dict[str, Any] | None]
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


class Agent(Table):
    """An agent's account."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    # Shown to users and colleagues.
    name: Mapped[str] = mapped_column(String(64))
    # In lower case; what an account is found by when its owner first signs in by the provider.
    email: Mapped[str | None] = mapped_column(String(255), unique=True)
    # agent, supervisor, admin
    role: Mapped[str] = mapped_column(String(16))
    # What they may do with the knowledge: editor, publisher; null: nothing, unless they are admins.
    knowledge_role: Mapped[str | None] = mapped_column(String(16))
    # argon2id; empty: the agent signs in by the provider only
    password_hash: Mapped[str] = mapped_column(String(255))
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # Chats at once, for automatic assignment and for the desk's own warning.
    max_chats: Mapped[int] = mapped_column(Integer)
    # What they have chosen: online, away. Whether they are there at all is known from `seen_at`.
    presence: Mapped[str] = mapped_column(String(16), default="away")
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SkillGroup(Table):
    """Agents who serve tickets of some topics, sites or languages (support/groups.py)."""

    __tablename__ = "skill_groups"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    # What is theirs: topics or reasons, keys of sites, scripts. An empty list: any.
    topics: Mapped[list[str]] = mapped_column(JSON)
    sites: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    # Among tickets that are equally pressing: 0 first, 1, 2.
    rank: Mapped[int] = mapped_column(Integer)
    # Seconds in the queue after which everybody may get their tickets; null: while nobody of the group is there.
    overflow_after: Mapped[int | None]
    updated_at: Mapped[datetime]


class GroupMember(Table):
    """An agent in a group."""

    __tablename__ = "group_members"

    group_id: Mapped[int] = mapped_column(ForeignKey("skill_groups.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True, index=True)
    # How many times as many chats they are given as one with the weight 1.
    weight: Mapped[int] = mapped_column(Integer)


class AgentLeave(Table):
    """A time in which an agent is off and gets nothing."""

    __tablename__ = "agent_leaves"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class DeskRule(Table):
    """What an admin has set at the desk, where that differs from the settings (support/rules.py)."""

    __tablename__ = "desk_rules"

    # routing, targets; hours, timers, queue, welcome
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    # Name of the agent, for those of support/configuration.py.
    updated_by: Mapped[str | None] = mapped_column(String(64))


class SignInAttempts(Table):
    """Wrong passwords in a row with one name, of an agent or of nobody, from one place (agents/lockout.py)."""

    __tablename__ = "sign_in_attempts"

    # SHA-256 of both.
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    failed: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class AgentSession(Table):
    """A browser in which an agent is signed in."""

    __tablename__ = "agent_sessions"

    # SHA-256 of the cookie's token: who reads the database cannot sign in with it.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    # Where the agent signed in, so that they know their sessions apart.
    address: Mapped[str | None] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(200))
    # How it was made: password, oidc; and what more was shown: totp, recovery_code, provider.
    method: Mapped[str] = mapped_column(String(16), default="password", server_default="password")
    second_factor: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    # When the agent has last shown that they are there, to a minute; None: not since they signed in.
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class PushSubscription(Table):
    """A browser in which an agent is signed in and takes notices, also while the desk is closed."""

    __tablename__ = "push_subscriptions"

    session_id: Mapped[str] = mapped_column(ForeignKey("agent_sessions.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    # Given by the browser: where it takes notices, and by what they are encrypted for it, in base64url.
    endpoint: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(String(128))
    auth_secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class PendingSignIn(Table):
    """A browser in which the first step of signing in is done, and the second is not."""

    __tablename__ = "pending_sign_ins"

    # SHA-256 of the cookie's token.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    # code: of the factor that the agent has; enrolment: they must have one, and have none yet.
    step: Mapped[str] = mapped_column(String(16))
    # password, oidc
    method: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]


class SecondFactor(Table):
    """An agent's authenticator app (agents/second_factors.py)."""

    __tablename__ = "second_factors"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    # Encrypted (identity/keys.py); null until it is confirmed.
    secret: Mapped[str | None] = mapped_column(Text)
    # The time step of the last code: none is good twice.
    last_step: Mapped[int | None]
    enrolled_at: Mapped[datetime | None]
    # Encrypted; to be confirmed until then.
    pending_secret: Mapped[str | None] = mapped_column(Text)
    pending_until: Mapped[datetime | None]


class AgentIdentity(Table):
    """Who an agent is for an identity provider."""

    __tablename__ = "agent_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    # The provider's own id, which never is somebody else's.
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class ProviderState(Table):
    """A sign-in that has been sent to the identity provider and is not back yet."""

    __tablename__ = "provider_states"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    # Nonce, code verifier and address, as JSON of the library.
    value: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]


class RecoveryCode(Table):
    """A code that stands in for an authenticator app, once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    # argon2id
    digest: Mapped[str] = mapped_column(String(255))


class Ticket(Table):
    """A request for a human, from its beginning to its end (docs/support/ownership.md)."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_open", "conversation_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_tickets_queue", "status", "priority", "queued_at"),
        Index("ix_tickets_unindexed", "id", sqlite_where=_UNINDEXED_TICKET, postgresql_where=_UNINDEXED_TICKET),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    # queued, active, message, pending, closed
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(Integer, default=1)
    # The version that the search has.
    indexed_version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # 0 urgent, 1 high, 2 normal
    priority: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str | None] = mapped_column(String(64))
    # The skill group that it waits for, and that group's place among equally pressing ones. No foreign key: SQLite
    # could not drop the column again.
    group_id: Mapped[int | None]
    rank: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    # The bot's payload, whole (docs/handoff.md).
    handoff: Mapped[dict[str, Any]]
    # What the user left, and where they can be reached.
    message: Mapped[str | None] = mapped_column(Text)
    # Encrypted (identity/keys.py), and what is shown of it in lists: 138****8000.
    contact: Mapped[str | None] = mapped_column(Text)
    contact_hint: Mapped[str | None] = mapped_column(String(255))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    preferred_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    # solved, follow_up, spam, user_left, cancelled
    disposition: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)
    # When somebody is to come back to it; stays while they do, so that it is known as one that was put off.
    due_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    rating_comment: Mapped[str | None] = mapped_column(Text)
    # The agent waits for the user however long they are silent.
    kept_open: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The position that the user was told last.
    told_position: Mapped[int | None]
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    queued_at: Mapped[datetime | None]
    timeout_offered_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    # Since when the user waits, in the queue or for the agent's answer, or the agent for the user's: what the rules of
    # time count from.
    user_waits_since: Mapped[datetime | None]
    agent_waits_since: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    # Until when there must be a first reply and an end (support/targets.py); null: no target. And whether it is told
    # that this was missed.
    reply_due_at: Mapped[datetime | None]
    resolve_due_at: Mapped[datetime | None]
    reply_missed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    resolve_missed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    closed_at: Mapped[datetime | None]


class TicketEvent(Table):
    """An event in the history of a ticket."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    # user, bot, agent, system
    actor: Mapped[str] = mapped_column(String(16))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class TicketLabel(Table):
    """A word that agents sort tickets by."""

    __tablename__ = "ticket_labels"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)


class QualityReview(Table):
    """What a supervisor says of how a ticket was served."""

    __tablename__ = "quality_reviews"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    # Who served it, also when it is somebody else's later.
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    # Points by criterion (insight/quality.yml), and what they add up to of all points there were, in percent.
    points: Mapped[dict[str, Any]]
    score: Mapped[int]
    # For the agent.
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    # The agent has seen it as it is now.
    seen_at: Mapped[datetime | None]


class AgentShift(Table):
    """A time in which the desk of an agent was connected, with one presence. It is prolonged while that lasts."""

    __tablename__ = "agent_shifts"
    __table_args__ = (Index("ix_agent_shifts_agent_id_ended_at", "agent_id", "ended_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    # online, away
    presence: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(index=True)


class CustomerNote(Table):
    """What an agent keeps about a user beyond a ticket. The user never sees it."""

    __tablename__ = "customer_notes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class MergedVisitor(Table):
    """A visitor's conversation that has become a user's (support/merging.py)."""

    __tablename__ = "merged_visitors"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    # What the conversation was called before.
    visitor_id: Mapped[str] = mapped_column(String(32))
    # Name of the agent; null: the user has signed in.
    merged_by: Mapped[str | None] = mapped_column(String(64))
    messages: Mapped[int]
    tickets: Mapped[int]
    created_at: Mapped[datetime]


class BlockedUser(Table):
    """A user who is not handed over to humans."""

    __tablename__ = "blocked_users"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    # None: for good.
    until: Mapped[datetime | None]
    # Name of the agent.
    blocked_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class CannedReply(Table):
    """A text that agents send often, with what is done beside (agents/canned_replies.py)."""

    __tablename__ = "canned_replies"
    __table_args__ = (
        # A shortcut is one reply's among those that everybody has, and among those of one agent.
        Index("ix_canned_replies_shared", "shortcut", unique=True, sqlite_where=_SHARED, postgresql_where=_SHARED),
        Index("ix_canned_replies_personal", "owner_id", "shortcut", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    # Whose it is; null: everybody's.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    folder: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    # Typed after "/" in the composer.
    shortcut: Mapped[str | None] = mapped_column(String(32))
    # Put on the ticket when it is sent.
    labels: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    # What becomes of the chat then: close, follow_up (so many hours later).
    ending: Mapped[str | None] = mapped_column(String(16))
    follow_up_hours: Mapped[int | None]
    updated_at: Mapped[datetime]


class CannedReplyUse(Table):
    """How often a canned reply was sent on one day (UTC)."""

    __tablename__ = "canned_reply_uses"

    reply_id: Mapped[int] = mapped_column(ForeignKey("canned_replies.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int]


class SavedView(Table):
    """Filters of a list of the desk under a name (agents/saved_views.py)."""

    __tablename__ = "saved_views"
    __table_args__ = (
        # A name is one view's among those of the team, and among those of one agent.
        Index("ix_saved_views_shared", "place", "name", unique=True, sqlite_where=_SHARED, postgresql_where=_SHARED),
        Index("ix_saved_views_personal", "owner_id", "place", "name", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    # Whose it is; null: the team's.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    # tickets, conversations
    place: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(40))
    # Texts by name, as in the address of the list.
    filters: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class Understanding(Table):
    """What the bot understood of a user's message, and what a supervisor says that it means."""

    __tablename__ = "understandings"
    __table_args__ = (ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),)

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None] = mapped_column(Float)
    answer_band: Mapped[str | None] = mapped_column(String(16))
    # Why it is worth a look: not_understood, not_meant, chosen, step_problem; null if it is not.
    trouble: Mapped[str | None] = mapped_column(String(32), index=True)
    label: Mapped[str | None] = mapped_column(String(64))
    labelled_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    labelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class QuestionGroup(Table):
    """Messages that the bot could not answer and that mean the same (insight/grouping.py)."""

    __tablename__ = "question_groups"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    # Mean of the vectors of its messages: numbers of half precision; of how many. Newer ones join by it.
    mean: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int] = mapped_column(Integer)
    # open, handled, ignored; how it was handled (similar, faq, label), and for which answer.
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open", index=True)
    handled_as: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[str | None] = mapped_column(String(80))
    # Messages from before count no more.
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    # The known answers that it is nearest to, as the engine has told; null: not yet.
    nearest: Mapped[list[dict[str, Any]] | None]
    nearest_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class GroupedMessage(Table):
    """The group of a message, and its sentence vector, by which groups are made anew without reading it again."""

    __tablename__ = "grouped_messages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "message_id"],
            ["understandings.conversation_id", "understandings.message_id"],
            ondelete="CASCADE",
        ),
    )

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(ForeignKey("question_groups.id", ondelete="CASCADE"), index=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class SettledAnswer(Table):
    """What was done about a user's question that an agent has answered (insight/proposals.py). No text is copied."""

    __tablename__ = "settled_answers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["messages.conversation_id", "messages.id"], ondelete="CASCADE"
        ),
    )

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # handled, ignored; how (similar, faq), and for which answer.
    state: Mapped[str] = mapped_column(String(16))
    handled_as: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[str | None] = mapped_column(String(80))
    handled_at: Mapped[datetime]


class BotEvent(Table):
    """What happened in a turn of the bot, for the statistics (docs/support/protocol.md, `events`)."""

    __tablename__ = "bot_events"
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        # By these conversations are filtered.
        Index("ix_bot_events_topic_conversation_id", "topic", "conversation_id"),
        Index("ix_bot_events_kind_conversation_id", "kind", "conversation_id"),
        # By these the figures of an answer are counted.
        Index("ix_bot_events_topic_created_at", "topic", "created_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    message_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    topic: Mapped[str | None] = mapped_column(String(64))
    # Its id; the number, which the user saw, changes when a step is inserted.
    step: Mapped[str | None] = mapped_column(String(64))
    step_number: Mapped[int | None]
    value: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class AnswerFeedback(Table):
    """What a user says of one answer of the bot: 赞 or 踩, why, and in their own words (redacted)."""

    __tablename__ = "answer_feedback"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["messages.conversation_id", "messages.id"], ondelete="CASCADE"
        ),
    )

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    helpful: Mapped[bool] = mapped_column(Boolean)
    # Codes of protocol/messages.py; empty for a 赞.
    reasons: Mapped[list[str]] = mapped_column(JSON)
    comment: Mapped[str | None] = mapped_column(Text)
    # What the answer was about.
    topic: Mapped[str | None] = mapped_column(String(64))
    # When it was given first, to which day it counts; and changed last.
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]


class SearchDocument(Table):
    """A text that is searched: a message, all that is written in a ticket, or the names of a user (search/index.py)."""

    __tablename__ = "search_documents"
    __table_args__ = (
        # Goes with what it was made from, however that is deleted.
        ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["messages.conversation_id", "messages.id"], ondelete="CASCADE"
        ),
        Index("ix_search_documents_conversation_id_message_id", "conversation_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[int | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    # Pairs of characters (search/grams.py).
    grams: Mapped[str] = mapped_column(Text)


class HookEndpoint(Table):
    """A receiver of hooks that an admin has made at the desk (hooks/registry.py)."""

    __tablename__ = "hook_endpoints"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    # json, wecom, dingtalk, feishu
    format: Mapped[str] = mapped_column(String(16))
    # Both encrypted (identity/keys.py).
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text)
    site: Mapped[str | None] = mapped_column(String(64))
    events: Mapped[list[str]] = mapped_column(JSON)
    enabled: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[datetime]


class HookDelivery(Table):
    """An event on its way to one endpoint: the outbox."""

    __tablename__ = "hook_deliveries"
    __table_args__ = (Index("ix_hook_deliveries_due", "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(36))
    event: Mapped[str] = mapped_column(String(32))
    # Name of the endpoint in the settings.
    endpoint: Mapped[str] = mapped_column(String(64))
    # Whose it is, so that it is erased with them; rows from before migration 0014 have none.
    conversation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    body: Mapped[dict[str, Any]]
    # waiting, delivered, failed
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]


class AuditEntry(Table):
    """One line of the audit log. The database refuses to change or delete it (a trigger of migration 0004)."""

    __tablename__ = "audit_entries"

    # Counted up by the gateway without gaps.
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    # agent, command, system
    actor_kind: Mapped[str] = mapped_column(String(16))
    # No foreign key: an entry outlives what it tells of.
    actor_id: Mapped[int | None]
    actor_name: Mapped[str | None] = mapped_column(String(64), index=True)
    address: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32), index=True)
    target: Mapped[str | None] = mapped_column(String(255), index=True)
    details: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class LegalHold(Table):
    """A conversation that must not be erased or purged while a dispute goes on."""

    __tablename__ = "legal_holds"

    # No cascade: a conversation that is held cannot be deleted.
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    # A file number or the like; no personal data.
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class EngineErasure(Table):
    """A conversation that the gateway has deleted and the engine's store may still have."""

    __tablename__ = "engine_erasures"

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]


class KnowledgeFile(Table):
    """A file of the knowledge, by the SHA-256 of its content: versions share what they have in common."""

    __tablename__ = "knowledge_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)


class KnowledgeVersion(Table):
    """A version of the knowledge. One is published; one may be the draft."""

    __tablename__ = "knowledge_versions"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # Of all files, as `make knowledge-export` computes it.
    sha256: Mapped[str] = mapped_column(String(64))
    # draft, pilot, published, retired, withdrawn
    state: Mapped[str] = mapped_column(String(16), index=True)
    # files: read from those of the deployment; desk
    origin: Mapped[str] = mapped_column(String(16))
    # Names, which outlive the accounts.
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")
    based_on: Mapped[int | None]
    published_at: Mapped[datetime | None]
    # Null while the version of the deployment's files holds by itself.
    published_by: Mapped[str | None] = mapped_column(String(64))
    # SHA-256 by path.
    files: Mapped[dict[str, Any]] = mapped_column(JSON)


class KnowledgeChange(Table):
    """One change of one entry in a draft."""

    __tablename__ = "knowledge_changes"
    __table_args__ = (Index("ix_knowledge_changes_entry", "kind", "entry_id"),)

    # What editors lock by: an entry's revision is its last change.
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    version: Mapped[int] = mapped_column(ForeignKey("knowledge_versions.number", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    entry_id: Mapped[str] = mapped_column(String(64))
    # added, changed, removed
    change: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    # Null: removed.
    value: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class KnowledgeCheck(Table):
    """The last run of the checks on a draft."""

    __tablename__ = "knowledge_checks"

    version: Mapped[int] = mapped_column(
        ForeignKey("knowledge_versions.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # Of the draft when it began.
    revision: Mapped[int]
    # running, done, failed
    state: Mapped[str] = mapped_column(String(16))
    progress: Mapped[float] = mapped_column(Float)
    conversations: Mapped[int]
    findings: Mapped[list[Any]] = mapped_column(JSON)
    started_at: Mapped[datetime]
    # Moves while it runs, so that one whose process is gone is known.
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class KnowledgePlan(Table):
    """When the draft is to be published, as it was at its revision then."""

    __tablename__ = "knowledge_plans"

    version: Mapped[int] = mapped_column(
        ForeignKey("knowledge_versions.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int]
    at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    # The code of the error for which it was not published when its time had come.
    refused: Mapped[str | None] = mapped_column(String(40))


class KnowledgePilot(Table):
    """A version that some conversations are answered by first; at most one has no end."""

    __tablename__ = "knowledge_pilots"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    version: Mapped[int] = mapped_column(ForeignKey("knowledge_versions.number", ondelete="CASCADE"), index=True)
    # What it is compared with.
    against: Mapped[int]
    # What the engine knows it by.
    served_sha256: Mapped[str] = mapped_column(String(64))
    # Key of the site, or how many of a hundred conversations; the other one is null.
    site: Mapped[str | None] = mapped_column(String(64))
    share: Mapped[int | None]
    agent: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    # published, withdrawn
    outcome: Mapped[str | None] = mapped_column(String(16))
    ended_by: Mapped[str | None] = mapped_column(String(64))


class PilotTalk(Table):
    """By which version a conversation was answered while there was a pilot."""

    __tablename__ = "pilot_talks"

    pilot_id: Mapped[int] = mapped_column(
        ForeignKey("knowledge_pilots.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_pilot: Mapped[bool] = mapped_column(Boolean)
    # Answered by both, as an engine could not read one of them for a while: it counts for neither.
    is_mixed: Mapped[bool] = mapped_column(Boolean)
    # What was before does not count.
    started_at: Mapped[datetime]


class IgnoredFinding(Table):
    """A finding on a draft that does not matter, and why."""

    __tablename__ = "ignored_findings"

    version: Mapped[int] = mapped_column(
        ForeignKey("knowledge_versions.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
