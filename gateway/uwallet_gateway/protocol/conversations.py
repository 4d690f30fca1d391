"""Conversations as supervisors find them, with the bot alone or with humans (docs/support/desk-api.md)."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from uwallet_gateway.protocol.base import Moment, View
from uwallet_gateway.protocol.tickets import AgentName, LastMessage, TicketStatus
from uwallet_gateway.transcript.messages import Author, Owner

# `handed_over` goes before what the bot has noted of its walkthroughs; `other`: neither.
Outcome = Literal["handed_over", "solved", "not_solved", "abandoned", "other"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
# Of the bot or of an agent: 1 and 2, 3, 4 and 5, any.
Rated = Literal["low", "middle", "high", "any"]
Contains = Literal["picture", "unhelpful", "unanswered", "danger"]


class ConversationTopic(View):
    """What was talked about; the title is null while it is not known."""

    id: str
    title: str | None


class ConversationTicket(View):
    """The newest ticket of a conversation."""

    id: int
    number: str
    status: TicketStatus
    priority: int
    disposition: str | None
    agent: AgentName | None
    rating: int | None


class Mark(View):
    """Where in a text a word of the search stands, in characters (code points)."""

    start: int
    end: int


class Match(View):
    """Where a conversation has what was searched for: a message, or its ticket or user if `message_id` is null."""

    author: Author | None
    text: str
    marks: list[Mark] = Field(description="In their order, whichever script the search is in")
    message_id: int | None


class Conversation(View):
    """What one visitor or user and the bot, and perhaps agents, have said."""

    id: str
    site: str = Field(description="Name of the site")
    owner: Owner
    kind: str
    name: str | None = Field(description="The site's id of an identified user; visitors have none")
    context: dict[str, str]
    outcome: Outcome
    topics: list[ConversationTopic]
    ticket: ConversationTicket | None
    bot_rating: int | None
    last_message: LastMessage | None
    match: Match | None = Field(description="Of a search only")
    created_at: Moment
    active_at: Moment


class ConversationPage(View):
    """Conversations: the newest first, of a search those with the newest match."""

    conversations: list[Conversation]
    has_more: bool


class SiteName(View):
    """A site, to choose from."""

    key: str
    name: str


class ConversationFilters(View):
    """What there is to choose from."""

    sites: list[SiteName]
    topics: list[ConversationTopic]
