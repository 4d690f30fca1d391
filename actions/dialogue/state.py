"""What the bot remembers between two messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Awaiting(str, Enum):
    """The question that the bot has just asked, if any."""

    WARNING = "warning"
    DETAIL = "detail"
    OUTCOME = "outcome"
    HUMAN_OFFER = "human_offer"


class HandoffReason(str, Enum):
    """Why a conversation goes to a human; part of the handoff payload."""

    USER_REQUEST = "user_request"
    STEP_PROBLEM = "step_problem"
    NOT_SOLVED = "not_solved"
    NOT_UNDERSTOOD = "not_understood"
    ACCOUNT_COMPROMISED = "account_compromised"


class AttemptOutcome(str, Enum):
    """How a walkthrough ended."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    STOPPED = "stopped"
    LEFT = "left"
    HANDED_OFF = "handed_off"


@dataclass(frozen=True)
class Attempt:
    """A walkthrough that has ended, and at which step (0: before the first)."""

    topic: str
    step: int
    outcome: AttemptOutcome


@dataclass(frozen=True)
class DialogueState:
    """The whole state of a conversation.

    Attributes:
        topic: Id of the topic that is being walked through.
        step: Number of the step shown last, from 1; 0 before the first (the warning, or the choice of a cause).
        awaiting: The question asked last.
        interrupted: Whether something else was answered since that question, so that a bare yes is no answer to it.
        requested_detail: Id of the detail asked for while `awaiting` is `DETAIL`.
        collected_details: Details noted down, by id, as the user gave them or as canonical values.
        skipped_details: Ids of the details that the user did not want to give.
        visited_steps: Ids of the steps shown in this walkthrough.
        problem_steps: Ids of the steps reported as not working in this walkthrough.
        offer_reason: Why a human was offered while `awaiting` is `HUMAN_OFFER`.
        last_topic: Id of the topic that was opened last, answers included.
        attempts: Walkthroughs that have ended, oldest first.
        not_understood_in_row: Messages not understood since the last one that was.
    """

    topic: str | None = None
    step: int = 0
    awaiting: Awaiting | None = None
    interrupted: bool = False
    requested_detail: str | None = None
    collected_details: Mapping[str, str] = field(default_factory=dict)
    skipped_details: tuple[str, ...] = ()
    visited_steps: tuple[str, ...] = ()
    problem_steps: tuple[str, ...] = ()
    offer_reason: HandoffReason | None = None
    last_topic: str | None = None
    attempts: tuple[Attempt, ...] = ()
    not_understood_in_row: int = 0
