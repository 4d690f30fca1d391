"""What users do with human support, over whatever transport (docs/support.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uwallet_gateway.services import Services
from uwallet_gateway.support.models import SupportState


class UsersSupport:
    """Does what a client asks for, and shows how support stands."""

    def __init__(self, services: Services) -> None:
        """Keeps what it works with."""
        self._services = services

    async def shown(self, conversation_id: str) -> dict[str, Any]:
        """The object `support` of the protocol.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        return self._show(await self._services.support.state(conversation_id))

    async def act(
        self, action: str, conversation_id: str, address: str | None, wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Does what a client asks for.

        Args:
            action: `leave_queue`, `leave_message` or `rate_support`.
            conversation_id: Of the client's session.
            address: Of the client, for the limits.
            wanted: What it sent with it, unchecked.

        Returns:
            What it is told: how support stands now, and the ticket if there is one.

        Raises:
            InputError: It is refused.
        """
        support = self._services.support
        await self._services.rate_limits.check("messages", user=conversation_id, address=address)
        if action == "leave_queue":
            state = await support.leave_queue(conversation_id)
        elif action == "leave_message":
            state = await support.leave_message(
                conversation_id,
                text=wanted.get("text"),
                contact=wanted.get("contact"),
                client_id=wanted.get("client_id"),
            )
        else:
            state = await support.rate(
                conversation_id,
                ticket=wanted.get("ticket"),
                rating=wanted.get("rating"),
                comment=wanted.get("comment"),
            )
        shown = self._show(state)
        return {"support": shown, "ticket": shown["ticket"]}

    def _show(self, state: SupportState) -> dict[str, Any]:
        return self._services.presentation.support(state).model_dump()
