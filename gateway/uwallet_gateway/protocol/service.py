"""Service targets: how soon users are answered and helped, and how often that is kept (docs/support/targets.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from uwallet_gateway.protocol.base import Request, View

# The longest target: 30 days.
_Seconds = Annotated[int, Field(ge=10, le=30 * 24 * 3600)]


class PriorityTargets(Request):
    """Seconds for each priority; null: no target."""

    urgent: _Seconds | None = None
    high: _Seconds | None = None
    normal: _Seconds | None = None

    def of(self, priority: int) -> int | None:
        """The target of a priority."""
        return (self.urgent, self.high, self.normal)[priority]


class ServiceTargets(Request):
    """How soon an agent is to write first, and how soon a ticket is to be closed."""

    first_reply: PriorityTargets = Field(description="From when the user is queued to the agent's first message")
    resolution: PriorityTargets = Field(description="From when the ticket is made until it is closed")
    opening_hours_only: bool = Field(description="Only the time within opening hours counts, if they are known")


class ServiceTargetsView(View):
    """The targets in force, and those of the settings, which hold while nothing is set at the desk."""

    targets: ServiceTargets
    defaults: ServiceTargets


class Kept(View):
    """How many targets were kept, how many were missed, and how many are not decided yet."""

    kept: int
    missed: int
    open: int


class GroupService(View):
    """How well targets were kept in a skill group. Both are null of tickets without one."""

    group_id: int | None
    name: str | None
    first_reply: Kept
    resolution: Kept


class ServiceFigures(View):
    """How well targets were kept, of tickets that were made in the period and had one."""

    first_reply: Kept
    resolution: Kept
    groups: list[GroupService]
