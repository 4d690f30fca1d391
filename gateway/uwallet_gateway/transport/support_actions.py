"""Users' actions on human support, for REST and Socket.IO alike (docs/support/protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uwallet_gateway.protocol.support import SupportResult
from uwallet_gateway.services import Services


class SupportActions:
    """Limits the rate of actions, and runs them."""

    def __init__(self, services: Services) -> None:
        """Keeps what it works with."""
        self._services = services

    async def act(
        self, action: str, conversation_id: str, address: str | None, fields: Mapping[str, Any]
    ) -> SupportResult:
        """Runs an action.

        Args:
            action: `leave_queue`, `leave_message` or `rate_support`.
            conversation_id: The conversation of the client's session.
            address: The client's address, for the rate limits.
            fields: The arguments, unchecked.

        Returns:
            The state of support after the action, and the ticket if there is one.

        Raises:
            InputError: The action is refused.
        """
        commands = self._services.user_commands
        await self._services.rate_limits.check("messages", user=conversation_id, address=address)
        if action == "leave_queue":
            state = await commands.leave_queue(conversation_id)
        elif action == "leave_message":
            state = await commands.leave_message(
                conversation_id,
                text=fields.get("text"),
                contact=fields.get("contact"),
                client_id=fields.get("client_id"),
            )
        else:
            state = await commands.rate(
                conversation_id,
                ticket=fields.get("ticket"),
                rating=fields.get("rating"),
                comment=fields.get("comment"),
            )
        return SupportResult(support=state, ticket=state.ticket)
