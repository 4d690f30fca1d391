"""The transcript in the database.

`Transcript.writing` gives a page of one conversation: while it is open nobody else writes there, so that ids have no
gaps, and what was put on it is stored at its end or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.conversation.hub import Event
from uwallet_gateway.conversation.messages import Author, Draft, Message, Owner, Picture, State
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_or_update


class ConversationGoneError(LookupError):
    """The conversation was purged or removed with its site."""


class Page:
    """One conversation while nobody else writes in it.

    Attributes:
        conversation_id: Which.
        transaction: That of the page, for what else is to be stored with it.
        written: What was put on it, in order.
        news: What else is to be told when it is stored (`Hub.publish_page`).
        owner: Who speaks (docs/support.md).
        last_id: The newest message, with those on the page.
        agent_since_id: The newest message when an agent took the conversation last, 0 if none ever has.
    """

    def __init__(
        self,
        transaction: AsyncSession,
        conversation_id: str,
        last_id: int,
        owner: Owner,
        owner_version: int,
        agent_since_id: int | None,
    ) -> None:
        """See `Transcript.writing`."""
        self.conversation_id = conversation_id
        self.transaction = transaction
        self.written: list[Message] = []
        self.news: list[Event] = []
        self.owner = owner
        self.last_id = last_id
        self._owner_version = owner_version
        self.agent_since_id = agent_since_id or 0
        self._offers: dict[str, tables.Offer] = {}

    def may_be_answered_by_bot(self, message_id: int) -> bool:
        """Whether a reply of the bot to this message may still be said.

        It may while no agent has the conversation, nor has had it since the message was stored.
        """
        return self.owner in {"bot", "queued"} and message_id > self.agent_since_id

    async def set_owner(self, owner: Owner) -> None:
        """Changes who speaks: a compare-and-set on the version that was read when the page was opened.

        Whether the change is one of those allowed is to be asked before (`support.ownership`).

        Raises:
            RuntimeError: Somebody has changed it meanwhile, which the lock of the page does not allow.
        """
        values: dict[str, Any] = {"owner": owner, "owner_version": self._owner_version + 1}
        if owner == "agent":
            self.agent_since_id = values["agent_since_id"] = self.last_id
        changed = await self.transaction.execute(
            update(tables.Conversation)
            .where(
                tables.Conversation.id == self.conversation_id,
                tables.Conversation.owner_version == self._owner_version,
            )
            .values(values)
            .returning(tables.Conversation.id)
        )
        if changed.one_or_none() is None:
            msg = f"the owner of {self.conversation_id} has changed within a page"
            raise RuntimeError(msg)
        self.owner = owner
        self._owner_version += 1

    def tell(self, *events: Event) -> None:
        """Adds to the news, each once."""
        self.news += [event for event in events if event not in self.news]

    async def find_by_client_id(self, client_id: str) -> Message | None:
        """The message that its sender gave this id."""
        return await _one(
            self.transaction,
            _messages().where(
                tables.Message.conversation_id == self.conversation_id, tables.Message.client_id == client_id
            ),
        )

    async def find_by_payload(self, payload: str) -> Message | None:
        """The first message that pressed a button with this payload."""
        return await _one(
            self.transaction,
            _messages()
            .where(tables.Message.conversation_id == self.conversation_id, tables.Message.payload == payload)
            .order_by(tables.Message.id)
            .limit(1),
        )

    async def offered_title(self, payload: str) -> str | None:
        """The title of the button that offered this payload last, or None if none did."""
        offer = await self.transaction.get(tables.Offer, (self.conversation_id, _digest(payload)))
        return offer.title if offer else None

    async def last_told(self, *authors: Author) -> Message | None:
        """What one of these said last."""
        return await _one(
            self.transaction,
            _messages()
            .where(tables.Message.conversation_id == self.conversation_id, tables.Message.author.in_(authors))
            .order_by(tables.Message.id.desc())
            .limit(1),
        )

    async def has_since(self, author: Author, message_id: int) -> bool:
        """Whether somebody of this kind has said something after a message."""
        found = await self.transaction.scalar(
            select(tables.Message.id)
            .where(
                tables.Message.conversation_id == self.conversation_id,
                tables.Message.author == author,
                tables.Message.id > message_id,
            )
            .limit(1)
        )
        return found is not None

    async def waiting(self) -> list[Message]:
        """The user's messages that are still to be answered, in order."""
        return await _all(
            self.transaction,
            _messages()
            .where(tables.Message.conversation_id == self.conversation_id, tables.Message.state == "received")
            .order_by(tables.Message.id),
        )

    async def picture(self, attachment_id: str) -> Picture | None:
        """A picture that was uploaded in this conversation."""
        row = await self.transaction.get(tables.Attachment, attachment_id)
        return _picture(row) if row and row.conversation_id == self.conversation_id else None

    async def append(self, draft: Draft) -> Message:
        """Puts a message at the end, and what its buttons offer among the offers; written when the page is closed."""
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
        )
        self.transaction.add(
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
                noticed=False,
            )
        )
        for button in message.buttons:
            digest = _digest(button["payload"])
            self._offers[digest] = tables.Offer(
                conversation_id=self.conversation_id, digest=digest, title=button["title"], message_id=message.id
            )
        self.written.append(message)
        return message

    async def set_state(self, message_id: int, state: State) -> bool:
        """Settles a message that waits; False if it does not wait any more, and its answer must be dropped."""
        changed = await self.transaction.execute(
            update(tables.Message)
            .where(
                tables.Message.conversation_id == self.conversation_id,
                tables.Message.id == message_id,
                tables.Message.state == "received",
            )
            .values(state=state)
            .returning(tables.Message.id)
        )
        return changed.one_or_none() is not None

    async def set_noticed(self, messages: Sequence[Message]) -> None:
        """Remembers that the user was told that these take longer."""
        await self.transaction.execute(
            update(tables.Message)
            .where(
                tables.Message.conversation_id == self.conversation_id,
                tables.Message.id.in_([message.id for message in messages]),
            )
            .values(noticed=True)
        )

    async def close(self) -> None:
        """Writes down what is not yet, and the newest id; the transcript calls it."""
        # Together, as each statement costs a way to the database's thread and back.
        await self.transaction.flush()
        if self._offers:
            await insert_or_update(self.transaction, list(self._offers.values()), {"title", "message_id"})
        await self.transaction.execute(
            update(tables.Conversation)
            .where(tables.Conversation.id == self.conversation_id)
            .values(last_id=self.last_id, active_at=now())
        )


class Transcript:
    """All conversations."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    @contextlib.asynccontextmanager
    async def writing(self, conversation_id: str) -> AsyncIterator[Page]:
        """A page to write on.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        async with self._database.write() as transaction:
            # PostgreSQL locks the row; SQLite has one writer at a time anyway.
            found = (
                await transaction.execute(
                    select(
                        tables.Conversation.last_id,
                        tables.Conversation.owner,
                        tables.Conversation.owner_version,
                        tables.Conversation.agent_since_id,
                    )
                    .where(tables.Conversation.id == conversation_id)
                    .with_for_update()
                )
            ).one_or_none()
            if found is None:
                raise ConversationGoneError(conversation_id)
            owner = cast("Owner", found.owner)
            page = Page(transaction, conversation_id, found.last_id, owner, found.owner_version, found.agent_since_id)
            yield page
            if page.written:
                await page.close()

    async def last_id(self, conversation_id: str) -> int:
        """The newest message's id, 0 when nothing was said.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        async with self._database.read() as transaction:
            last_id = await transaction.scalar(
                select(tables.Conversation.last_id).where(tables.Conversation.id == conversation_id)
            )
        if last_id is None:
            raise ConversationGoneError(conversation_id)
        return last_id

    async def after(self, conversation_id: str, after: int, limit: int) -> tuple[list[Message], bool]:
        """The first messages after an id, in order, and whether there are more."""
        wanted = (
            _messages()
            .where(tables.Message.conversation_id == conversation_id, tables.Message.id > after)
            .order_by(tables.Message.id)
            .limit(limit + 1)
        )
        async with self._database.read() as transaction:
            found = await _all(transaction, wanted)
        return found[:limit], len(found) > limit

    async def newest(self, conversation_id: str, limit: int) -> tuple[list[Message], bool]:
        """The last messages, in order, and whether there are older ones."""
        wanted = (
            _messages()
            .where(tables.Message.conversation_id == conversation_id)
            .order_by(tables.Message.id.desc())
            .limit(limit + 1)
        )
        async with self._database.read() as transaction:
            found = await _all(transaction, wanted)
        return found[:limit][::-1], len(found) > limit

    async def before(self, conversation_id: str, before: int, limit: int) -> tuple[list[Message], bool]:
        """The last messages before an id, in order, and whether there are older ones."""
        wanted = (
            _messages()
            .where(tables.Message.conversation_id == conversation_id, tables.Message.id < before)
            .order_by(tables.Message.id.desc())
            .limit(limit + 1)
        )
        async with self._database.read() as transaction:
            found = await _all(transaction, wanted)
        return found[:limit][::-1], len(found) > limit

    async def user_read_id(self, conversation_id: str) -> int:
        """The last message that the user has seen, 0 if none."""
        async with self._database.read() as transaction:
            found = await transaction.scalar(
                select(tables.Conversation.user_read_id).where(tables.Conversation.id == conversation_id)
            )
        return found or 0

    async def replies_to(self, conversation_id: str, message_id: int) -> list[Message]:
        """What was answered to a message so far, in order."""
        wanted = (
            _messages()
            .where(tables.Message.conversation_id == conversation_id, tables.Message.in_reply_to == message_id)
            .order_by(tables.Message.id)
        )
        async with self._database.read() as transaction:
            return await _all(transaction, wanted)

    async def next_waiting(self, conversation_id: str) -> Message | None:
        """The oldest message that is to be answered."""
        wanted = (
            _messages()
            .where(tables.Message.conversation_id == conversation_id, tables.Message.state == "received")
            .order_by(tables.Message.id)
            .limit(1)
        )
        async with self._database.read() as transaction:
            return await _one(transaction, wanted)

    async def follows_agent(self, message: Message) -> bool:
        """Whether an agent has had the conversation since a message before this one was answered by the bot."""
        conversation = select(tables.Conversation.agent_since_id).where(
            tables.Conversation.id == message.conversation_id
        )
        async with self._database.read() as transaction:
            since = await transaction.scalar(conversation)
            if since is None:
                return False
            answered = (
                select(tables.Message.id)
                .where(
                    tables.Message.conversation_id == message.conversation_id,
                    tables.Message.id > since,
                    tables.Message.id < message.id,
                    tables.Message.state == "answered",
                )
                .limit(1)
            )
            return await transaction.scalar(answered) is None

    async def waiting_conversations(self) -> list[str]:
        """The conversations in which a message is to be answered, those that wait longest first."""
        wanted = select(tables.Message.conversation_id).where(tables.Message.state == "received")
        async with self._database.read() as transaction:
            found = await transaction.scalars(wanted.order_by(tables.Message.created_at))
            return list(dict.fromkeys(found))

    async def add_picture(self, conversation_id: str, picture: Picture) -> None:
        """Remembers a picture that was uploaded."""
        async with self._database.write() as transaction:
            transaction.add(
                tables.Attachment(
                    id=picture.id,
                    conversation_id=conversation_id,
                    content_type=picture.content_type,
                    width=picture.width,
                    height=picture.height,
                    size=picture.size,
                    created_at=now(),
                )
            )

    async def picture(self, attachment_id: str) -> tuple[Picture, str] | None:
        """A picture and the conversation that it belongs to."""
        async with self._database.read() as transaction:
            row = await transaction.get(tables.Attachment, attachment_id)
        return (_picture(row), row.conversation_id) if row else None


def _messages() -> Select[tuple[tables.Message, tables.Attachment]]:
    return select(tables.Message, tables.Attachment).outerjoin(
        tables.Attachment, tables.Attachment.id == tables.Message.attachment_id
    )


async def _all(transaction: AsyncSession, wanted: Select[tuple[tables.Message, tables.Attachment]]) -> list[Message]:
    return [_message(row) for row in await transaction.execute(wanted)]


async def _one(transaction: AsyncSession, wanted: Select[tuple[tables.Message, tables.Attachment]]) -> Message | None:
    row = (await transaction.execute(wanted)).one_or_none()
    return _message(row) if row else None


def _message(row: Row[tuple[tables.Message, tables.Attachment]]) -> Message:
    stored, attachment = row[0], cast("tables.Attachment | None", row[1])
    return Message(
        conversation_id=stored.conversation_id,
        id=stored.id,
        author=cast("Author", stored.author),
        text=stored.text,
        created_at=stored.created_at,
        buttons=tuple(stored.buttons),
        attachment=_picture(attachment) if attachment else None,
        metadata=stored.details,
        in_reply_to=stored.in_reply_to,
        client_id=stored.client_id,
        payload=stored.payload,
        state=cast("State | None", stored.state),
        noticed=stored.noticed,
    )


def _picture(row: tables.Attachment) -> Picture:
    return Picture(row.id, row.content_type, row.width, row.height, row.size)


def _digest(payload: str) -> str:
    return hashlib.sha256(payload.encode(errors="surrogatepass")).hexdigest()
