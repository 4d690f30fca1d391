"""Takes what users say: checks it, stores it redacted, and has it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uwallet_gateway.conversation.dispatcher import Dispatcher
from uwallet_gateway.conversation.hub import Hub
from uwallet_gateway.conversation.messages import GREETING_PAYLOAD, Draft, Message, Picture, State
from uwallet_gateway.conversation.transcript import ConversationGoneError, Page, Transcript
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import checked_client_id, clean
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.redaction import redact, secret_named_in
from uwallet_gateway.support.service import Support
from uwallet_gateway.support.voice import PAYLOAD_PREFIX
from uwallet_gateway.texts import Texts

# The longest payload of the bot has some 200 characters; what is longer cannot have been offered.
_MAX_PAYLOAD = 4000


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a client sent, unchecked.

    Attributes:
        message: Text or payload.
        kind: `text`, `payload`, or None: a payload if it was offered, else text.
        client_id: The client's own id of this message, or None.
        attachment_id: A picture that was uploaded before, or None.
        origin: The connection that it came from; it is not told its own message.
        transport: For the metrics.
    """

    message: object
    kind: object = None
    client_id: object = None
    attachment_id: object = None
    origin: str | None = None
    transport: str = "socket_io"


class Conversations:
    """What transports use."""

    def __init__(
        self,
        transcript: Transcript,
        dispatcher: Dispatcher,
        hub: Hub,
        texts: Texts,
        support: Support,
        metrics: Metrics,
        *,
        max_length: int,
    ) -> None:
        """Keeps what it works with.

        Args:
            transcript: Where messages are stored.
            dispatcher: Has them answered.
            hub: Tells whoever listens.
            texts: What the gateway itself says.
            support: Told what users say to it, and while an agent has the conversation.
            metrics: Counted here.
            max_length: Characters that a message may have.
        """
        self.transcript = transcript
        self.hub = hub
        self._dispatcher = dispatcher
        self._texts = texts
        self._support = support
        self._metrics = metrics
        self._max_length = max_length
        self._open = True

    def close(self) -> None:
        """Takes nothing any more; the gateway is stopping."""
        self._open = False

    async def say(self, conversation_id: str, incoming: Incoming) -> Message:
        """Stores a message and has it answered; returns it as stored, which is its acknowledgement.

        The same `client_id` again returns the message that was stored then.

        Raises:
            InputError: malformed, empty, too_long, payload_not_offered, attachment_unknown, bad_token, unavailable.
        """
        if not self._open:
            raise InputError(ErrorCode.UNAVAILABLE)
        client_id = checked_client_id(incoming.client_id)
        try:
            async with self.transcript.writing(conversation_id) as page:
                if client_id is not None and (known := await page.find_by_client_id(client_id)):
                    return known
                draft, kinds = await self._draft(page, incoming, client_id)
                if draft.payload == GREETING_PAYLOAD and (known := await page.find_by_payload(GREETING_PAYLOAD)):
                    return known
                message = await page.append(draft)
                if kinds:
                    await page.append(self._notice("redacted", in_reply_to=message.id))
                await self._pass_to_support(page, message)
        except ConversationGoneError as error:
            raise InputError(ErrorCode.BAD_TOKEN) from error
        self._metrics.count_message(direction="in", transport=incoming.transport)
        self.hub.publish_page(page, incoming.origin)
        if message.state == "received":
            self._dispatcher.wake(conversation_id, message)
        else:
            self._dispatcher.settled(conversation_id, message.id)
        return message

    async def _pass_to_support(self, page: Page, message: Message) -> None:
        if (message.payload or "").startswith(PAYLOAD_PREFIX):
            await self._support.execute(page, message.payload or "", message.id)
        elif message.metadata.get("support") == "message":
            await self._support.take_typed(page, message)
        elif message.state is None and page.owner != "agent":
            # The bot cannot see; a picture alone is for a human.
            await page.append(self._notice("picture_kept", in_reply_to=message.id))
        await self._support.said(page, message)

    async def add_picture(self, conversation_id: str, picture: Picture) -> None:
        """Remembers an uploaded picture, so that a message can name it."""
        await self.transcript.add_picture(conversation_id, picture)

    async def _draft(self, page: Page, incoming: Incoming, client_id: str | None) -> tuple[Draft, bool]:
        if incoming.kind not in (None, "text", "payload"):
            raise InputError(ErrorCode.MALFORMED)
        # The engine never sees what is said to an agent.
        state: State | None = None if page.owner == "agent" else "received"
        if incoming.kind != "text" and isinstance(incoming.message, str):
            payload = incoming.message
            title = await _offered(page, payload)
            if title is not None:
                metadata: dict[str, Any] = {"hidden": True} if payload == GREETING_PAYLOAD else {}
                if payload.startswith(PAYLOAD_PREFIX):
                    state = None
                draft = Draft("user", title, metadata=metadata, client_id=client_id, payload=payload, state=state)
                return draft, False
        if incoming.kind == "payload":
            raise InputError(
                ErrorCode.PAYLOAD_NOT_OFFERED if isinstance(incoming.message, str) else ErrorCode.MALFORMED
            )
        picture = await self._picture(page, incoming.attachment_id)
        if picture and (incoming.message is None or incoming.message == ""):
            return Draft("user", "", attachment=picture, client_id=client_id), False
        text = clean(incoming.message, self._max_length)
        for_support = await self._support.is_asked_for_message(page, text)
        said = await page.last_told("bot", "agent")
        asked = secret_named_in(said.text) if said else None
        # An agent who asks how to reach the user is to be told.
        keep_contact = for_support or page.owner == "agent" or _asks_contact(said)
        redacted = redact(text, keep_contact=keep_contact, asked=asked)
        for kind in redacted.kinds:
            self._metrics.count_redaction(kind)
        draft = Draft(
            "user",
            redacted.text,
            attachment=picture,
            metadata={"support": "message"} if for_support else {},
            client_id=client_id,
            state=None if for_support else state,
        )
        return draft, bool(redacted.noticed)

    async def _picture(self, page: Page, attachment_id: object) -> Picture | None:
        if attachment_id is None:
            return None
        picture = await page.picture(attachment_id) if isinstance(attachment_id, str) else None
        if picture is None:
            raise InputError(ErrorCode.ATTACHMENT_UNKNOWN)
        return picture

    def _notice(self, name: str, *, in_reply_to: int) -> Draft:
        return Draft("system", self._texts.notice(name), metadata={"notice": name}, in_reply_to=in_reply_to)


async def _offered(page: Page, payload: str) -> str | None:
    if payload == GREETING_PAYLOAD:
        return ""
    return await page.offered_title(payload) if len(payload) <= _MAX_PAYLOAD else None


def _asks_contact(message: Message | None) -> bool:
    metadata: Mapping[str, Any] = message.metadata if message else {}
    # After a handoff a human needs to know how to reach the user.
    return metadata.get("ask") == "contact" or "handoff" in metadata
