"""Reads examples that are labelled by something else than an intent: `data/situated/`, `data/alarms/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.shared.exceptions import InvalidConfigException
from ruamel.yaml import YAML


def read_labelled_texts(folder: Path) -> dict[str, str]:
    """Returns the label of each example.

    A file has `label` and `examples`: a list of texts, or lists of texts by the topic that their writer had in mind.

    Raises:
        InvalidConfigException: There is no file, or one has another shape, or a text stands under two labels.
    """
    labels: dict[str, str] = {}
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise InvalidConfigException(f"{folder}: expected files with label and examples, found none.")
    for path in paths:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or set(document) != {"label", "examples"}:
            raise InvalidConfigException(f"{path}: expected the fields label and examples.")
        for text in _texts(path, document["examples"]):
            other = labels.setdefault(text, document["label"])
            if other != document["label"]:
                raise InvalidConfigException(f"{path}: {text!r} stands under {other!r} too.")
    return labels


def _texts(path: Path, examples: Any) -> Iterator[str]:
    groups = examples.values() if isinstance(examples, dict) else [examples]
    for group in groups:
        if not isinstance(group, list):
            raise InvalidConfigException(f"{path}: examples: expected lists of texts, found {group!r}.")
        for text in group:
            if not isinstance(text, str) or not text.strip():
                raise InvalidConfigException(f"{path}: examples: expected texts, found {text!r}.")
            yield text


def read_nlu_texts(path: Path) -> frozenset[str]:
    """Returns the examples of one file of `data/nlu/`, whatever their intent.

    Raises:
        InvalidConfigException: The file is missing or has another shape.
    """
    try:
        blocks = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]
        lines = [line for block in blocks for line in block["examples"].splitlines()]
    except (OSError, KeyError, TypeError) as error:
        raise InvalidConfigException(f"{path}: expected examples as Rasa writes them.") from error
    return frozenset(line.strip().removeprefix("- ").strip() for line in lines)
