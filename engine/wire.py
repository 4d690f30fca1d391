"""What stands in the requests and answers of the gateway's channel (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker

from engine.serving.bundles import PlayedTurn

# Looks like what was typed, and is no command.
_TYPED_PREFIX = "／"


def json_object(body: object) -> Mapping[str, Any]:
    """Returns the body of a request.

    Raises:
        ValueError: It is something else than a JSON object.
    """
    if not isinstance(body, Mapping):
        raise ValueError("Expected a JSON object.")
    return body


def required_text(body: Mapping[str, Any], name: str) -> str:
    """Returns a field that must have a text.

    Raises:
        ValueError: It has none.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}: expected a text that is not empty.")
    return value.strip()


def typed_text(body: Mapping[str, Any], name: str) -> str:
    """Returns a text that somebody typed, so that it is no command."""
    text = required_text(body, name)
    if text.startswith(INTENT_MESSAGE_PREFIX):
        return _TYPED_PREFIX + text[len(INTENT_MESSAGE_PREFIX) :]
    return text


def outgoing(message: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a message of the bot as the gateway is told it."""
    if message.get("custom"):
        return {"custom": message["custom"]}
    found = {"text": message.get("text") or "", "buttons": list(message.get("buttons") or ())}
    metadata = {name: message[name] for name in ("progress", "ask", "tone", "details", "card") if message.get(name)}
    if message.get("utter_action"):
        metadata["response"] = message["utter_action"]
    if message.get("image"):
        found["image"] = message["image"]
    return {**found, "metadata": metadata}


def understood(tracker: DialogueStateTracker | None) -> dict[str, Any] | None:
    """Returns what the NLU has made of the latest message."""
    message = tracker.latest_message if tracker else None
    if message is None or not message.intent:
        return None
    return {
        "intent": message.intent.get("name"),
        "confidence": message.intent.get("confidence"),
        "answer_band": message.parse_data.get("answer_band"),
    }


def played(turn: PlayedTurn) -> dict[str, Any]:
    """Returns what came of a message that was played."""
    return {
        "messages": [outgoing(said) for said in turn.messages],
        "understood": understood(turn.tracker),
        "events": [event for said in turn.messages for event in said.get("events") or ()],
        "reading": next((said["reading"] for said in turn.messages if said.get("reading")), None),
    }
