"""The same done to many tickets (docs/support/desk-api.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from uwallet_gateway.protocol.base import Id, Request, View
from uwallet_gateway.protocol.tickets import Disposition

MOST_AT_ONCE = 200
BulkAction = Literal["label", "unlabel", "assign", "group", "priority", "follow_up", "close", "reopen"]
# Those that decide about the work of others.
SUPERVISORS_ACTIONS: frozenset[BulkAction] = frozenset({"assign", "group"})


class BulkRequest(Request):
    """What is done, and to what: tickets, or the newest tickets of conversations."""

    action: BulkAction
    tickets: Annotated[list[Id], Field(max_length=MOST_AT_ONCE)] = []
    conversations: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]], Field(max_length=MOST_AT_ONCE)
    ] = []
    labels: list[str] = Field(default=[], description="With `label` and `unlabel`")
    agent_id: Id | None = Field(
        default=None,
        description="With `assign`; with `follow_up` and `reopen` whoever comes back to it, null: as it was",
    )
    group_id: Id | None = Field(default=None, description="With `group`; null: none")
    priority: Annotated[int, Field(ge=0, le=2)] | None = Field(default=None, description="With `priority`")
    due_at: AwareDatetime | None = Field(default=None, description="With `follow_up`")
    disposition: Disposition = "solved"
    note: str | None = Field(default=None, description="With `close` and `follow_up`; null: as it was")


class BulkRefusal(View):
    """What could not be done to one of them, and why."""

    ticket_id: int | None
    conversation_id: str | None = Field(description="Of those that were named by their conversation")
    number: str | None
    code: str
    message: str
    details: dict[str, Any]


class BulkResult(View):
    """What came of it: how many are done, and the others one by one."""

    done: int
    refused: list[BulkRefusal]
