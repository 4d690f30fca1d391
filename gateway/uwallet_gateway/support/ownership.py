"""Which owner of a conversation may follow which (docs/support/ownership.md)."""

from __future__ import annotations

from uwallet_gateway.transcript.events import SupportChanged
from uwallet_gateway.transcript.messages import Owner
from uwallet_gateway.transcript.transaction import ConversationTransaction

ALLOWED: frozenset[tuple[Owner, Owner]] = frozenset(
    {
        ("bot", "queued"),
        ("bot", "agent"),
        ("closed", "queued"),
        ("closed", "agent"),
        ("closed", "bot"),
        ("queued", "agent"),
        ("queued", "bot"),
        ("agent", "agent"),
        ("agent", "queued"),
        ("agent", "bot"),
        ("agent", "closed"),
    }
)


class OwnershipError(RuntimeError):
    """A forbidden change of owner: a bug in the gateway."""


async def change_owner(transaction: ConversationTransaction, owner: Owner) -> None:
    """Changes the owner of the conversation.

    Raises:
        OwnershipError: The change is not allowed.
    """
    if (transaction.owner, owner) not in ALLOWED:
        raise OwnershipError(f"{transaction.conversation_id}: {transaction.owner} to {owner}")
    await transaction.set_owner(owner)
    transaction.emit(SupportChanged(transaction.conversation_id))
