"""The shape of `data/knowledge/wording.yml`: short answers that the dialogue reads, and words of its own."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from actions.knowledge.schema import CollectedDetail, Text

_FIELDS_OF_SUMMARY = {
    "who": ("contact",),
    "about": ("title",),
    "about_step": ("title", "step_number", "step_count", "step_title"),
    "problem_steps": ("steps",),
    "collected": ("details",),
    "tried": ("attempts",),
    "attempt": ("title", "step_number", "outcome"),
    "suspended": ("topics",),
    "other_requests": ("requests",),
    "unanswered": ("questions",),
    "alarms": ("alarms",),
    "mood": ("mood",),
    "reason": ("reason",),
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ShortAnswer(_Model):
    """Reads an answer such as 「第二个」 or 「打5分」: what is left without the fillers must be one of the values."""

    fillers: list[str]
    values: dict[str, list[str]]

    @field_validator("fillers")
    @classmethod
    def _longest_first(cls, fillers: list[str]) -> list[str]:
        return sorted(fillers, key=len, reverse=True)

    def read(self, text: str) -> str | None:
        """Returns the value that `text` (normalized, without punctuation) stands for, or None."""
        for value, signs in self.values.items():
            if text in signs:
                return value
        for filler in self.fillers:
            text = text.replace(filler, "")
        return next((value for value, signs in self.values.items() if text in signs), None)


class Choices(_Model):
    """The words of 「您是不是想问」."""

    none_of_these: Text
    none_phrases: list[str]
    labels: dict[str, Text]
    ordinals: ShortAnswer


class Signs(_Model):
    """Emoji that answer: a yes, a no, a rating."""

    yes: str
    no: str
    ratings: dict[str, str]


class SmallTalk(_Model):
    """What is said to a kind of small talk.

    Attributes:
        about: Patterns of the message, normalized and folded, without the particles at its end.
        of_itself: It is about the bot, so that it is read whatever is under way and whatever it sounds like.
    """

    about: str
    text: Text
    of_itself: bool = False

    @field_validator("about")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"expected a regular expression: {error}") from error
        return value


class LeftOutByAgents(_Model):
    """Words of sentences that are no help to an agent: they offer a human, or excuse the bot."""

    offers: list[str]
    excuses: list[str]


class HandoffSummary(_Model):
    """The lines of the summary for the agent who takes over; a line without anything to say is left out."""

    who: str
    about: str
    about_step: str
    nothing: str
    problem_steps: str
    collected: str
    tried: str
    attempt: str
    suspended: str
    other_requests: str
    unanswered: str
    alarms: str
    mood: str
    moods: dict[str, str]
    reason: str
    reasons: dict[str, str]
    outcomes: dict[str, str]
    separator: str

    @field_validator(*_FIELDS_OF_SUMMARY)
    @classmethod
    def _has_its_placeholders(cls, value: str, field: ValidationInfo) -> str:
        for name in re.findall(r"{(\w*)}", value):
            if name not in _FIELDS_OF_SUMMARY[field.field_name or ""]:
                expected = ", ".join(_FIELDS_OF_SUMMARY[field.field_name or ""])
                raise ValueError(f"unknown placeholder {{{name}}}, expected one of {expected}")
        return value


class Secrets(_Model):
    """What is said to a secret that is typed into the chat.

    Attributes:
        code: To a code.
        code_here: To a code that the step on the screen asks for.
        password: To a password.
    """

    code: Text
    code_here: Text
    password: Text


class Wording(_Model):
    """What the dialogue reads and says beyond the topics."""

    choices: Choices
    rating: ShortAnswer
    signs: Signs
    done_phrases: list[str]
    rejections: list[str]
    waiting_words: list[str]
    question_words: list[str]
    menu_words: list[str]
    begin_afresh: list[str]
    wallet_words: list[str]
    what_now: list[str]
    small_talk: list[SmallTalk]
    calls_out: str
    thanks: list[str]
    worked: list[str]
    intent_titles: dict[str, Text]
    left_out_by_agents: LeftOutByAgents
    secrets: Secrets
    list_separator: str
    list_more: str = ""
    contact_details: list[CollectedDetail]
    handed_over_story: str
    handoff_summary: HandoffSummary
