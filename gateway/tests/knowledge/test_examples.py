"""Examples are put into the files of a topic, taken from other intents, and given back."""

from __future__ import annotations

from uwallet_gateway.knowledge.examples import examples_of, given_back, with_examples, without_examples

OTHERS = """version: "3.1"
nlu:
# Kept.
- intent: out_of_scope
  examples: |
    - 怎么换手机号？
    - 今天天气
- intent: greet
  examples: |
    - 换绑手机
"""
FILES = {"data/nlu/social.yml": OTHERS, "data/knowledge/x.yml": "title: x\n"}


def test_the_same_words_stand_under_one_intent() -> None:
    files, moved = with_examples(FILES, "change_phone", ["怎么换手机号", "怎么换手机号", "换绑手机"])
    assert examples_of(files, "change_phone") == ["怎么换手机号", "换绑手机"]
    assert [(it.text, it.intent) for it in moved] == [("怎么换手机号？", "out_of_scope"), ("换绑手机", "greet")]
    # An intent that has none left is not left empty; all else stands as it was.
    assert files["data/nlu/social.yml"] == OTHERS.replace("    - 怎么换手机号？\n", "").partition("- intent: greet")[0]
    assert with_examples(files, "change_phone", ["换绑手机", "怎么换手机号"])[1] == []


def test_what_was_taken_goes_back() -> None:
    files, _ = with_examples(FILES, "change_phone", ["怎么换手机号", "换绑手机"])
    assert without_examples(given_back(files, FILES, "change_phone"), "change_phone") == FILES
    # What somebody has added meanwhile is not lost.
    files["data/nlu/social.yml"] += "- intent: thank\n  examples: |\n    - 谢谢\n"
    assert given_back(files, FILES, "change_phone")["data/nlu/social.yml"] == files["data/nlu/social.yml"]
