"""The NLU examples of `data/nlu/`, read line by line without Rasa, so that each example knows its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actions.knowledge.yaml_files import YamlFileError, line_of, read_mapping


@dataclass(frozen=True)
class NluExample:
    """One example.

    Attributes:
        text: What the user says.
        intent: What it means.
        place: `file:line`.
    """

    text: str
    intent: str
    place: str


def read_examples(path: Path, problems: list[str]) -> Iterator[NluExample]:
    """Yields the examples of a file; adds what is wrong in it to `problems`, as `file:line: field: reason`."""
    try:
        document = read_mapping(path, lines=True)
    except YamlFileError as error:
        problems.append(str(error))
        return
    blocks = document.get("nlu")
    if not isinstance(blocks, list):
        problems.append(f"{path}:1: nlu: expected a list of blocks with intent and examples")
        return
    for number, block in enumerate(blocks):
        field, line = f"nlu[{number}]", line_of(document, ["nlu", number])
        if not isinstance(block, dict) or set(block) != {"intent", "examples"}:
            problems.append(f"{path}:{line}: {field}: expected the fields intent and examples")
            continue
        intent, examples = block["intent"], block["examples"]
        first = line_of(document, ["nlu", number, "examples"]) + 1
        if not isinstance(intent, str) or not isinstance(examples, str):
            problems.append(f"{path}:{line}: {field}: expected an intent, and examples as text (`examples: |`)")
            continue
        for offset, written in enumerate(examples.splitlines()):
            place = f"{path}:{first + offset}"
            if not written.startswith("- ") or not written[2:].strip():
                problems.append(f"{place}: {field}.examples: expected `- ` and a text, found {written!r}")
                continue
            yield NluExample(written[2:].strip(), intent, place)
