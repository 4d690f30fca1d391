"""What the bot says, as the gateway would pass it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What a client sends when a chat window opens.
GREETING = "/session_start"


@dataclass(frozen=True)
class Said:
    """One message of the bot.

    Attributes:
        text: What the user reads; empty for a request to the gateway.
        buttons: Title and payload of each button.
        metadata: What goes along: `progress`, `ask`, `events`, `reading`, and `handoff` on what hands over.
        response: Name of the response in `domain.yml`.
        custom: A payload for the gateway other than a handoff.
    """

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    response: str | None = None
    custom: Mapping[str, Any] | None = None
