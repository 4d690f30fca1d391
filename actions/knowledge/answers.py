"""Every answer that the knowledge holds, with an address of its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from actions.knowledge.schema import StepAnswer, Topic

TOPIC = "topic"
# The id of the text of a part, which is an answer by itself.
TEXT = "text"
# What a report says of a step.
DONE, THERE = "done", "there"
_PLACEHOLDER = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class KnownAnswer:
    """One answer.

    Attributes:
        topic: Id of the topic that it belongs to.
        place: Id of the step or detail there, value of the part, or `topic`.
        id: Its name there; `text` for the text of a part, which answers by itself.
        title: What it is about: the title of the step, the detail, the topic.
        text: The text, with placeholders.
        instead: Whether it is about a matter that only sounds like the topic.
    """

    topic: str
    place: str
    id: str
    title: str
    text: str
    instead: bool = False

    @property
    def address(self) -> str:
        """What the NLU, and the files of questions, call it."""
        return f"{self.topic}/{self.place}/{self.id}"

    @property
    def fingerprint(self) -> int:
        """A number that stands for it in the state of a conversation."""
        return fingerprint(self.topic, self.place, self.text)

    @property
    def said(self) -> str:
        """What it says, for comparing it with a question."""
        return _PLACEHOLDER.sub("", f"{self.title}：{self.text}")


def fingerprint(topic: str, place: str, text: str) -> int:
    """Returns a number that stands for an answer; short enough to be remembered in a slot."""
    return zlib.crc32(f"{topic}/{place}/{text}".encode())


def known_answers(topics: Mapping[str, Topic]) -> Iterator[KnownAnswer]:
    """Yields all answers of all topics; what is done in an emergency is told in its own way and is none."""
    for topic in topics.values():
        if topic.urgent:
            continue
        yield from _of_place(topic, TOPIC, topic.title, topic.answers)
        for step in topic.steps:
            yield from _of_place(topic, step.id, step.title, step.answers)
        for asked in topic.collected_details:
            yield from _of_place(topic, asked.id, asked.label, asked.answers)
        for item in topic.items:
            yield KnownAnswer(topic.id, item.value, TEXT, f"{topic.title}，{item.label}", item.text)
        for detail in topic.details:
            yield KnownAnswer(topic.id, detail.value, TEXT, topic.title, detail.text)


def _of_place(topic: Topic, place: str, title: str, answers: list[StepAnswer]) -> Iterator[KnownAnswer]:
    for answer in answers:
        yield KnownAnswer(topic.id, place, answer.id, title, answer.text, answer.instead)


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
