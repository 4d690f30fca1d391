"""A generated message, and where its secrets are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Sample:
    """A message.

    Attributes:
        text: What is typed.
        secrets: Start and end of each part that must be masked.
        kind: What the secrets are; of a message without secrets, what it looks like.
        form: How they are written; a row of the report.
    """

    text: str
    secrets: tuple[tuple[int, int], ...]
    kind: str
    form: str


def load(name: str) -> Any:
    """Returns the content of a YAML file beside this module."""
    return yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))


def fill(template: str, value: Callable[[str], str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Returns the template with its fields filled, and where the values stand."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    length = place = 0
    for field in _FIELD.finditer(template):
        before, filled = template[place : field.start()], value(field[1])
        length += len(before)
        spans.append((length, length + len(filled)))
        parts += [before, filled]
        length += len(filled)
        place = field.end()
    return "".join(parts) + template[place:], tuple(spans)


def digits(random: Random, count: int) -> str:
    """Returns so many random digits, the first of which is no 0."""
    return str(random.randint(10 ** (count - 1), 10**count - 1))
