"""The component tells the operators of each message, in the text as it was normalized."""

from __future__ import annotations

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.sentence_operators import OPERATORS, SentenceOperators

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")


def operators_of(*texts: str) -> list[list[dict[str, object]]]:
    nlp = NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)
    messages = nlp.process([Message({TEXT: text}) for text in texts], nlp.provide())
    component = SentenceOperators.create(SentenceOperators.get_default_config(), None, None, CONTEXT)
    return [message.get(OPERATORS) for message in component.process(messages)]


def test_each_message_has_its_own() -> None:
    denied, named, none = operators_of("我沒被盜", "我要注销", "你好")
    assert [(one["name"], one["matter"]) for one in denied] == [("negated", "account_compromised")]
    assert [one for one in named if one["name"] != "anchor"] == [
        {"name": "named", "matter": "account_closure", "start": 2, "end": 4}
    ]
    assert none == []


def test_it_stands_after_what_normalizes() -> None:
    assert SentenceOperators.required_components() == [NormalizedSpacyNLP]
