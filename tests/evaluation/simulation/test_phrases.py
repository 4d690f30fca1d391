"""What simulated users say is none of what the bot was trained with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from actions.dialogue.messages import folded
from evaluation.paths import ROOT
from evaluation.simulation.phrases import read_phrases
from language.text_normalization import normalize


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield from (line.strip().removeprefix("- ") for line in node.splitlines())


def _key(text: str) -> str:
    return folded(normalize(text))


def test_no_phrase_is_a_training_example() -> None:
    trained: dict[str, str] = {}
    for folder in ("nlu", "situated", "alarms"):
        for path in sorted((ROOT / "data" / folder).glob("*.yml")):
            document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
            trained |= {_key(text): path.name for text in _texts(document)}
    assert len(trained) > 5000
    # Words of the bot itself are no examples: 主菜单 is what anybody says.
    known = {_key(word) for word in read_phrases().acts["menu"]}
    both = {text: trained[_key(text)] for text in read_phrases().all() if _key(text) in trained}
    assert {text: name for text, name in both.items() if _key(text) not in known} == {}
