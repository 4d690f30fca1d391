"""A reading: one thing that a message may mean at this point of the conversation, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage


class Source(str, Enum):
    """Where a reading comes from, in order of precedence."""

    DANGER = "danger"
    OFFERED = "offered"
    ASKED = "asked"
    OPERATOR = "operator"
    COMPLAINT = "complaint"
    REFERENCE = "reference"
    ON_SCREEN = "on_screen"
    SAID_BEFORE = "said_before"
    SENTENCE = "sentence"


@dataclass(frozen=True)
class Reading:
    """One possible meaning.

    Attributes:
        source: What it was concluded from.
        act: What the user does.
        message: The message as it is to be taken; a label that was typed has become its button.
        evidence: Why, in a few words for whoever looks into it.
        certainty: How sure it is, from 0 to 1.
        arguments: What the act needs beside the message: the causes ruled out, the step meant.
    """

    source: Source
    act: Act
    message: UserMessage
    evidence: str
    certainty: float = 1.0
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Interpretation:
    """The reading that is acted on, and the others that were possible, by precedence."""

    chosen: Reading
    others: tuple[Reading, ...] = ()
