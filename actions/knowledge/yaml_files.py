"""Reads YAML files that people edit, and tells the line of what is wrong in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

# ruamel.yaml: keeps the line of every key, for precise error messages; comes with Rasa.
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

_PART = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")


class YamlFileError(ValueError):
    """A file cannot be read; the text says `file:line: reason`."""


def read_yaml(path: Path, *, lines: bool = False) -> Any:
    """Reads a file.

    Args:
        path: The file.
        lines: Whether to keep the line of every key for `line_of`; takes twenty times as long.

    Raises:
        YamlFileError: It cannot be read, or is no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        # Rasa has taught the quick reader to put the environment's variables in.
        return YAML().load(text) if lines or "${" in text else _read_quickly(text)
    except OSError as error:
        raise YamlFileError(f"{path}:1: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise YamlFileError(f"{path}:1: not valid UTF-8: {error.reason} at byte {error.start}") from error
    except MarkedYAMLError as error:
        if not lines:
            # Told by the reader whose line is that of the mistake: libyaml may name the one after it.
            return read_yaml(path, lines=True)
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlFileError(f"{path}:{line}: not valid YAML: {error.problem or error.context}") from error
    except YAMLError as error:
        raise YamlFileError(f"{path}:1: not valid YAML: {error}") from error


@lru_cache(maxsize=64)
def _read_quickly(text: str) -> Any:
    # A process reads the same files for several parts of it. Nobody changes what is read.
    return YAML(typ="safe").load(text)


def read_mapping(path: Path, *, lines: bool = False) -> dict[str, Any]:
    """Reads a file of fields.

    Raises:
        YamlFileError: It cannot be read, or holds something else.
    """
    document = read_yaml(path, lines=lines)
    if not isinstance(document, dict):
        raise YamlFileError(f"{path}:1: expected a mapping of fields, found {type(document).__name__}")
    return document


def line_of(document: Any, location: Sequence[Any]) -> int:
    """Returns the line (from 1) of the deepest part of `location` in the file, 1 if the reader kept none."""
    line = 1
    node = document
    for part in location:
        try:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0] + 1
            else:
                break
        except (KeyError, AttributeError):
            break
        node = node[part]
    return line


def field_name(location: Sequence[Any]) -> str:
    """Returns a location as people write it: `steps[0].text`."""
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name


def validation_reason(mistake: Mapping[str, Any]) -> str:
    """Returns what pydantic has found wrong, in a few words."""
    if mistake["type"] == "missing":
        return "required, but missing"
    if mistake["type"] == "extra_forbidden":
        return "unknown field"
    # What a validator of ours has raised comes with a prefix.
    return str(mistake["msg"]).removeprefix("Value error, ")


def with_line(path: Path, reason: str) -> str:
    """Returns `file:line: reason` for a reason that begins with a field, such as `amount[0].phrases: expected ...`."""
    try:
        document = read_yaml(path, lines=True)
    except YamlFileError as error:
        return str(error)
    field = reason.split(": ", 1)[0]
    location = [int(number) if number else name for number, name in _PART.findall(field)]
    return f"{path}:{line_of(document, location)}: {reason}"
