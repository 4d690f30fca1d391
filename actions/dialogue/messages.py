"""What comes in from the user and what goes out to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class UserMessage:
    """One message of the user.

    Attributes:
        intent: The recognised intent.
        text: What was typed; for a button, its payload.
        entities: Canonical values by entity, in the order of the text, without repetitions.
        is_payload: Whether a button was pressed.
        confidence: How sure the NLU is of the intent, from 0 to 1; 1 for a button.
    """

    intent: str = ""
    text: str = ""
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_payload: bool = False
    confidence: float = 1.0

    def single_value(self, entity: str | None, known: set[str]) -> str | None:
        """Returns the one value of `entity` among `known`; None when there is none, or more than one."""
        values = [value for value in self.entities.get(entity or "", ()) if value in known]
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True)
class Button:
    """A quick reply: what it says and the payload it sends."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of the bot.

    Attributes:
        response: Name of a response in `domain.yml`.
        values: Values for the placeholders of the response.
        buttons: Buttons beside those of the response itself, which come first.
        custom: A custom payload for the channel; then there is no response.
    """

    response: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None


def payload(intent: str, **entities: str) -> str:
    """Returns the payload that Rasa reads as an intent with entities."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}"
