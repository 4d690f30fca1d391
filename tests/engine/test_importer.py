"""A knowledge file and its intent are enough for a new topic; broken ones stop every Rasa command."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.core.constants import RULE_SNIPPET_ACTION_NAME
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import KnowledgeError, load_knowledge
from actions.rules import actions_by_intent
from engine import importer
from engine.importer import KnowledgeImporter
from tests.paths import ROOT

NEW_TOPIC = """
title: 打开声音
kind: procedure
intro: 一共{step_count}步。
steps:
- {id: open_settings, title: 打开设置, text: 打开设置页面。, trouble: 在我的里面找。}
"""


def rules(domain: Path) -> dict[str, list[str]]:
    """Returns the intent of each rule with the actions that follow it."""
    files = KnowledgeImporter(str(ROOT / "config.yml"), str(domain), [str(ROOT / "data")])
    found = {}
    for step in files.get_stories().story_steps:
        (intent,) = (event.intent_name for event in step.events if isinstance(event, UserUttered))
        actions = [event.action_name for event in step.events if isinstance(event, ActionExecuted)]
        # Rasa puts a placeholder before the first turn of a rule.
        found[intent] = [name for name in actions if name != RULE_SNIPPET_ACTION_NAME]
    return found


@pytest.fixture
def knowledge_in_use(knowledge_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(importer, "KNOWLEDGE", knowledge_folder)
    return knowledge_folder


def test_every_intent_has_exactly_one_rule() -> None:
    found = rules(ROOT / "domain.yml")
    topics = [topic for topic in load_knowledge().topics if topic in found]
    assert found == {intent: [action] for intent, action in actions_by_intent(topics).items()}
    assert found["human_handoff"] == ["action_hand_off_to_human"]


def test_a_new_topic_needs_a_knowledge_file_and_a_line_in_the_domain(knowledge_in_use: Path, tmp_path: Path) -> None:
    (knowledge_in_use / "turn_on_sound.yml").write_text(NEW_TOPIC, encoding="utf-8")
    domain = (ROOT / "domain.yml").read_text(encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"turn_on_sound\.yml: nothing opens this topic"):
        rules(ROOT / "domain.yml")
    (tmp_path / "domain.yml").write_text(domain.replace("- greet\n", "- greet\n- turn_on_sound\n", 1), encoding="utf-8")
    assert rules(tmp_path / "domain.yml")["turn_on_sound"] == ["action_open_topic"]


def test_a_topic_with_examples_needs_no_line_in_the_domain(
    knowledge_in_use: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (knowledge_in_use / "turn_on_sound.yml").write_text(NEW_TOPIC, encoding="utf-8")
    domain = (ROOT / "domain.yml").read_text(encoding="utf-8")
    (tmp_path / "domain.yml").write_text(domain.replace("- greet\n", "- greet\n- taken_out\n", 1), encoding="utf-8")
    examples = TrainingData([Message.build("怎么开声音", "turn_on_sound")])
    monkeypatch.setattr(KnowledgeImporter, "get_nlu_data", lambda *_: examples)
    found = rules(tmp_path / "domain.yml")
    assert found["turn_on_sound"] == ["action_open_topic"]
    importer_of = KnowledgeImporter(str(ROOT / "config.yml"), str(tmp_path / "domain.yml"), [])
    assert "taken_out" not in importer_of.get_domain().intents


def test_broken_knowledge_stops_the_import(knowledge_in_use: Path) -> None:
    (knowledge_in_use / "support_hours.yml").write_text("kind: answer", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"support_hours\.yml:1: title: required, but missing"):
        rules(ROOT / "domain.yml")


def test_a_value_that_no_pattern_gives_stops_the_import(knowledge_in_use: Path) -> None:
    path = knowledge_in_use / "payment_failure.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: bank", "value: weather"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"payment_failure\.yml: no pattern .* payment_cause the value 'weather'"):
        rules(ROOT / "domain.yml")
