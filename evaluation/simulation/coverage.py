"""What of `data/knowledge/` conversations have reached, as test coverage tells it of code: by file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from evaluation.simulation.noise import in_traditional

KNOWLEDGE = Path(__file__).resolve().parents[2] / "data" / "knowledge"
# What users never read, or only as a part of something else that counts.
_NOT_TOLD = frozenset(
    [
        "id",
        "value",
        "kind",
        "entity",
        "title",
        "about",
        "words",
        "related",
        "opens",
        "name",
        "names",
        "accepts",
        "questions",
        "done_reports",
        "arrivals",
        "collect",
        "unit",
        "position",
        "urgent",
        "answer",
        "source",
    ]
)
_ON_BUTTONS = frozenset({"label", "accept_label", "decline_label"})
_PLACEHOLDER = re.compile(r"\\{\w+\\}")
# Of wording.yml, which puts sentences together, only this is told as it stands.
_TOLD_WORDING = "contact_details"


@dataclass(frozen=True)
class Entry:
    """One text that a user can be told.

    Attributes:
        file: Name of the knowledge file.
        line: Where it stands, from 1.
        path: Its place in the file, such as `steps[2].trouble`.
        text: The text with its placeholders.
    """

    file: str
    line: int
    path: str
    text: str

    @property
    def is_label(self) -> bool:
        """Whether it is told on a button."""
        name = self.path.rsplit(".", 1)[-1]
        return name in _ON_BUTTONS and not self.path.startswith(("collected_details", "contact_details"))


def entries(folder: Path = KNOWLEDGE) -> list[Entry]:
    """Returns every text of the knowledge that a user can be told."""
    found: list[Entry] = []
    reader = YAML(typ="rt")
    for path in sorted(folder.glob("*.yml")):
        document = reader.load(path.read_text(encoding="utf-8"))
        # What these two say depends on what is known by then; tests/actions/dialogue/test_danger_talk.py reaches it.
        if path.name in ("organisation.yml", "danger.yml", "crisis.yml"):
            continue
        if path.name == "wording.yml":
            document = {_TOLD_WORDING: document[_TOLD_WORDING]}
        if path.name == "safety.yml":
            document = document["answers"]
        found += [Entry(path.name, line, name, text) for name, line, text in _leaves(document, "", 1)]
    return found


def _leaves(node: Any, path: str, line: int) -> Iterator[tuple[str, int, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _NOT_TOLD:
                below = node.lc.key(key)[0] + 1 if isinstance(node, CommentedMap) else line
                yield from _leaves(value, f"{path}.{key}".lstrip("."), below)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            below = node.lc.item(number)[0] + 1 if isinstance(node, CommentedSeq) else line
            yield from _leaves(value, f"{path}[{number}]", below)
    elif isinstance(node, str):
        yield path, line, node.strip()


class Coverage:
    """Counts which entries were told."""

    def __init__(self, told: Iterable[Entry]) -> None:
        """Keeps how each entry is recognised, in both scripts."""
        self.entries = list(told)
        self.reached: set[Entry] = set()
        self._patterns = [(entry, pattern) for entry in self.entries for pattern in _patterns(entry)]
        self._found: dict[tuple[str, bool], frozenset[Entry]] = {}

    def told_by(self, texts: Iterable[str], titles: Iterable[str]) -> frozenset[Entry]:
        """Returns the entries that a turn tells by its texts and the titles of its buttons, and remembers them."""
        found: set[Entry] = set()
        for text, on_button in [*((text, False) for text in texts), *((title, True) for title in titles)]:
            known = self._found.get((text, on_button))
            if known is None:
                known = self._found[text, on_button] = frozenset(
                    entry
                    for entry, pattern in self._patterns
                    if entry.is_label == on_button and (pattern.fullmatch(text) if on_button else pattern.search(text))
                )
            found |= known
        self.reached |= found
        return frozenset(found)

    @property
    def missing(self) -> list[Entry]:
        """The entries that no conversation has reached."""
        return [entry for entry in self.entries if entry not in self.reached]


def _patterns(entry: Entry) -> list[re.Pattern[str]]:
    texts = {entry.text, in_traditional(entry.text)}
    return [re.compile(_PLACEHOLDER.sub("(?s:.+?)", re.escape(text))) for text in sorted(texts)]
