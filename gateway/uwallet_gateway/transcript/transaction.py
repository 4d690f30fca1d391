"""One conversation under an exclusive lock: what is appended is stored at the commit, all of it or nothing."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import TableClause, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.statements import insert_or_update
from uwallet_gateway.scripts import to_traditional
from uwallet_gateway.transcript.events import Event
from uwallet_gateway.transcript.messages import Author, Draft, Message, Owner, Picture, Script, State
from uwallet_gateway.transcript.rows import MESSAGES, OF_CONVERSATION, Selected, picture_of, read_messages

# So many messages are read at once by those who look for the last one of an author.
_READ_TOGETHER = 20
# Each message asks these; making a statement takes longer than asking it.
_message = cast("TableClause", tables.Message.__table__)
_conversation, _offer = cast("TableClause", tables.Conversation.__table__), tables.Offer.__table__
_BY_CLIENT_ID = OF_CONVERSATION.where(MESSAGES.client_id == bindparam("client_id"))
_BY_PAYLOAD = OF_CONVERSATION.where(MESSAGES.payload == bindparam("payload")).order_by(MESSAGES.id).limit(1)
_LAST_TOLD = (
    OF_CONVERSATION.where(MESSAGES.author.in_(bindparam("authors", expanding=True)))
    .order_by(MESSAGES.id.desc())
    .limit(1)
)
_RECENT = OF_CONVERSATION.where(MESSAGES.id > bindparam("after")).order_by(MESSAGES.id.desc())
_WAITING = OF_CONVERSATION.where(MESSAGES.state == "received").order_by(MESSAGES.id)
_OFFERED = select(_offer.c.title).where(
    _offer.c.conversation_id == bindparam("conversation"), _offer.c.digest == bindparam("digest")
)
_SETTLED = (
    update(_message)
    .where(
        MESSAGES.conversation_id == bindparam("conversation"),
        MESSAGES.id == bindparam("message"),
        MESSAGES.state == "received",
    )
    .values(state=bindparam("new_state"))
    .returning(MESSAGES.id)
)
_GROWN = (
    update(_conversation)
    .where(_conversation.c.id == bindparam("conversation"))
    .values(last_id=bindparam("new_last_id"), active_at=bindparam("moment"))
)


class ConversationTransaction:
    """A unit of work on one conversation, which is locked meanwhile.

    Attributes:
        conversation_id: The conversation.
        session: The database session, for whatever else belongs into the same commit.
        written: The appended messages, in order.
        events: What `EventBus.publish_committed` publishes after the commit, besides the messages.
        owner: Who speaks in the conversation (docs/support/ownership.md).
        last_id: Id of the newest message, the appended ones included.
        agent_since_id: Id of the newest message when an agent took over last, 0 if none ever did.
        script: The characters that the user writes, if the bot has found out. System messages are written in them.
    """

    def __init__(
        self,
        session: AsyncSession,
        conversation_id: str,
        last_id: int,
        owner: Owner,
        owner_version: int,
        agent_since_id: int | None,
        script: Script | None = None,
    ) -> None:
        """See `Transcript.writing`."""
        self.conversation_id = conversation_id
        self.session = session
        self.written: list[Message] = []
        self.events: list[Event] = []
        self.owner = owner
        self.last_id = last_id
        self._owner_version = owner_version
        self.agent_since_id = agent_since_id or 0
        self.script = script
        self._offers: dict[str, tables.Offer] = {}
        # The newest first, of all ids after that one; None: not read yet.
        self._recent: list[Message] | None = None
        self._recent_after = 0

    def may_be_answered_by_bot(self, message_id: int) -> bool:
        """Whether a reply of the bot to this message may still be stored.

        It may unless an agent has the conversation, or had it since the message was stored.
        """
        return self.owner in {"bot", "queued"} and message_id > self.agent_since_id

    async def set_owner(self, owner: Owner) -> None:
        """Changes the owner: a compare-and-set on the version that was read when the transaction began.

        `support.ownership` checks whether the change is allowed.

        Raises:
            RuntimeError: The owner has changed meanwhile, which the lock should prevent.
        """
        values: dict[str, Any] = {"owner": owner, "owner_version": self._owner_version + 1}
        if owner == "agent":
            self.agent_since_id = values["agent_since_id"] = self.last_id
        changed = await self.session.execute(
            update(tables.Conversation)
            .where(
                tables.Conversation.id == self.conversation_id,
                tables.Conversation.owner_version == self._owner_version,
            )
            .values(values)
            .returning(tables.Conversation.id)
        )
        if changed.one_or_none() is None:
            msg = f"the owner of {self.conversation_id} has changed within a transaction"
            raise RuntimeError(msg)
        self.owner = owner
        self._owner_version += 1

    async def set_script(self, script: Script) -> None:
        """Stores which characters the user writes."""
        if script != self.script:
            await self.session.execute(
                update(tables.Conversation).where(tables.Conversation.id == self.conversation_id).values(script=script)
            )
            self.script = script

    async def take_contact(self) -> str | None:
        """Returns the contact that was kept for the next ticket, and forgets it."""
        contact: str | None = await self.session.scalar(
            select(tables.Conversation.contact).where(tables.Conversation.id == self.conversation_id)
        )
        if contact is not None:
            await self.keep_contact(None)
        return contact

    async def keep_contact(self, contact: str | None) -> None:
        """Keeps how the user can be reached until there is a ticket."""
        await self.session.execute(
            update(tables.Conversation).where(tables.Conversation.id == self.conversation_id).values(contact=contact)
        )

    def emit(self, *events: Event) -> None:
        """Publishes events after the commit; equal events once."""
        self.events += [event for event in events if event not in self.events]

    async def find_by_client_id(self, client_id: str) -> Message | None:
        """The message with this id of its sender."""
        found = await self._read(_BY_CLIENT_ID, client_id=client_id)
        return found[0] if found else None

    async def find_by_payload(self, payload: str) -> Message | None:
        """The first message that pressed a button with this payload."""
        found = await self._read(_BY_PAYLOAD, payload=payload)
        return found[0] if found else None

    async def offered_title(self, payload: str) -> str | None:
        """The title of the last button that offered this payload, or None."""
        parameters = {"conversation": self.conversation_id, "digest": _digest(payload)}
        title: str | None = await self.session.scalar(_OFFERED, parameters)
        return title

    async def last_told(self, *authors: Author) -> Message | None:
        """The last message of any of these authors."""
        for message in await self.recent(_READ_TOGETHER, *authors):
            return message
        found = await self._read(_LAST_TOLD, authors=authors)
        return found[0] if found else None

    async def recent(self, count: int, *authors: Author) -> list[Message]:
        """What any of these authors said within the last messages, newest first."""
        after = self.last_id - count
        if self._recent is None or self._recent_after > after:
            # Of all authors and at once: several look at them, and a statement costs more than some rows.
            self._recent, self._recent_after = await self._read(_RECENT, after=after), after
        return [message for message in self._recent if message.id > after and message.author in authors]

    async def has_since(self, author: Author, message_id: int) -> bool:
        """Whether such an author has written after a message."""
        later_id = await self.session.scalar(
            select(tables.Message.id)
            .where(
                tables.Message.conversation_id == self.conversation_id,
                tables.Message.author == author,
                tables.Message.id > message_id,
            )
            .limit(1)
        )
        return later_id is not None

    async def has_words_since(self, author: Author, message_id: int) -> bool:
        """Whether such an author has said something after a message; a picture alone says nothing."""
        later_id = await self.session.scalar(
            select(tables.Message.id)
            .where(
                tables.Message.conversation_id == self.conversation_id,
                tables.Message.author == author,
                tables.Message.id > message_id,
                tables.Message.text != "",
            )
            .limit(1)
        )
        return later_id is not None

    async def waiting(self) -> list[Message]:
        """The user's messages that wait for the bot, in order."""
        return await self._read(_WAITING)

    async def picture(self, attachment_id: str) -> Picture | None:
        """A picture that was uploaded in this conversation."""
        row = await self.session.get(tables.Attachment, attachment_id)
        return picture_of(row) if row and row.conversation_id == self.conversation_id else None

    async def append(self, draft: Draft) -> Message:
        """Appends a message, and remembers what its buttons offer. Both are written at the end of the transaction.

        What the gateway says itself is put into the user's script.
        """
        if draft.author == "system" and self.script == "traditional":
            draft = _in_traditional(draft)
        self.last_id += 1
        message = Message(
            conversation_id=self.conversation_id,
            id=self.last_id,
            author=draft.author,
            text=draft.text,
            created_at=now(),
            buttons=draft.buttons,
            attachment=draft.attachment,
            metadata=draft.metadata,
            in_reply_to=draft.in_reply_to,
            client_id=draft.client_id,
            payload=draft.payload,
            state=draft.state,
            turn_id=uuid.uuid4().hex if draft.author == "user" else None,
            reading=draft.reading,
        )
        self.session.add(
            tables.Message(
                conversation_id=message.conversation_id,
                id=message.id,
                author=message.author,
                text=message.text,
                buttons=list(message.buttons),
                details=message.metadata,
                created_at=message.created_at,
                in_reply_to=message.in_reply_to,
                client_id=message.client_id,
                payload=message.payload,
                attachment_id=message.attachment.id if message.attachment else None,
                state=message.state,
                turn_id=message.turn_id,
                reading=message.reading,
                noticed=False,
            )
        )
        for button in message.buttons:
            digest = _digest(button["payload"])
            self._offers[digest] = tables.Offer(
                conversation_id=self.conversation_id, digest=digest, title=button["title"], message_id=message.id
            )
        self.written.append(message)
        if self._recent is not None:
            self._recent.insert(0, message)
        return message

    async def set_state(self, message_id: int, state: State) -> bool:
        """Settles a waiting message. Returns False if it does not wait any more: its reply must be dropped."""
        self._recent = None
        await self._write_pending()
        changed = await self.session.execute(
            _SETTLED, {"conversation": self.conversation_id, "message": message_id, "new_state": state}
        )
        return changed.one_or_none() is not None

    async def set_noticed(self, messages: Sequence[Message]) -> None:
        """Stores that the user was told that these take longer."""
        self._recent = None
        await self.session.execute(
            update(tables.Message)
            .where(
                tables.Message.conversation_id == self.conversation_id,
                tables.Message.id.in_([message.id for message in messages]),
            )
            .values(noticed=True)
        )

    async def close(self) -> None:
        """Writes pending rows and the newest id. Called by the transcript."""
        # One flush, because each statement costs a round trip to the database thread.
        await self.session.flush()
        if self._offers:
            await insert_or_update(self.session, list(self._offers.values()), {"title", "message_id"})
        await self.session.execute(
            _GROWN, {"conversation": self.conversation_id, "new_last_id": self.last_id, "moment": now()}
        )

    async def _read(self, statement: Selected, **parameters: Any) -> list[Message]:
        await self._write_pending()
        return await read_messages(self.session, statement, {"conversation": self.conversation_id, **parameters})

    async def _write_pending(self) -> None:
        """Statements on columns, other than those on objects, do not write what is pending before."""
        if self.session.new or self.session.dirty:
            await self.session.flush()


def _in_traditional(draft: Draft) -> Draft:
    buttons = tuple({**button, "title": to_traditional(button["title"])} for button in draft.buttons)
    return replace(draft, text=to_traditional(draft.text), buttons=buttons)


def _digest(payload: str) -> str:
    return hashlib.sha256(payload.encode(errors="surrogatepass")).hexdigest()
