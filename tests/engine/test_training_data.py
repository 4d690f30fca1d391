"""Training data are put together as Rasa puts them together, without hashing every example each time."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import ACTION_NAME, ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.training import _merge

FIRST = [Message({TEXT: "忘了密码", INTENT: "forgot_password"}), Message({TEXT: "在吗", INTENT: "greet"})]
OTHER = [Message({TEXT: "付不了款", INTENT: "payment_failure"}), Message({ACTION_NAME: "action_listen"})]
SAME_TEXT = [Message({TEXT: "在吗", INTENT: "greet", ENTITIES: [{"entity": "detail", "start": 0, "end": 1}]})]


@pytest.mark.parametrize("parts", [[FIRST, OTHER], [FIRST, FIRST], [FIRST, SAME_TEXT], [[], OTHER, FIRST, OTHER], []])
def test_examples_are_those_of_rasa(parts: list[list[Message]]) -> None:
    sets = [
        TrainingData(list(part), {f"w{i}": "w"}, [{"name": "r", "pattern": str(i)}]) for i, part in enumerate(parts)
    ]
    expected = TrainingData().merge(*sets)
    found = _merge(TrainingData(), *sets)
    assert found.training_examples == expected.training_examples
    assert found.entity_synonyms == expected.entity_synonyms
    assert found.regex_features == expected.regex_features
    assert found.fingerprint() == expected.fingerprint()
