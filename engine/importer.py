"""Rasa's file importer, which also checks the knowledge and writes the one rule that each intent needs."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.dialogue.acts import CONTROL_INTENTS
from actions.knowledge import KnowledgeError, load_knowledge
from actions.knowledge.questions import load_questions
from actions.rules import actions_by_intent
from engine.nlu.lexicon import read_lexicon
from engine.paths import KNOWLEDGE, LEXICON, QUESTIONS
from engine.topic_checks import unknown_values, unreachable_topics

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
        load_questions(self._knowledge.addresses, QUESTIONS)
        problems = list(unknown_values(self._knowledge, read_lexicon(LEXICON).entity_values))
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
        """Returns the domain in the domain file, with an intent for each topic that has examples and for no other.

        A topic that is added or taken out at the desk changes no domain file. Read once: Rasa asks three times, and
        merging makes copies too.
        """
        if self._domain is None:
            domain = super().get_domain()
            self._domain = domain if domain.is_empty() else self._fitted(domain)
        return self._domain

    def _fitted(self, domain: Domain) -> Domain:
        topics = set(self.get_nlu_data().intents) & set(self._knowledge.topics)
        missing = sorted(topics - set(domain.intents))
        gone = set(domain.intents) - topics - set(CONTROL_INTENTS) - set(self._knowledge.topics)
        if not missing and not gone:
            return domain
        told = domain.as_dict()
        told["intents"] = [it for it in told["intents"] if _name(it) not in gone] + missing
        return Domain.from_dict(told)

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Returns the stories and rules in the data files, and one rule for each intent."""
        graph = super().get_stories(exclusion_percentage)
        domain = self.get_domain()
        if domain.is_empty():
            return graph
        problems = unreachable_topics(self._knowledge, domain.intents)
        if problems:
            raise KnowledgeError(problems)
        reader = YAMLStoryReader(domain)
        topics = [topic for topic in self._knowledge.topics if topic in domain.intents]
        for intent, action in actions_by_intent(topics).items():
            steps = reader.read_from_string(_RULE.format(intent=intent, action=action))
            graph = graph.merge(StoryGraph(steps))
        return graph


def _name(intent: str | dict[str, Any]) -> str:
    return intent if isinstance(intent, str) else next(iter(intent))
