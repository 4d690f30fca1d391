"""Rasa's file importer, which also checks the knowledge and writes the one rule that each intent needs."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import Knowledge, KnowledgeError, load_knowledge
from actions.rules import actions_by_intent
from engine.nlu.lexicon import read_lexicon
from engine.paths import KNOWLEDGE, LEXICON

_RULE = """
version: "3.1"
rules:
- rule: {intent}
  steps:
  - intent: {intent}
  - action: {action}
"""


class KnowledgeImporter(RasaFileImporter):
    """Adds a rule for every intent: `actions/rules.py` knows which action each leads to.

    So a knowledge file and its intent are enough for a new topic. Used by every Rasa command that reads training data:
    a broken knowledge file stops `rasa train` and `rasa data validate`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Reads the knowledge.

        Raises:
            KnowledgeError: A knowledge file is broken or does not fit the lexicon.
        """
        super().__init__(*args, **kwargs)
        self._examples: TrainingData | None = None
        self._domain: Domain | None = None
        self._knowledge = load_knowledge(KNOWLEDGE)
        problems = list(_unknown_values(self._knowledge, read_lexicon(LEXICON).entity_values))
        if problems:
            raise KnowledgeError(problems)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Returns the examples in the data files.

        Rasa asks for them three times, once for each language that it supposes; the files are the same. Who asks merges
        them with others, which copies them.
        """
        if self._examples is None:
            self._examples = super().get_nlu_data(language)
        return self._examples

    def get_domain(self) -> Domain:
        """Returns the domain in the domain file, read once: Rasa asks three times, and merging makes copies too."""
        if self._domain is None:
            self._domain = super().get_domain()
        return self._domain

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Returns the stories and rules in the data files, and one rule for each intent."""
        graph = super().get_stories(exclusion_percentage)
        domain = self.get_domain()
        if domain.is_empty():
            return graph
        _refuse_unreachable(self._knowledge, domain)
        reader = YAMLStoryReader(domain)
        topics = [topic for topic in self._knowledge.topics if topic in domain.intents]
        for intent, action in actions_by_intent(topics).items():
            steps = reader.read_from_string(_RULE.format(intent=intent, action=action))
            graph = graph.merge(StoryGraph(steps))
        return graph


def _unknown_values(knowledge: Knowledge, known: dict[str, tuple[str, ...]]) -> list[str]:
    problems = []
    for topic in knowledge.topics.values():
        used = [(topic.entity, step.value) for step in topic.steps if step.value]
        used += [(topic.entity, item.value) for item in topic.items]
        used += [("detail", entry.value) for entry in topic.details]
        for entity, value in used:
            if value not in known.get(entity or "", ()):
                problems.append(
                    f"{KNOWLEDGE / topic.id}.yml: no pattern in {LEXICON / 'entities.yml'} gives {entity} the value "
                    f"{value!r}"
                )
    return problems


def _refuse_unreachable(knowledge: Knowledge, domain: Domain) -> None:
    opened = {item.opens for topic in knowledge.topics.values() for item in topic.items}
    problems = [
        f"{KNOWLEDGE / topic}.yml: nothing opens this topic: name an intent of the domain {topic!r}, "
        "or let an item of another topic open it"
        for topic in knowledge.topics
        if topic not in domain.intents and topic not in opened
    ]
    if problems:
        raise KnowledgeError(problems)
