"""What the engine answers on its internal routes."""

from __future__ import annotations

import httpx
from pydantic import BaseModel


def read_answer[Answer: BaseModel](kind: type[Answer], response: httpx.Response, most: int) -> Answer:
    """Returns the body of an answer.

    Args:
        kind: What it must be.
        response: With a status that is no error.
        most: Bytes that it may have.

    Raises:
        ValueError: It is larger, or something else (`pydantic.ValidationError`).
    """
    if len(response.content) > most:
        msg = "the answer is too large"
        raise ValueError(msg)
    return kind.model_validate_json(response.content)
