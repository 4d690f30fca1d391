"""Receives users' messages: checks them, stores them redacted, and queues them for the bot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from common.tracing import NEW, span
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.notice import Notices
from uwallet_gateway.input_text import checked_client_id, clean, without_quotation
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.redaction import redact, secret_named_in
from uwallet_gateway.support.contacts import OfferedContact, given_contact
from uwallet_gateway.support.notices import is_own_payload
from uwallet_gateway.support.user_requests import UserRequests
from uwallet_gateway.texts import Texts
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.messages import GREETING_PAYLOAD, HUMAN_PAYLOAD, Draft, Message, Picture, State
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript
from uwallet_gateway.transcript.transaction import ConversationTransaction
from uwallet_gateway.turns.dispatcher import Dispatcher

# Characters. The bot's longest payload has some 200, so a longer one was never offered.
_MAX_PAYLOAD = 4000
# Messages back that are searched for what the bot offers.
_OFFER_STAYS = 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of a client, unchecked.

    Attributes:
        message: Text or payload.
        kind: `text`, `payload`, or None: a payload if it was offered, else text.
        client_id: The client's own id of this message, or None.
        attachment_id: A picture that was uploaded before, or None.
        offered_by: Of a payload: id of the message whose button was pressed, or None if the client does not tell.
        origin: The connection that sent it; it does not get its own message back.
        transport: Label for the metrics.
        traceparent: The client's span (W3C Trace Context), unchecked; None if it has none.
    """

    message: object
    kind: object = None
    client_id: object = None
    attachment_id: object = None
    offered_by: object = None
    origin: str | None = None
    transport: str = "socket_io"
    traceparent: object = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A message to store.

    Attributes:
        draft: As it is stored.
        is_noticed: Whether the user is told that something was masked.
        contact: What the user offers to be reached by; masked in the draft.
        is_for_bot: Whether the bot has asked for the contact, and answers.
        is_stale: Whether it presses a button of a turn that is over; it is not executed.
    """

    draft: Draft
    is_noticed: bool = False
    contact: OfferedContact | None = None
    is_for_bot: bool = False
    is_stale: bool = False


class Conversations:
    """What transports call for users' messages."""

    def __init__(
        self,
        transcript: Transcript,
        dispatcher: Dispatcher,
        event_bus: EventBus,
        texts: Texts,
        requests: UserRequests,
        notices: Notices,
        metrics: Metrics,
        *,
        max_length: int,
    ) -> None:
        """Keeps what it works with.

        Args:
            transcript: Stores messages.
            dispatcher: Has them answered by the engine.
            event_bus: Publishes what is stored.
            texts: The gateway's own texts.
            requests: Handles messages that are for support.
            notices: Refuses messages of users who have not agreed.
            metrics: Counts messages and redactions.
            max_length: Limit of a message in characters.
        """
        self.transcript = transcript
        self.event_bus = event_bus
        self._dispatcher = dispatcher
        self._texts = texts
        self._requests = requests
        self._notices = notices
        self._metrics = metrics
        self._max_length = max_length
        self._open = True

    def close(self) -> None:
        """Refuses new messages from now on: the gateway is stopping."""
        self._open = False

    async def say(self, conversation_id: str, incoming: Incoming) -> Message:
        """Stores a message and queues it for the bot. Returns the stored message, which acknowledges it.

        The same `client_id` again returns the message that was stored before.

        Raises:
            InputError: malformed, empty, too_long, payload_not_offered, attachment_unknown, bad_token,
                consent_required, unavailable.
        """
        if not self._open:
            raise InputError(ErrorCode.UNAVAILABLE)
        parent = incoming.traceparent if isinstance(incoming.traceparent, str) else NEW
        with span(
            "message", kind="server", parent=parent, transport=incoming.transport, conversation_id=conversation_id
        ):
            return await self._say(conversation_id, incoming)

    async def _say(self, conversation_id: str, incoming: Incoming) -> Message:
        client_id = checked_client_id(incoming.client_id)
        try:
            async with self.transcript.writing(conversation_id) as transaction:
                if client_id is not None and (existing := await transaction.find_by_client_id(client_id)):
                    return existing
                await self._notices.check(transaction.session, conversation_id)
                prepared = await self._prepared(transaction, incoming, client_id)
                draft = prepared.draft
                if draft.payload == GREETING_PAYLOAD and (
                    existing := await transaction.find_by_payload(GREETING_PAYLOAD)
                ):
                    return existing
                open_buttons = await _open_buttons(transaction) if prepared.is_stale else ()
                message = await transaction.append(draft)
                if prepared.is_noticed:
                    await transaction.append(self._notice("redacted", in_reply_to=message.id))
                if prepared.is_stale:
                    await self._tell_stale(transaction, message, open_buttons)
                else:
                    await self._pass_to_support(transaction, message, prepared.contact, is_for_bot=prepared.is_for_bot)
        except ConversationGoneError as error:
            raise InputError(ErrorCode.BAD_TOKEN) from error
        self._metrics.count_message(direction="in", transport=incoming.transport)
        self.event_bus.publish_committed(transaction, incoming.origin)
        if message.state == "received":
            self._dispatcher.wake(conversation_id, message)
        else:
            self._dispatcher.settled(conversation_id, message.id)
        return message

    async def _tell_stale(
        self, transaction: ConversationTransaction, message: Message, open_buttons: tuple[dict[str, str], ...]
    ) -> None:
        """Says that a press was not executed, and offers what is open now."""
        name = "stale_press" if open_buttons else "stale_press_answered"
        notice = replace(self._notice(name, in_reply_to=message.id), metadata={"notice": "stale_press"})
        await transaction.append(replace(notice, buttons=open_buttons))

    async def _pass_to_support(
        self,
        transaction: ConversationTransaction,
        message: Message,
        contact: OfferedContact | None,
        *,
        is_for_bot: bool,
    ) -> None:
        if is_own_payload(message.payload):
            await self._requests.execute(transaction, message.payload or "", message.id)
        elif message.metadata.get("support") == "message":
            await self._requests.take_message(transaction, message, contact)
        elif contact is not None and is_for_bot:
            await self._requests.note_contact(transaction, contact.contact)
        elif contact is not None:
            await self._requests.take_contact(transaction, message, contact)
        elif message.state is None and transaction.owner != "agent":
            # The bot cannot read pictures; a picture alone is for a human. It answers no question, so what the bot has
            # offered is offered again.
            open_buttons = await _open_buttons(transaction)
            notice = self._notice("picture_kept_within" if open_buttons else "picture_kept", in_reply_to=message.id)
            human = {"title": self._texts.button("human"), "payload": HUMAN_PAYLOAD}
            payloads = {button["payload"] for button in open_buttons}
            more = () if HUMAN_PAYLOAD in payloads or transaction.owner == "queued" else (human,)
            await transaction.append(replace(notice, buttons=(*open_buttons, *more)))
        await self._requests.note_message(transaction, message)

    async def add_picture(self, conversation_id: str, picture: Picture) -> None:
        """Stores the row of an uploaded picture, so that a message can name it."""
        await self.transcript.add_picture(conversation_id, picture)

    async def _prepared(
        self, transaction: ConversationTransaction, incoming: Incoming, client_id: str | None
    ) -> _Prepared:
        if incoming.kind not in (None, "text", "payload"):
            raise InputError(ErrorCode.MALFORMED)
        # The engine never sees messages to an agent.
        state: State | None = None if transaction.owner == "agent" else "received"
        if incoming.kind != "text" and isinstance(incoming.message, str):
            payload = incoming.message
            title = await _offered(transaction, payload)
            if title is not None:
                metadata: dict[str, Any] = {"hidden": True} if payload == GREETING_PAYLOAD else {}
                if is_own_payload(payload):
                    # What it does depends on nothing that was said since.
                    state = None
                elif state is not None and await _is_stale(transaction, incoming.offered_by):
                    return _Prepared(Draft("user", title, client_id=client_id), is_stale=True)
                return _Prepared(
                    Draft("user", title, metadata=metadata, client_id=client_id, payload=payload, state=state)
                )
        if incoming.kind == "payload":
            raise InputError(
                ErrorCode.PAYLOAD_NOT_OFFERED if isinstance(incoming.message, str) else ErrorCode.MALFORMED
            )
        picture = await self._picture(transaction, incoming.attachment_id)
        if picture and (incoming.message is None or incoming.message == ""):
            return _Prepared(Draft("user", "", attachment=picture, client_id=client_id))
        text = clean(incoming.message, self._max_length)
        if picture is None and (typed := await self._requests.typed_button(transaction, without_quotation(text))):
            return _Prepared(Draft("user", text, client_id=client_id, payload=typed, state=None))
        return await self._prepared_text(transaction, text, picture, client_id, state)

    async def _prepared_text(
        self,
        transaction: ConversationTransaction,
        text: str,
        picture: Picture | None,
        client_id: str | None,
        state: State | None,
    ) -> _Prepared:
        for_support = await self._requests.expects_message(transaction, text)
        previous = await transaction.last_told("bot", "agent")
        # What the bot has asked for is the bot's.
        is_for_bot = previous is not None and previous.metadata.get("ask") == "contact"
        words = without_quotation(text)
        if for_support or is_for_bot:
            contact = given_contact(words)
        else:
            contact = await self._requests.offered_contact(transaction, words)
            if contact is not None and await self._requests.answers_contact(transaction, contact):
                state = None
        secret_asked_for = secret_named_in(previous.text) if previous else None
        # A contact is kept with the ticket, encrypted, and nowhere else.
        redacted = redact(text, asked=secret_asked_for)
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
        return _Prepared(draft, bool(redacted.noticed), contact, is_for_bot=is_for_bot)

    async def _picture(self, transaction: ConversationTransaction, attachment_id: object) -> Picture | None:
        if attachment_id is None:
            return None
        picture = await transaction.picture(attachment_id) if isinstance(attachment_id, str) else None
        if picture is None:
            raise InputError(ErrorCode.ATTACHMENT_UNKNOWN)
        return picture

    def _notice(self, name: str, *, in_reply_to: int) -> Draft:
        kind = name.removesuffix("_within")
        return Draft("system", self._texts.notice(name), metadata={"notice": kind}, in_reply_to=in_reply_to)


async def _open_buttons(transaction: ConversationTransaction) -> tuple[dict[str, str], ...]:
    """The buttons that the user can still answer with: those of the turn before, each payload once."""
    by_payload: dict[str, dict[str, str]] = {}
    for message in await transaction.recent(_OFFER_STAYS, "user", "agent", "bot", "system"):
        if message.author == "agent" or (message.author == "user" and message.text):
            break
        if message.metadata.get("ask") == "rating":
            continue
        for button in message.buttons:
            if not is_own_payload(button["payload"]):
                by_payload.setdefault(button["payload"], button)
    return tuple(by_payload.values())


async def _is_stale(transaction: ConversationTransaction, offered_by: object) -> bool:
    """Whether the user has said something since the message whose button they press, as in another tab."""
    if offered_by is None:
        return False
    if isinstance(offered_by, bool) or not isinstance(offered_by, int) or not 0 < offered_by < 2**31:
        raise InputError(ErrorCode.MALFORMED)
    return await transaction.has_words_since("user", offered_by)


async def _offered(transaction: ConversationTransaction, payload: str) -> str | None:
    if payload == GREETING_PAYLOAD:
        return ""
    return await transaction.offered_title(payload) if len(payload) <= _MAX_PAYLOAD else None
