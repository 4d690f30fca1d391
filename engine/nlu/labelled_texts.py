"""Reads examples that are labelled by something else than an intent: `data/situated/`, `data/alarms/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.shared.exceptions import InvalidConfigException

from actions.knowledge.yaml_files import YamlFileError, field_name, read_mapping, read_yaml, with_line


def read_labelled_texts(folder: Path) -> dict[str, str]:
    """Returns the label of each example of a folder.

    Raises:
        InvalidConfigException: There is no file, or one has another shape, or a text stands under two labels.
    """
    labels: dict[str, str] = {}
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise InvalidConfigException(f"{folder}: expected files with label and examples, found none.")
    for path in paths:
        label, texts = read_labelled_file(path)
        for field, text in texts:
            other = labels.setdefault(text, label)
            if other != label:
                raise InvalidConfigException(with_line(path, f"{field}: {text!r} stands under {other!r} too."))
    return labels


def read_labelled_file(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """Returns the label of a file, and its examples with the field that each stands in.

    A file has `label` and `examples`: a list of texts, or lists of texts by the topic that their writer had in mind.

    Raises:
        InvalidConfigException: It has another shape; the text says `file:line: field: reason`.
    """
    try:
        document = read_mapping(path)
        if set(document) != {"label", "examples"}:
            raise ValueError("expected the fields label and examples.")
        return document["label"], list(_texts(document["examples"]))
    except YamlFileError as error:
        raise InvalidConfigException(str(error)) from error
    except ValueError as error:
        raise InvalidConfigException(with_line(path, str(error))) from error


def _texts(examples: Any) -> Iterator[tuple[str, str]]:
    groups = examples.items() if isinstance(examples, dict) else [(None, examples)]
    for topic, group in groups:
        location: list[Any] = ["examples"] if topic is None else ["examples", topic]
        if not isinstance(group, list):
            raise ValueError(f"{field_name(location)}: expected lists of texts, found {group!r}.")
        for number, text in enumerate(group):
            field = field_name([*location, number])
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"{field}: expected a text, found {text!r}.")
            yield field, text


def read_nlu_texts(path: Path) -> frozenset[str]:
    """Returns the examples of one file of `data/nlu/`, whatever their intent.

    Raises:
        InvalidConfigException: The file is missing or has another shape.
    """
    try:
        blocks = read_yaml(path)["nlu"]
        lines = [line for block in blocks for line in block["examples"].splitlines()]
    except (YamlFileError, KeyError, TypeError) as error:
        raise InvalidConfigException(f"{path}: expected examples as Rasa writes them.") from error
    return frozenset(line.strip().removeprefix("- ").strip() for line in lines)
