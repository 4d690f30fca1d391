"""The shape of `data/knowledge/safety.yml`: what is said to people in danger, in grief, and to those who complain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, model_validator

from actions.knowledge.schema import Text

if TYPE_CHECKING:
    # In `typing` since 3.11.
    from typing_extensions import Self


class CareCase(BaseModel):
    """One situation within a kind, told by words of the message.

    Attributes:
        words: The message is this case when it has one of these.
        patterns: Or when one of these regular expressions is found in it, without spaces and punctuation.
        answer: Name of the answer.
        is_at_hand: Whether it tells of a place or of means of an immediate danger: this goes before how somebody feels.
    """

    words: list[str] = []
    patterns: list[str] = []
    answer: str
    is_at_hand: bool = False

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class FollowUp(BaseModel):
    """What is said to something that is said after an alarm.

    Attributes:
        answer: Name of the answer.
        offer_human: Whether a human is offered with it.
    """

    answer: str
    offer_human: bool = False

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Care(BaseModel):
    """What is said when something was given away that must not be missed.

    Attributes:
        answers: By name, the variants of an answer; each is a list of bubbles. A variant that was said is not repeated
            while there is another.
        cases: By kind (`actions.dialogue.state.Alarm`), the situations that have an answer of their own, the first that
            fits counts.
        follow_ups: By kind, or that of a crisis that is somebody else's, the answer to what is said next by its label
            in `data/after_alarm/`.
        stand_down: Words with which somebody says that it was nothing.
        certain: By kind, regular expressions of normalized text that leave no doubt, such as a link that asks to act.
        signs: By kind, regular expressions, without spaces and punctuation, one of which such a danger mostly shows.
            Without one it is only asked about, or left to what was asked.
        denials: By kind, regular expressions that deny it in so many words.
        idioms: Regular expressions of idioms that sound like a crisis: of `annoyance`, which alone are asked about, and
            `harmless` ones.
        said: By label of `data/after_alarm/`, regular expressions that say it in a crisis beyond doubt.
        hurt: Regular expressions of what is told of somebody else who is hurt.
        about_danger: Words that stay with the danger talked of, whatever topic they sound like.
        asks_handoff: Regular expressions of the whole message that ask whether and when a human comes.
    """

    answers: dict[str, list[list[Text]]]
    cases: dict[str, list[CareCase]] = {}
    follow_ups: dict[str, dict[str, FollowUp]] = {}
    certain: dict[str, list[str]] = {}
    stand_down: list[str] = []
    signs: dict[str, list[str]] = {}
    denials: dict[str, list[str]] = {}
    idioms: dict[str, list[str]] = {}
    said: dict[str, list[str]] = {}
    hurt: list[str] = []
    about_danger: list[str] = []
    asks_handoff: list[str] = []

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="after")
    def _answers_exist(self) -> Self:
        named = [case.answer for cases in self.cases.values() for case in cases]
        named += [found.answer for follow_ups in self.follow_ups.values() for found in follow_ups.values()]
        missing = sorted(set(named) - set(self.answers))
        if missing:
            raise ValueError(f"answers: {missing[0]!r} is named, but not there")
        return self
