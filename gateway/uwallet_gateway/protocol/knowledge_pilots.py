"""A version of the knowledge that some conversations are answered by first (docs/support/knowledge-api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.conversations import SiteName
from uwallet_gateway.protocol.knowledge import VersionView

_Note = Annotated[str, Field(max_length=500)]


class PilotRequest(Request):
    """Lets one site, or a share of the conversations, have the draft first."""

    revision: int = Field(ge=0, description="Of the draft that was checked")
    note: _Note = ""
    site: str | None = Field(default=None, min_length=1, max_length=64, description="Its key")
    share: Literal[5, 10, 25, 50] | None = Field(default=None, description="Of a hundred conversations")

    @model_validator(mode="after")
    def _one_of_both(self) -> PilotRequest:
        if (self.site is None) == (self.share is None):
            msg = "needs site or share"
            raise ValueError(msg)
        return self


class PilotPublication(Request):
    """Makes the pilot the published version."""

    note: _Note = ""


class PilotFigures(View):
    """What became of the conversations that one version has answered while there was a pilot."""

    version: int
    conversations: int = Field(description="In which the user has written something")
    solved: int = Field(description="Conversations in which a walkthrough was solved")
    not_solved: int
    handed_off: int = Field(description="Conversations with a ticket")
    helpful: int
    unhelpful: int
    not_understood: int = Field(description="Conversations with a message that could not be answered")


class PilotView(View):
    """The version that is tried out, beside what is published."""

    version: VersionView
    site: str | None = Field(description="Key of the only site that has it")
    site_name: str | None
    share: int | None = Field(description="Of a hundred conversations")
    agent: str
    note: str
    started_at: Moment
    pilot: PilotFigures
    others: PilotFigures = Field(description="Of the published version, in the same time")
    mixed: int = Field(description="Conversations that both have answered; they count for neither")
    is_few: bool = Field(description="Whether one of them has too few conversations to be compared")


class PilotStatus(View):
    """What is tried out now, and the sites that could have a draft first."""

    running: PilotView | None
    sites: list[SiteName]
