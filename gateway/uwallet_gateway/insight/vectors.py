"""Sentence vectors: 512 numbers of half precision; base64 on the way to the engine, bytes in the database."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable


def to_bytes(told: str) -> bytes:
    """The vector as it is kept."""
    return base64.b64decode(told)


def to_told(vector: bytes) -> str:
    """The vector as the engine is told it."""
    return base64.b64encode(vector).decode()


def mean_of(vectors: Iterable[bytes], mean: bytes = b"", count: int = 0) -> bytes:
    """The mean of vectors, or of those and `count` others that have the mean `mean`."""
    total = [number * count for number in _numbers(mean)]
    for vector in vectors:
        numbers = _numbers(vector)
        total = [a + b for a, b in zip(total, numbers, strict=True)] if total else list(numbers)
        count += 1
    return struct.pack(f"<{len(total)}e", *(number / count for number in total))


def _numbers(vector: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(vector) // 2}e", vector)
