"""How users ask for a topic: the examples in data/nlu/, edited line by line so that all else stays as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from uwallet_gateway.knowledge.bundles import Files

FOLDER = "data/nlu/"
_HEAD = 'version: "3.1"\nnlu:\n'
_INTENT = re.compile(r"- intent: *(\w+) *")
_EXAMPLE = re.compile(r"    - (.+)")


@dataclass(frozen=True, slots=True)
class MovedExample:
    """An example that has stood under another intent."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    intent: str
    text: str


def examples_of(files: Files, topic: str) -> list[str]:
    """The examples in the topic's own file."""
    return [line.text for line in _lines(files.get(_path(topic), "")) if line.intent == topic]


def with_examples(files: Files, topic: str, examples: Sequence[str]) -> tuple[dict[str, str], list[MovedExample]]:
    """The files with these examples in the topic's own one; the same words stand under no other intent then."""
    changed = dict(files)
    wanted = list(dict.fromkeys(examples))
    keys = {_key(text) for text in wanted}
    moved: list[MovedExample] = []
    for path, content in files.items():
        if not path.startswith(FOLDER):
            continue
        own = path == _path(topic)
        gone = [line for line in _lines(content) if (own and line.intent == topic) or _key(line.text) in keys]
        moved += [MovedExample(line.text, line.intent) for line in gone if line.intent != topic]
        if gone:
            changed[path] = _without(content, {line.number for line in gone})
    if wanted:
        content = changed.get(_path(topic), _HEAD)
        block = f"- intent: {topic}\n  examples: |\n" + "".join(f"    - {text}\n" for text in wanted)
        changed[_path(topic)] = content + block
    return _without_empty(changed), moved


def without_examples(files: Files, topic: str) -> dict[str, str]:
    """The files without any example of a topic."""
    changed = dict(files)
    for path, content in files.items():
        if path.startswith(FOLDER):
            gone = {line.number for line in _lines(content) if line.intent == topic}
            if gone:
                changed[path] = _without(content, gone)
    return _without_empty(changed)


def given_back(files: Files, published: Files, topic: str) -> dict[str, str]:
    """The files with what the topic has taken from other intents where it stood in the published ones."""
    changed = dict(files)
    keys = {_key(text) for text in examples_of(files, topic)}
    for path, content in published.items():
        if not path.startswith(FOLDER) or path == _path(topic):
            continue
        present = {(line.intent, line.text) for line in _lines(files.get(path, ""))}
        lines = list(_lines(content))
        missing = {line.number: line for line in lines if (line.intent, line.text) not in present}
        back = {number for number, line in missing.items() if _key(line.text) in keys and line.intent != topic}
        # A file to which something else was added since is left alone.
        if back and present <= {(line.intent, line.text) for line in lines}:
            changed[path] = _without(content, missing.keys() - back)
    return dict(sorted(changed.items()))


def _path(topic: str) -> str:
    return f"{FOLDER}{topic}.yml"


def _lines(content: str) -> Iterator[_Line]:
    intent = ""
    for number, line in enumerate(content.splitlines()):
        if begin := _INTENT.fullmatch(line):
            intent = begin[1]
        elif (example := _EXAMPLE.fullmatch(line)) and intent:
            yield _Line(number, intent, example[1].strip())


def _without(content: str, numbers: Iterable[int]) -> str:
    """The file without some examples; an intent that has none left goes, too."""
    gone, lines = set(numbers), content.splitlines(keepends=True)
    blocks: list[list[int]] = []
    for number, line in enumerate(lines):
        if _INTENT.fullmatch(line.rstrip("\n")):
            blocks.append([])
        if blocks:
            blocks[-1].append(number)
    for block in blocks:
        examples = {number for number in block if _EXAMPLE.fullmatch(lines[number].rstrip("\n"))}
        if examples and examples <= gone:
            gone |= set(block)
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _without_empty(files: Files) -> dict[str, str]:
    kept = {path: text for path, text in files.items() if not path.startswith(FOLDER) or any(_lines(text))}
    return dict(sorted(kept.items()))


def _key(text: str) -> str:
    """What is left when spaces, punctuation and widths are folded."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in folded if character.isalnum()) or text
