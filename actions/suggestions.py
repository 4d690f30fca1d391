"""What the knowledge files say to a message, for an agent who answers it; and what a message can be labelled with."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.dialogue.answers import SURE, find_answer
from actions.dialogue.messages import UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.incoming import message_from_parse
from actions.knowledge import Knowledge, Topic
from actions.knowledge.answers import KnownAnswer
from actions.knowledge.schema import Setting

MAX_SUGGESTIONS = 5
# An intent that is less likely than this is no answer to what was asked; the same limit as for 「您是不是想问」.
_LIKELY = 0.05
# Of the likenesses of `engine/nlu/question_index.py`: half of the questions that have an answer are as alike to it, a
# twelfth of what is out of scope is so to anything.
_RELATED = 1.5
_NUMBERED = re.compile(r"(\d+\. )(.*)")
_SENTENCES = re.compile(r"[^。；！？]+[。；！？]*")


@dataclass(frozen=True)
class Suggestion:
    """One thing that an agent may say: an answer, a question of detail, a step, or all steps of a procedure.

    Attributes:
        topic: Id of the topic that it comes from.
        title: What it is about.
        text: What to say, in plain text.
    """

    topic: str
    title: str
    text: str


def suggestions(
    knowledge: Knowledge, placeholder_values: Mapping[str, str], parse: Mapping[str, Any]
) -> list[Suggestion]:
    """Returns what the knowledge says to a message, best first.

    Lines about settings that the deployment has not filled in are left out: they are the bot's excuse, no help to an
    agent. The first suggestions are the parts that the message names (the hotline, one cause, one detail), if any.

    Args:
        knowledge: Topics and wording.
        placeholder_values: Values of the placeholders that are filled in.
        parse: What the NLU makes of the message.

    Returns:
        At most `MAX_SUGGESTIONS`; none when the message is about nothing that the bot knows.
    """
    message = message_from_parse(parse, knowledge.wording.rejections)
    plain = _Plain(knowledge, placeholder_values)
    # What the bot would answer itself comes first.
    found: dict[Suggestion, None] = dict.fromkeys(plain.answer(message))
    for topic in _topics(knowledge, message, parse):
        found.update(dict.fromkeys(plain.about(topic, message)))
    found.update(dict.fromkeys(plain.answers(message)))
    by_an_agent = filter(None, (_by_an_agent(suggestion, knowledge) for suggestion in found))
    return list({suggestion.text: suggestion for suggestion in by_an_agent}.values())[:MAX_SUGGESTIONS]


def _by_an_agent(suggestion: Suggestion, knowledge: Knowledge) -> Suggestion | None:
    """Returns a suggestion as an agent would say it: without what sends the user to one, and the bot's excuses.

    None if nothing else is in it. What is about support itself may name it.
    """
    left_out = knowledge.wording.left_out_by_agents
    is_about_support = any(word in suggestion.title for word in left_out.offers)
    words = left_out.excuses if is_about_support else [*left_out.offers, *left_out.excuses]
    numbers = itertools.count(1)
    lines: list[str] = []
    for line in suggestion.text.splitlines():
        match = _NUMBERED.match(line)
        number, said = match.groups() if match else ("", line)
        kept = "".join(part for part in _SENTENCES.findall(said) if not any(word in part for word in words))
        if kept:
            kept = f"{kept[:-1]}。" if kept.endswith("；") else kept
            lines.append(f"{next(numbers)}. {kept}" if number else kept)
    return replace(suggestion, text="\n".join(lines)) if lines else None


def _topics(knowledge: Knowledge, message: UserMessage, parse: Mapping[str, Any]) -> Iterator[Topic]:
    """Yields the topics that the message may be about: all that it asks for, then the likely ones."""
    ranking = parse.get("intent_ranking") or ()
    likely = [entry["name"] for entry in ranking if entry["confidence"] >= _LIKELY]
    asked = [message.intent, *(request.intent for request in message.further_requests)]
    for name in dict.fromkeys([*asked, *likely]):
        if name in knowledge.topics:
            yield knowledge.topics[name]


def _values(topic: Topic) -> set[str]:
    return {item.value for item in topic.items} | {step.value for step in topic.steps if step.value}


class _Plain:
    """Puts topics into plain text: no buttons, no questions of the bot."""

    def __init__(self, knowledge: Knowledge, values: Mapping[str, str]) -> None:
        self._knowledge, self._values = knowledge, values
        self._replies = ReplyBuilder(knowledge, values)

    def about(self, topic: Topic, message: UserMessage) -> Iterator[Suggestion]:
        """Yields the parts of a topic that the message names, then the topic as a whole."""
        named = message.single_value(topic.entity, _values(topic))
        asked = message.single_value("detail", {detail.value for detail in topic.details})
        for item in topic.items:
            if item.value == named:
                yield Suggestion(topic.id, item.label, self._with_settings(item.text, item.settings))
                if item.opens:
                    yield self._steps(self._knowledge.topics[item.opens])
        for step in topic.steps:
            if step.value is not None and step.value == named:
                yield Suggestion(topic.id, self._fill(step.title, topic), self._fill(step.text, topic))
        for detail in topic.details:
            if detail.value == asked:
                yield Suggestion(topic.id, topic.title, self._fill(detail.text, topic))
        if topic.is_walkthrough:
            yield self._steps(topic)
        else:
            yield Suggestion(topic.id, topic.title, self._with_settings(topic.text or "", topic.settings))

    def answer(self, message: UserMessage) -> Iterator[Suggestion]:
        """Yields the answer that the message asks for, if there is one."""
        found = find_answer(Context(self._knowledge, self._replies), DialogueState(), message, SURE)
        if found:
            yield from self._said(found.answer)

    def answers(self, message: UserMessage) -> Iterator[Suggestion]:
        """Yields the answers of all topics that are related to the message, the nearest first."""
        for address, likeness in sorted(message.asked_answers.items(), key=lambda entry: -entry[1]):
            answer = self._knowledge.answers.get(address)
            if answer is not None and likeness >= _RELATED:
                yield from self._said(answer)

    def _said(self, answer: KnownAnswer) -> Iterator[Suggestion]:
        with contextlib.suppress(KeyError):
            # What the deployment has not filled in is no answer.
            yield Suggestion(answer.topic, answer.title, self._fill(answer.text, self._knowledge.topics[answer.topic]))

    def _steps(self, topic: Topic) -> Suggestion:
        warning = [self._fill(topic.warning.text, topic)] if topic.warning else []
        steps = [f"{number}. {self._fill(step.text, topic)}" for number, step in enumerate(topic.steps, start=1)]
        return Suggestion(topic.id, topic.title, "\n".join([*warning, *steps]))

    def _with_settings(self, text: str, settings: Iterable[Setting]) -> str:
        return self._replies.with_settings(text, [setting for setting in settings if setting.name in self._values])

    def _fill(self, text: str, topic: Topic) -> str:
        return self._replies.fill(text, topic)


def intent_titles(
    knowledge: Knowledge, intents: Iterable[str], placeholder_values: Mapping[str, str]
) -> dict[str, str]:
    """Returns the titles of intents as a person who labels messages reads them: the main topics first.

    Args:
        knowledge: Gives titles: of topics the one that tickets have, not what their button says; of others those of
            `wording.yml`.
        intents: The intents of the model.
        placeholder_values: Values of the placeholders that are filled in.

    Returns:
        Title by intent. Intents without a title, such as Rasa's own, are left out.
    """
    replies = ReplyBuilder(knowledge, placeholder_values)
    known = set(intents)
    labels = knowledge.wording.choices.labels

    def topic_title(name: str) -> str:
        topic = knowledge.topics[name]
        return replies.fill(topic.title, topic)

    ordered: Sequence[tuple[Iterable[str], Callable[[str], str]]] = (
        ([topic.id for topic in knowledge.main_topics], topic_title),
        (knowledge.topics, topic_title),
        (labels, replies.label),
        (knowledge.wording.intent_titles, lambda name: knowledge.wording.intent_titles[name]),
    )
    titles: dict[str, str] = {}
    for names, title in ordered:
        for name in names:
            if name in known:
                titles.setdefault(name, title(name))
    return titles
