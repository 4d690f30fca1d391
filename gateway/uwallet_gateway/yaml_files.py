"""Reads YAML files into pydantic models. Errors name file, line, field and reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

# libyaml's parser is ten times as fast. PyYAML's wheels have it; built from source it may be missing.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """A file cannot be read. The text has one line per mistake: `file:line: reason`."""


@dataclass(frozen=True)
class YamlFile:
    """A file that was read.

    Attributes:
        path: Which one.
        content: What is in it.
    """

    path: Path
    content: Any
    _node: yaml.Node | None

    def line(self, place: Sequence[int | str]) -> int:
        """The line of a key or list item, counted from 1; the line of its parent if it is missing."""
        node, line = self._node, 1
        for part in place:
            if isinstance(node, yaml.MappingNode):
                entry = next(((key, value) for key, value in node.value if key.value == str(part)), None)
                if entry is None:
                    return line
                line, node = entry[0].start_mark.line + 1, entry[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                return line
        return line

    def explained(self, error: ValidationError) -> list[str]:
        """The mistakes that pydantic found, one per field: `file:line: field: reason`. Values are left out."""
        lines: dict[str, str] = {}
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            loc = [part for part in problem["loc"] if part != "[key]"]
            place = _written(loc)
            reason = "unknown field" if problem["type"] == "extra_forbidden" else problem["msg"]
            reason = reason.removeprefix("Value error, ")
            lines.setdefault(place, f"{self.path}:{self.line(loc)}: {place + ': ' if place else ''}{reason}")
        return list(lines.values())


def load_yaml[Content](
    path: Path, kind: type[Content] | TypeAdapter[Content], error_type: type[Exception]
) -> tuple[Content, YamlFile]:
    """Reads and validates a file.

    Args:
        path: The file.
        kind: What it holds.
        error_type: Raised with one line per mistake if the file cannot be read or does not fit.

    Returns:
        The content, and the file, which knows the lines of its fields.
    """
    try:
        file = read_yaml(path)
    except YamlError as error:
        raise error_type(str(error)) from error
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    try:
        return adapter.validate_python(file.content), file
    except ValidationError as error:
        raise error_type("\n".join(file.explained(error))) from error


def read_yaml(path: Path) -> YamlFile:
    """Reads a file.

    Raises:
        YamlError: It cannot be read, is no YAML, or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise YamlError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise YamlError(f"{path}: is not UTF-8") from error
    try:
        node, twice, content = _read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "is not YAML"
        raise YamlError(f"{path}{f':{mark.line + 1}' if mark else ''}: {reason}") from error
    if twice:
        raise YamlError("\n".join(f"{path}:{key.start_mark.line + 1}: {key.value}: stands here twice" for key in twice))
    return YamlFile(path, content, node)


def _read(text: str) -> tuple[yaml.Node | None, list[yaml.Node], Any]:
    """The nodes of a text, its repeated keys, and what it holds."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        # Constructing the content rewrites the nodes of merged mappings.
        twice = list(_repeated(node))
        return node, twice, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _repeated(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(str(key.value))
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)


def _written(place: Sequence[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
