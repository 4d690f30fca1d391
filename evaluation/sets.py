"""Reads the labelled sets: those of `sets.yml`, and those that a setting adds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from evaluation.paths import PACKAGE, ROOT, shown

SETS_FILE = PACKAGE / "sets.yml"
_LABEL_HEADERS = {"intent", "label"}
_BLIND_SUFFIX = ":blind"


class SetError(Exception):
    """A set or `sets.yml` cannot be read; the message names file, line and reason."""


@dataclass(frozen=True)
class LabelledMessage:
    """One message with its intent; `group` is its style or source, empty when the set has none."""

    text: str
    intent: str
    group: str = ""


@dataclass(frozen=True)
class LabelledSet:
    """Messages with their intents.

    Attributes:
        name: Short name, unique in a run.
        path: Where it was read from, as shown to people.
        blind: Whether a report may tell totals only.
        grouping: Name of the third column, `style` or `source`; empty without one.
        messages: In the order of the file.
        sha256: Hash of the file.
    """

    name: str
    path: str
    blind: bool
    grouping: str
    messages: tuple[LabelledMessage, ...]
    sha256: str


def read_set(path: Path, *, name: str = "", blind: bool = False) -> LabelledSet:
    """Reads a TSV: utterance, intent and optionally style or source, with or without a header line.

    Raises:
        SetError: The file cannot be read, or a line has no intent.
    """
    try:
        content = path.read_bytes()
        lines = content.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetError(f"{path}: cannot be read: {error}") from error
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, start=1) if line.strip()]
    grouping = ""
    if rows and len(rows[0][1]) > 1 and rows[0][1][1].strip() in _LABEL_HEADERS:
        grouping = rows[0][1][2].strip() if len(rows[0][1]) > 2 else ""
        rows = rows[1:]
    elif rows and len(rows[0][1]) > 2:
        grouping = "style"
    messages = []
    for number, row in rows:
        if len(row) < 2 or not row[0].strip() or not row[1].strip():
            raise SetError(f"{path}:{number}: expected utterance, tab, intent; found {row!r}")
        messages.append(LabelledMessage(row[0], row[1].strip(), row[2].strip() if grouping and len(row) > 2 else ""))
    if not messages:
        raise SetError(f"{path}: holds no messages")
    return LabelledSet(
        name or path.stem, shown(path), blind, grouping, tuple(messages), hashlib.sha256(content).hexdigest()
    )


def read_sets(further: Sequence[str] = (), settings: Path = SETS_FILE) -> list[LabelledSet]:
    """Reads the sets of `sets.yml` and then `further` ones.

    Args:
        further: Paths of TSV files; one that ends in `:blind` is blind.
        settings: The file that declares the project's own sets.

    Raises:
        SetError: A file is broken, or two sets have the same name.
    """
    sets = [
        read_set(ROOT / entry["path"], name=entry["name"], blind=entry.get("blind", False))
        for entry in read_settings(settings)["sets"]
    ]
    for path in further:
        sets.append(read_set(Path(path.removesuffix(_BLIND_SUFFIX)), blind=path.endswith(_BLIND_SUFFIX)))
    names = [one.name for one in sets]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SetError(f"Two sets are named {twice[0]!r}; rename one of the files.")
    return sets


def read_targets(settings: Path = SETS_FILE) -> dict[str, dict[str, dict[str, float]]]:
    """Returns the targets by the name of a set's third column; see `sets.yml`."""
    targets: dict[str, dict[str, dict[str, float]]] = read_settings(settings)["targets"]
    return targets


def read_settings(path: Path = SETS_FILE) -> dict[str, Any]:
    """Returns what `sets.yml` holds.

    Raises:
        SetError: A field is missing or unknown.
    """
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or set(content) != {"sets", "several_requests", "alarms", "targets"}:
        raise SetError(f"{path}: expected the fields sets, several_requests, alarms and targets")
    return content
