"""Changes one part of a YAML text and leaves every other line as it is, so that Git shows what was changed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import yaml

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Written as days, which the bot's files have without quotes. A day as a text would begin at midnight where it ends.
_DAY_KEYS = frozenset({"valid_from", "valid_until", "date", "until"})
_WIDTH = 10_000


class UneditableError(ValueError):
    """A file is not built as expected, so that no part of it can be changed."""


# libyaml's parser is ten times as fast. PyYAML's wheels have it; built from source it may be missing.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc,valid-type]  # either has the same methods
    """Reads what the bot's reader of YAML 1.2 does: `no` and `12:30` are texts."""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    kept = {
        first: [pair for pair in pairs if not pair[0].endswith((":bool", ":int", ":float"))]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for tag, pattern, firsts in (
        ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
        ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
        ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ):
        for first in firsts:
            kept.setdefault(first, []).append((f"tag:yaml.org,2002:{tag}", re.compile(pattern)))
    return kept


_Loader.yaml_implicit_resolvers = _resolvers()


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        """Says that nothing is written as a reference: people edit it."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def read(text: str) -> dict[str, Any]:
    """The content as JSON: days and times are texts.

    Raises:
        UneditableError: It is no mapping of fields.
    """
    try:
        # The loader is a safe one: it makes plain values only.
        content = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise UneditableError(str(error)) from error
    if not isinstance(content, dict):
        raise UneditableError("expected a mapping of fields")
    return {str(key): _as_json(value) for key, value in content.items()}


def written(content: Mapping[str, Any]) -> str:
    """A new file with this content."""
    return _dump(dict(content))


def with_fields(text: str, fields: Mapping[str, Any]) -> str:
    """The text with other fields: those that differ are written anew, those that are not in `fields` are taken out.

    Raises:
        UneditableError: It is no mapping of fields.
    """
    before = read(text)
    for name in before:
        if name not in fields:
            text = _without(text, name)
    for name, value in fields.items():
        if name not in before or before[name] != value:
            text = with_field(text, name, value)
    return text


def with_field(text: str, name: str, value: Any) -> str:
    """The text with another value of one field.

    Raises:
        UneditableError: It is no mapping of fields.
    """
    block = _dump({name: value}).splitlines(keepends=True)
    span = _field(text, name)
    lines = _lines(text)
    if span is None:
        return "".join([*lines, *block])
    return "".join([*lines[: span[0]], *block, *lines[span[1] :]])


def with_item(text: str, field: str, item_id: str, item: Mapping[str, Any] | None) -> str:
    """The text with another item of the list `field`, told by its `id`; None takes it out, a new one is added.

    Raises:
        UneditableError: The file has no such list.
    """
    items = read(text).get(field) or []
    if not isinstance(items, list):
        raise UneditableError(f"{field}: expected a list")
    node = _node(text, field)
    left = [it for it in items if it.get("id") != item_id]
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value or (item is None and not left):
        # Nothing to keep as it is.
        places = [number for number, it in enumerate(items) if it.get("id") == item_id]
        new = list(left)
        if item is not None:
            new.insert(places[0] if places else len(new), dict(item))
        return with_field(text, field, new)
    lines = _lines(text)
    dash = node.start_mark.column
    block = [] if item is None else [" " * dash + line for line in _dump([dict(item)]).splitlines(keepends=True)]
    spans = {_id(child): (child.start_mark.line, _last_line(child) + 1) for child in node.value}
    start, end = spans.get(item_id) or (_last_line(node) + 1,) * 2
    return "".join([*lines[:start], *block, *lines[end:]])


def line_of_item(text: str, field: str, item_id: str) -> int | None:
    """The line, from 1, where an item of a list begins; None if it is not there."""
    try:
        node = _node(text, field)
    except UneditableError:
        return None
    children = node.value if isinstance(node, yaml.SequenceNode) else []
    return next((child.start_mark.line + 1 for child in children if _id(child) == item_id), None)


def _without(text: str, name: str) -> str:
    span = _field(text, name)
    lines = _lines(text)
    return text if span is None else "".join([*lines[: span[0]], *lines[span[1] :]])


def _field(text: str, name: str) -> tuple[int, int] | None:
    for key, value in _root(text).value:
        if key.value == name:
            return key.start_mark.line, max(_last_line(value), key.start_mark.line) + 1
    return None


def _node(text: str, name: str) -> yaml.Node | None:
    return next((value for key, value in _root(text).value if key.value == name), None)


def _root(text: str) -> yaml.MappingNode:
    try:
        node = yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        raise UneditableError(str(error)) from error
    if not isinstance(node, yaml.MappingNode):
        raise UneditableError("expected a mapping of fields")
    return node


def _id(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value.value for key, value in node.value if key.value == "id"), None)


def _last_line(node: yaml.Node) -> int:
    # The end of a block is where the next thing begins, behind comments that belong to that.
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return end.line if end.column else max(end.line - 1, node.start_mark.line)


def _lines(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return lines


def _dump(content: Any) -> str:
    return str(
        yaml.dump(_with_days(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, indent=2)
    )


def _with_days(value: Any, key: str | None = None) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_days(entry, str(name)) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_with_days(entry) for entry in value]
    if key in _DAY_KEYS and isinstance(value, str) and _DAY.fullmatch(value):
        return datetime.date.fromisoformat(value)
    return value


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_as_json(entry) for entry in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
