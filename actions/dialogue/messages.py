"""What comes in from the user and what goes out to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from actions.dialogue.state import Request


class AnswerBand(str, Enum):
    """How far the NLU trusts its intent: answer it, ask which of several is meant, or say that it is not understood."""

    ANSWER = "answer"
    CHOICE = "choice"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class UserMessage:
    """One message of the user.

    Attributes:
        intent: The recognised intent.
        text: What was typed; for a button, its payload.
        key: What was typed, normalized and without spaces and punctuation.
        entities: Canonical values by entity, in the order of the text, without repetitions.
        rejected: Values that the message names only to say that they are wrong (「金额是200不是300」), by entity.
        is_payload: Whether a button was pressed.
        confidence: How sure the NLU is of the intent, from 0 to 1; 1 for a button.
        band: What the NLU advises.
        choices: The likeliest intents with their confidence, best first, while `band` is `CHOICE`.
        further_requests: Other requests in the same message, in the order of the text.
        pause: Seconds since the message before; 0 for the first.
        is_new_session: Whether the session of the message before has ended since.
    """

    intent: str = ""
    text: str = ""
    key: str = ""
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_payload: bool = False
    confidence: float = 1.0
    band: AnswerBand = AnswerBand.ANSWER
    choices: tuple[tuple[str, float], ...] = ()
    further_requests: tuple[Request, ...] = ()
    pause: float = 0
    is_new_session: bool = False

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
class Progress:
    """How far a walkthrough is, for a client that draws it.

    Attributes:
        topic: Id of the topic.
        title: Its title.
        kind: `procedure`, or `diagnosis` whose steps are checks that may be made in any order.
        number: The step shown, from 1.
        steps: Titles of all steps.
    """

    topic: str
    title: str
    kind: str
    number: int
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """One message of the bot.

    Attributes:
        response: Name of a response in `domain.yml`.
        values: Values for the placeholders of the response.
        buttons: Buttons beside those of the response itself, which come first.
        custom: A custom payload for the channel; then there is no response.
        progress: Set on the steps of a walkthrough.
        ask: What kind of answer is wanted, for a client that treats it in its own way: `rating`, `choice` or `contact`.
    """

    response: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None
    progress: Progress | None = None
    ask: str | None = None


def folded(text: str) -> str:
    """Returns a text in lower case without spaces and punctuation, for comparing what was typed."""
    return "".join(character for character in text.lower() if character.isalnum())


def payload(intent: str, **entities: str) -> str:
    """Returns the payload that Rasa reads as an intent with entities."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}"


def request_payload(request: Request) -> str:
    """Returns the payload that makes a request; an entity with several values keeps them all."""
    entities = {name: values[0] if len(values) == 1 else list(values) for name, values in request.entities.items()}
    return f"/{request.intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{request.intent}"
