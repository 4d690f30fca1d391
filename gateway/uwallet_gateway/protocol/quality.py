"""Quality checks (docs/support/supervision.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.tickets import AgentName, Ticket

# Accounts taken or fraud; 1 and 2 stars; the longest; complaints; any.
SampleRule = Literal["stolen", "low_rating", "long", "complaint", "random"]


class Criterion(View):
    """A line of the score sheet."""

    id: str
    title: str
    hint: str
    points: int = Field(description="At most")


class Review(View):
    """What a supervisor says of how a ticket was served."""

    ticket_id: int
    number: str
    topic: str | None
    rating: int | None = Field(description="The user's, of the same ticket")
    agent: AgentName
    reviewer: str
    points: dict[str, int]
    score: int = Field(description="Percent of all points there are")
    comment: str | None
    created_at: Moment
    is_new: bool = Field(description="The agent has not seen it yet")


class ReviewRequest(Request):
    """Points for each criterion of the sheet, and a word to the agent."""

    points: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(max_length=50)
    comment: str | None = Field(default=None, max_length=2000)


class Sample(View):
    """Tickets that are worth a look and have no review."""

    tickets: list[Ticket]


class QualitySheet(View):
    """The criteria in their order."""

    criteria: list[Criterion]


class TicketReview(View):
    """The review of a ticket, null if there is none."""

    review: Review | None


class Reviews(View):
    """Reviews, the newest first."""

    reviews: list[Review]
