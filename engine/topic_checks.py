"""Whether the topics of the knowledge fit the lexicon and the domain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from actions.knowledge import Knowledge
from engine.paths import KNOWLEDGE, LEXICON


def unknown_values(
    knowledge: Knowledge, values: Mapping[str, Collection[str]], folder: Path = KNOWLEDGE, lexicon: Path = LEXICON
) -> list[str]:
    """Returns a line for each value of an entity that no pattern of the lexicon gives.

    Args:
        knowledge: The topics.
        values: The values that the lexicon gives, by entity.
        folder: Where the knowledge was read from.
        lexicon: Where the values were read from.
    """
    return [
        f"{folder / topic}.yml: no pattern in {lexicon / 'entities.yml'} gives {entity} the value {value!r}"
        for topic, entity, value in _used_values(knowledge)
        if value not in values.get(entity or "", ())
    ]


def _used_values(knowledge: Knowledge) -> Iterator[tuple[str, str | None, str]]:
    for topic in knowledge.topics.values():
        yield from ((topic.id, topic.entity, step.value) for step in topic.steps if step.value)
        yield from ((topic.id, topic.entity, item.value) for item in topic.items)
        yield from ((topic.id, "detail", entry.value) for entry in topic.details)


def unreachable_topics(knowledge: Knowledge, intents: Collection[str], folder: Path = KNOWLEDGE) -> list[str]:
    """Returns a line for each topic that neither an intent nor another topic opens."""
    opened = {item.opens for topic in knowledge.topics.values() for item in topic.items}
    return [
        f"{folder / topic}.yml: nothing opens this topic: name an intent of the domain {topic!r}, "
        "or let an item of another topic open it"
        for topic in knowledge.topics
        if topic not in intents and topic not in opened
    ]
