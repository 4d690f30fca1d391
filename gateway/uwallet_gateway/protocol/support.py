"""Human support as a user's client sees it (docs/support/protocol.md)."""

from __future__ import annotations

from pydantic import Field

from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.tickets import TicketStatus
from uwallet_gateway.transcript.messages import Owner


class TicketReference(View):
    """What a user knows of their ticket."""

    number: str
    status: TicketStatus


class TicketOfUser(TicketReference):
    """One of the user's tickets, in their list."""

    created_at: Moment


class TicketsOfUser(View):
    """The user's latest tickets, newest first."""

    tickets: list[TicketOfUser]


class AgentReference(View):
    """The agent who has the conversation."""

    name: str


class SupportState(View):
    """The state of human support in a conversation."""

    owner: Owner
    ticket: TicketReference | None
    position: int | None = Field(description="Place in the queue, from 1")
    wait_minutes: int | None = Field(
        description="Estimated wait at most; null without enough recent claims to estimate from"
    )
    wait_minutes_least: int | None = Field(description="Estimated wait at least; null as `wait_minutes`")
    agent: AgentReference | None
    agent_read_id: int = Field(description="Id of the last message that the agent has read, 0 if none")
    can_leave_message: bool
    available: bool = Field(description="Whether an agent takes chats now, within the opening hours")
    opens_at: Moment | None = Field(
        description="When support opens next; null while it is open, or if no hours are known"
    )
    rating_wanted: str | None = Field(description="Number of the ticket that was just closed and can be rated")


class OfflineMessage(Request):
    """A message to answer later."""

    text: str
    contact: str = Field(description="A telephone number or an e-mail address")
    client_id: str | None = Field(
        default=None, max_length=64, description="Idempotency key: the same one again has no further effect"
    )


class RatingRequest(Request):
    """A user's rating of a closed ticket."""

    ticket: str = Field(description="Number of the ticket")
    rating: int = Field(ge=1, le=5)
    comment: str | None = None


class SupportResult(View):
    """The state of human support after a request."""

    support: SupportState
    ticket: TicketReference | None
