"""Every answer that the knowledge holds, with an address of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from actions.knowledge.schema import StepAnswer, Topic

TOPIC = "topic"
# What a report says of a step.
DONE, THERE = "done", "there"
_PLACEHOLDER = re.compile(r"\{\w+\}")
# More patterns blur what a question for the answer is like.
_PATTERNS = 8


@dataclass(frozen=True)
class KnownAnswer:
    """One answer.

    Attributes:
        topic: Id of the topic that it belongs to.
        place: Id of the step or detail there, value of the part, or `topic`.
        position: Its position among the answers there, from 1; 0 for a text that answers by itself.
        title: What it is about: the title of the step, the detail, the topic.
        text: The text, with placeholders.
        about: The patterns of the questions that it answers.
    """

    topic: str
    place: str
    position: int
    title: str
    text: str
    about: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """What the NLU calls it."""
        return f"{self.topic}/{self.place}/{self.position}"

    @property
    def passages(self) -> tuple[str, ...]:
        """What it says and what is asked for it, for comparing both with a question."""
        words = ["".join(part.split("|")[0] for part in pattern.split("+")) for pattern in self.about[:_PATTERNS]]
        said = _PLACEHOLDER.sub("", f"{self.title}：{self.text}")
        return (said, "，".join([self.title, *words])) if words else (said,)


def known_answers(topics: Mapping[str, Topic]) -> Iterator[KnownAnswer]:
    """Yields all answers of all topics; what is done in an emergency is told in its own way and is none."""
    for topic in topics.values():
        if topic.urgent:
            continue
        yield from _numbered(topic, TOPIC, topic.title, topic.answers)
        for step in topic.steps:
            yield from _numbered(topic, step.id, step.title, step.answers)
        for asked in topic.collected_details:
            yield from _numbered(topic, asked.id, asked.label, asked.answers)
        for item in topic.items:
            yield KnownAnswer(topic.id, item.value, 0, f"{topic.title}，{item.label}", item.text)
        for detail in topic.details:
            yield KnownAnswer(topic.id, detail.value, 0, topic.title, detail.text)


def _numbered(topic: Topic, place: str, title: str, answers: list[StepAnswer]) -> Iterator[KnownAnswer]:
    for position, answer in enumerate(answers, 1):
        yield KnownAnswer(topic.id, place, position, title, answer.text, tuple(answer.about))


def step_passages(topics: Mapping[str, Topic]) -> Iterator[tuple[str, str]]:
    """Yields what users say of each step of a procedure: its address, `done` or `there`, and the words."""
    for topic in topics.values():
        if topic.kind != "procedure":
            continue
        for step in topic.steps:
            address = f"{topic.id}/{step.id}"
            for report in (step.title, *step.done_reports):
                yield f"{address}/{DONE}", report
            for report in step.arrivals:
                yield f"{address}/{THERE}", report
