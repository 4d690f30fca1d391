"""What transports call: users' side and agents' side of human support."""

from __future__ import annotations

from typing import Any

from uwallet_gateway.conversation.messages import Message
from uwallet_gateway.conversation.transcript import Page
from uwallet_gateway.support.models import AgentStatus, DeskQueue, SupportState, Ticket, TicketDetails
from uwallet_gateway.support.presence import Presence


class Support:
    """Human support.

    Every change is made on a page of the conversation (`Transcript.writing`), told over the hub after it is stored,
    and is done once however often it is asked for.

    Attributes:
        presence: Which agents are there.
    """

    presence: Presence

    # The bot's side, within the transaction that stores its reply.

    async def request(self, page: Page, handoff: dict[str, Any], *, reason: str, in_reply_to: int | None) -> None:
        """Opens a ticket, or adds to the open one, and says on the page what happens now.

        Args:
            page: The conversation; what is said stands after what is on it already.
            handoff: The bot's payload, whole (docs/handoff.md).
            reason: Why, for the ticket; the bot's reason, or one of the gateway's.
            in_reply_to: The user's message that led to it.
        """
        raise NotImplementedError

    # Users' side.

    async def state(self, conversation_id: str) -> SupportState:
        """What a user's client shows.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        raise NotImplementedError

    async def leave_queue(self, conversation_id: str) -> SupportState:
        """The user does not want to wait any more; nothing happens if they do not wait.

        Raises:
            InputError: bad_token, when the conversation is gone.
        """
        raise NotImplementedError

    async def leave_message(
        self, conversation_id: str, *, text: object, contact: object, client_id: object = None
    ) -> SupportState:
        """Takes a message for later; the same `client_id` again does nothing.

        Args:
            conversation_id: Whose.
            text: What it is about; redacted.
            contact: A telephone number or an e-mail address; kept as it is.
            client_id: The client's own id of it.

        Raises:
            InputError: malformed, empty, too_long, contact_invalid, conflict (an agent is there), bad_token.
        """
        raise NotImplementedError

    async def rate(
        self, conversation_id: str, *, ticket: object, rating: object, comment: object = None
    ) -> SupportState:
        """Takes the rating of a closed ticket, 1 to 5.

        Raises:
            InputError: malformed, too_long, not_found, already_rated, bad_token.
        """
        raise NotImplementedError

    def user_typing(self, conversation_id: str, *, typing: bool) -> None:
        """Tells the agent that the user has begun or ended to type."""
        raise NotImplementedError

    async def user_read(self, conversation_id: str, message_id: int) -> None:
        """The user has seen everything up to this message; never goes back."""
        raise NotImplementedError

    # Agents' side. Whether somebody may do it by their role is the transport's to know.

    async def claim(self, ticket_id: int, agent_id: int) -> Ticket:
        """Takes over a conversation; again by the same agent does nothing. Also takes up a message that was left.

        Raises:
            InputError: not_found; conflict, when another agent has it (`details` = `{"agent"}`) or it is closed.
        """
        raise NotImplementedError

    async def assign(self, ticket_id: int, agent_id: int, *, by: int) -> Ticket:
        """A supervisor gives a ticket to an agent, whoever has it.

        Raises:
            InputError: not_found (also of the agent); conflict, when it is closed.
        """
        raise NotImplementedError

    async def say(
        self,
        ticket_id: int,
        agent_id: int,
        *,
        text: object = None,
        attachment_id: object = None,
        client_id: object = None,
    ) -> Message:
        """Stores what an agent writes, which the user's clients are then sent; idempotent by `client_id`.

        Args:
            ticket_id: Where.
            agent_id: Who; must have the ticket.
            text: What, or None with a picture alone.
            attachment_id: A picture that was uploaded for this conversation.
            client_id: The desk's own id of it; the same one again returns the message of then.

        Raises:
            InputError: not_found, conflict (no longer theirs), malformed, empty, too_long, attachment_unknown.
        """
        raise NotImplementedError

    async def transfer(self, ticket_id: int, agent_id: int, *, to: int | None, memo: object = None) -> Ticket:
        """Gives a chat to another agent, or back to the queue.

        Args:
            ticket_id: Which.
            agent_id: Who has it.
            to: The other agent; None for the queue.
            memo: For whoever takes it; users never see it.

        Raises:
            InputError: not_found (also of the other agent), conflict, malformed, too_long.
        """
        raise NotImplementedError

    async def return_to_bot(
        self, ticket_id: int, agent_id: int, *, disposition: object = None, note: object = None
    ) -> Ticket:
        """Ends the chat; the bot answers from now on. Closes the ticket as `solved` unless told otherwise.

        Raises:
            InputError: not_found, conflict, malformed, too_long.
        """
        raise NotImplementedError

    async def close(self, ticket_id: int, agent_id: int, *, disposition: object, note: object = None) -> Ticket:
        """Closes a ticket; of those with the status `message` any agent may. Again by the same agent does nothing.

        Raises:
            InputError: not_found, conflict, malformed, too_long.
        """
        raise NotImplementedError

    async def note(self, ticket_id: int, agent_id: int, *, text: object) -> Ticket:
        """Adds an internal note, which users never see.

        Raises:
            InputError: not_found, malformed, empty, too_long.
        """
        raise NotImplementedError

    async def typing(self, ticket_id: int, agent_id: int, *, typing: bool) -> None:
        """Tells the user that the agent has begun or ended to type; of others than the owner nothing is told."""
        raise NotImplementedError

    async def read(self, ticket_id: int, agent_id: int, message_id: int) -> None:
        """The agent who has the ticket has seen everything up to this message; of others nothing is noted."""
        raise NotImplementedError

    async def release(self, agent_id: int) -> None:
        """Gives all chats of an agent back to the queue: they were disabled."""
        raise NotImplementedError

    # What agents look at.

    async def ticket(self, ticket_id: int) -> Ticket:
        """One ticket.

        Raises:
            InputError: not_found.
        """
        raise NotImplementedError

    async def details(self, ticket_id: int) -> TicketDetails:
        """One ticket with all that belongs to it.

        Raises:
            InputError: not_found.
        """
        raise NotImplementedError

    async def queue(self, agent_id: int) -> DeskQueue:
        """What an agent has in front of them."""
        raise NotImplementedError

    async def tickets(
        self,
        *,
        status: str | None = None,
        query: str | None = None,
        agent_id: int | None = None,
        visible_to: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[list[Ticket], bool]:
        """Tickets, newest first, and whether there are more.

        Args:
            status: Only those; None for all.
            query: Part of the number, summary, message, contact or of the user's name.
            agent_id: Only those that this agent has or had last.
            visible_to: Only those that this agent may see by the rules for the role `agent`.
            before: Only those with a lower id.
            limit: How many at most.
        """
        raise NotImplementedError

    async def may_see(self, ticket_id: int, agent_id: int) -> bool:
        """Whether the role `agent` lets this agent see a ticket.

        It does if it waits, if a message was left, if it is or was theirs, or if they now serve the same user.
        """
        raise NotImplementedError

    async def agents(self) -> list[AgentStatus]:
        """All agents that are enabled, by name."""
        raise NotImplementedError
