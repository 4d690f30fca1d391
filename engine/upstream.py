"""Keeps account of which code of Rasa the serving engine replaces."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Replacement = TypeVar("Replacement", bound=Callable[..., Any])


@dataclass(frozen=True)
class Replaced:
    """A function of Rasa or Sanic, or a class, and the source that its replacement was written against."""

    original: Callable[..., Any]
    source: str
    replacement: str

    @property
    def name(self) -> str:
        """Where the function lies."""
        return f"{self.original.__module__}.{self.original.__qualname__}"


REPLACED: list[Replaced] = []


def source_hash(function: Callable[..., Any]) -> str:
    """Returns a short hash of the source code of a function."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]


def replaces(original: Callable[..., Any], source: str) -> Callable[[Replacement], Replacement]:
    """Marks the function that replaces `original`.

    Args:
        original: The function of Rasa or Sanic, or the class.
        source: `source_hash(original)` when the replacement was written; a test compares, serving does not.
    """

    def mark(replacement: Replacement) -> Replacement:
        REPLACED.append(Replaced(original, source, f"{replacement.__module__}.{replacement.__qualname__}"))
        return replacement

    return mark
