"""Reads examples that are labelled by something else than an intent: `data/situated/`, `data/alarms/`, `data/said/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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


# `danger_2.yml` has more of `danger.yml`.
_NUMBER = re.compile(r"_\d+$")


@dataclass(frozen=True)
class SaidText:
    """An example with all that it says.

    Attributes:
        text: What somebody typed.
        labels: What it tells, asks and does; none when nothing of that.
        situation: What had happened to whoever typed it.
        kind: The file that it stands in, without a number; labels that no example of that kind has are not known of it.
    """

    text: str
    labels: tuple[str, ...]
    situation: str
    kind: str


def read_said_texts(folder: Path) -> list[SaidText]:
    """Returns the examples of a folder of files that have `situations`: by situation, the labels of each text.

    Raises:
        InvalidConfigException: There is no file, or one has another shape, or a text stands there with other labels.
    """
    found: dict[str, SaidText] = {}
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise InvalidConfigException(f"{folder}: expected files with situations, found none.")
    for path in paths:
        for said in read_said_file(path):
            other = found.setdefault(said.text, said)
            if set(other.labels) != set(said.labels):
                reason = f"{said.situation}: {said.text!r} stands in {other.situation} with other labels."
                raise InvalidConfigException(with_line(path, reason))
    return list(found.values())


def read_said_file(path: Path) -> list[SaidText]:
    """Returns the examples of one such file.

    Raises:
        InvalidConfigException: It has another shape; the text says `file:line: field: reason`.
    """
    try:
        document = read_mapping(path)
        if set(document) != {"situations"} or not isinstance(document["situations"], dict):
            raise ValueError("expected the field situations: by situation, the labels of each text.")
        return list(_said(document["situations"], path.stem))
    except YamlFileError as error:
        raise InvalidConfigException(str(error)) from error
    except ValueError as error:
        raise InvalidConfigException(with_line(path, str(error))) from error


def _said(situations: dict[Any, Any], kind: str) -> Iterator[SaidText]:
    for situation, examples in situations.items():
        if not isinstance(examples, dict):
            raise ValueError(f"situations.{situation}: expected the labels of each text, found {examples!r}.")
        for text, labels in examples.items():
            if not isinstance(text, str) or not isinstance(labels, list):
                raise ValueError(f"situations.{situation}: expected a text and its labels, found {text!r}: {labels!r}.")
            yield SaidText(text, tuple(labels), f"{kind}:{situation}", _NUMBER.sub("", kind))


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
