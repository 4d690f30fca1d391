"""Parses of short messages are remembered by text and bundle, and nobody is given another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.nlu.classifiers.keyword_intent_classifier import KeywordIntentClassifier

from actions.knowledge.bundle import current_bundle, turn_with
from engine.nlu.brand_names import BrandNames
from engine.serving import parses
from engine.serving.parses import RememberedParses


def schema(uses: type) -> GraphSchema:
    return GraphSchema({"nlu": SchemaNode({"messages": "__message__"}, uses, "create", "process", {}, is_target=True)})


def remembered(uses: type = BrandNames) -> RememberedParses:
    return RememberedParses(schema(uses), "nlu")


def test_a_parse_is_given_again_as_a_copy() -> None:
    known = remembered()
    parse = {"text": "好了", "intent": {"name": "affirm", "confidence": 0.123456789}, "text_tokens": [(0, 2)]}
    known.keep("好了", True, parse)
    first = known.get("好了", True)
    assert first == parse
    assert first is not None
    first["intent"]["name"] = "deny"
    assert known.get("好了", True) == parse
    assert known.get("好了", False) is None
    assert known.get("好的", True) is None


def test_long_messages_and_what_is_no_plain_data_are_not_kept() -> None:
    known = remembered()
    known.keep("字" * 100, True, {"text": ""})
    known.keep("好了", True, {"text": object()})
    assert known.get("字" * 100, True) is None
    assert known.get("好了", True) is None


def test_the_one_that_was_not_said_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parses, "_REMEMBERED", 2)
    known = remembered()
    known.keep("一", True, {"text": "一"})
    known.keep("二", True, {"text": "二"})
    assert known.get("一", True)
    known.keep("三", True, {"text": "三"})
    assert [bool(known.get(text, True)) for text in "一二三"] == [True, False, True]


def test_another_bundle_has_parses_of_its_own() -> None:
    known = remembered()
    known.keep("好了", True, {"text": "好了"})
    with turn_with(replace(current_bundle())):
        assert known.get("好了", True) is None
    assert known.get("好了", True)


def test_where_a_component_may_go_by_more_than_the_text_nothing_is_kept() -> None:
    known = remembered(KeywordIntentClassifier)
    known.keep("好了", True, {"text": "好了"})
    assert known.get("好了", True) is None
