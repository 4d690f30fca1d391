"""Skill groups, leave, and the rules of assignment (docs/support/routing.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from uwallet_gateway.protocol.base import Id, Moment, Request, View

# Characters of a group's name, and groups at most.
MOST_OF_NAME, MOST_GROUPS = 64, 100
# The longest time of a rule: a week.
_MOST_SECONDS = 7 * 24 * 3600
_Key = Annotated[str, Field(min_length=1, max_length=64)]
_Keys = Annotated[list[_Key], Field(max_length=200)]
Language = Literal["simplified", "traditional"]
AssignmentMode = Literal["manual", "automatic", "in_turn"]


class MemberView(View):
    """An agent in a group, and how many times as many chats they are given as one with the weight 1."""

    agent_id: int
    weight: int


class SkillGroup(View):
    """Agents who serve tickets of some topics, sites or languages."""

    id: int
    name: str
    topics: list[str] = Field(description="Topics, or reasons of a handoff; empty: any")
    sites: list[str] = Field(description="Keys of sites; empty: any")
    languages: list[Language] = Field(description="The characters that the user writes; empty: any")
    rank: int = Field(description="Among equally pressing tickets: 0 first, 1, 2")
    overflow_after: int | None = Field(
        description="Seconds after which everybody may get its tickets; null: not while one of its members is there"
    )
    members: list[MemberView]


class GroupMemberRequest(Request):
    """An agent in a group."""

    agent_id: Id
    weight: int = Field(default=1, ge=1, le=10)


class SkillGroupRequest(Request):
    """A group as it is to be. One with neither topics nor sites nor languages gets only what is transferred to it."""

    name: str = Field(max_length=MOST_OF_NAME * 4)
    topics: _Keys = []
    sites: _Keys = []
    languages: Annotated[list[Language], Field(max_length=50)] = []
    rank: int = Field(default=1, ge=0, le=2)
    overflow_after: int | None = Field(default=None, ge=0, le=_MOST_SECONDS)
    members: Annotated[list[GroupMemberRequest], Field(max_length=500)] = []


class LeaveView(View):
    """A time in which an agent is off and gets nothing."""

    id: int
    agent_id: int
    name: str
    starts_at: Moment
    ends_at: Moment


class LeaveRequest(Request):
    """A time in which an agent is off."""

    agent_id: Id
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class Routing(Request):
    """How tickets come to agents."""

    mode: AssignmentMode = Field(
        description="`manual`: agents claim; `automatic`: who has the fewest chats for their weight gets the next one; "
        "`in_turn`: who has got none for the longest time"
    )
    gone_after: int | None = Field(
        ge=30,
        le=_MOST_SECONDS,
        description="Seconds after which chats of an agent whose desk is closed are queued again; null: not for that",
    )


class RoutingView(View):
    """The rules in force, and those of the settings, which hold while nothing is set at the desk."""

    routing: Routing
    defaults: Routing
