"""What agents keep about a user beside tickets (docs/support/customers.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.tickets import AgentName


class CustomerNote(View):
    """A note on a user, for all who serve them later. The user never sees it."""

    id: int
    text: str
    by: AgentName
    created_at: Moment


class Block(View):
    """A user who is not handed over to humans; `until` is null for good."""

    reason: str
    until: Moment | None
    by: str
    created_at: Moment


class BotTopic(View):
    """A matter that the user had with the bot, and how it ended as far as the bot noted."""

    topic: str
    title: str | None
    outcome: str | None
    at: Moment


class VisitorMerge(View):
    """A visitor who has become this user; `by` is null if the user has signed in."""

    visitor: str = Field(description="What the desk called the visitor: four characters")
    messages: int
    tickets: int
    by: str | None
    at: Moment


class MergeCandidate(View):
    """A user whom a visitor may become; `messages` are the visitor's."""

    user_id: str
    called: str | None
    tickets: int
    first_seen_at: Moment
    active_at: Moment
    messages: int


class Customer(View):
    """A user beside their tickets."""

    first_seen_at: Moment
    attributes: dict[str, str] = Field(description="What the site tells of the user, by name, redacted")
    attributes_at: Moment | None = Field(description="When the site told it")
    tickets: int
    notes: list[CustomerNote] = Field(description="Newest first")
    block: Block | None
    topics: list[BotTopic] = Field(description="With the bot, newest first, 20 at most")
    merges: list[VisitorMerge] = Field(description="Newest first, 20 at most")


class BlockedUser(View):
    """A user on the block list."""

    conversation_id: str
    site: str
    kind: str
    name: str | None
    block: Block


class BlockList(View):
    """Users who are not handed over now, newest first."""

    blocked: list[BlockedUser]


class CustomerNoteRequest(Request):
    """A note on the user."""

    text: str


class MergeRequest(Request):
    """What the site calls the user whom the visitor is."""

    user_id: Annotated[str, Field(min_length=1, max_length=255)]


class BlockRequest(Request):
    """Why, and for how many days; null for good."""

    reason: str
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
