"""Reads what simulated users say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parent / "phrases"


@dataclass(frozen=True)
class Phrases:
    """The phrase lists.

    Attributes:
        openers: By topic, or by `topic.value` for one part of it.
        acts: By what the user does in the middle of something.
        causes: By cause of a diagnosis: that it is `ruled_out`, or `found`.
        details: By detail that is asked for: `answers`, `corrections`, `questions` asked instead,
            `misfits` that are none.
        safety: By name of the answer that must come.
        digressions: What is put in between.
        steps: By topic and step: `done`, `trouble`, `question`.
        ways: How an answer to somebody in danger is reached: what is said `before` it, and `between` its variants;
            what others are `opened_by`.
    """

    openers: dict[str, list[str]]
    acts: dict[str, list[str]]
    causes: dict[str, dict[str, list[str]]]
    details: dict[str, dict[str, list[str]]]
    safety: dict[str, list[str]]
    digressions: dict[str, list[str]]
    steps: dict[str, dict[str, dict[str, list[str]]]]
    ways: dict[str, dict[str, Any]]

    def all(self) -> Iterator[str]:
        """Yields every phrase."""
        for name in ("openers", "acts", "causes", "details", "safety", "digressions", "steps"):
            yield from _texts(getattr(self, name))

    def of_step(self, topic: str, step: str, act: str) -> list[str]:
        """Returns what is said of a step; without phrases of its own, what is said of any."""
        return self.steps.get(topic, {}).get(step, {}).get(act, []) or self.acts[act]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    else:
        yield str(node)


def read_phrases(folder: Path = FOLDER) -> Phrases:
    """Reads the phrase lists."""
    reader = YAML(typ="safe")
    return Phrases(**{path.stem: reader.load(path.read_text(encoding="utf-8")) for path in folder.glob("*.yml")})
