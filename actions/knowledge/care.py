"""The shape of `data/knowledge/safety.yml`: what is said to people in danger, in grief, and to those who complain."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from actions.knowledge.schema import Text


class CareCase(BaseModel):
    """One situation within a kind, told by words of the message.

    Attributes:
        words: The message is this case when it has one of these.
        answer: Name of the answer.
    """

    words: list[str]
    answer: str

    model_config = ConfigDict(extra="forbid", frozen=True)


class Care(BaseModel):
    """What is said when something was given away that must not be missed.

    Attributes:
        answers: By name, the variants of an answer; each is a list of bubbles. A variant that was said is not repeated
            while there is another.
        cases: By kind (`actions.dialogue.state.Alarm`), the situations that have an answer of their own, the first that
            fits counts.
        stand_down: Words with which somebody says that it was nothing.
        certain: By kind, regular expressions of normalized text that leave no doubt, such as a link that asks to act.
    """

    answers: dict[str, list[list[Text]]]
    cases: dict[str, list[CareCase]] = {}
    certain: dict[str, list[str]] = {}
    stand_down: list[str] = []

    model_config = ConfigDict(extra="forbid", frozen=True)
