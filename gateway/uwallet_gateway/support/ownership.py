"""Who may follow whom as the owner of a conversation (docs/support.md)."""

from __future__ import annotations

from uwallet_gateway.conversation.hub import SupportChanged
from uwallet_gateway.conversation.messages import Owner
from uwallet_gateway.conversation.transcript import Page

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
    """A change that must not be; a fault of the gateway."""


async def change_owner(page: Page, owner: Owner) -> None:
    """Changes who speaks, on a page that nobody else writes on.

    Raises:
        OwnershipError: The contract knows no such change.
    """
    if (page.owner, owner) not in ALLOWED:
        raise OwnershipError(f"{page.conversation_id}: {page.owner} to {owner}")
    await page.set_owner(owner)
    page.tell(SupportChanged(page.conversation_id))
