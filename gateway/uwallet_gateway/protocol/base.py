"""What all models of the protocol share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from uwallet_gateway.clock import to_text

API = "/api/v1"
DESK_API = "/desk/api"
# The largest number that an integer column takes.
MAX_ID = 2**31 - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
# ISO 8601 in UTC, with milliseconds.
Moment = Annotated[datetime, PlainSerializer(to_text, return_type=str)]


class View(BaseModel):
    """Base of what the gateway sends."""

    model_config = ConfigDict(frozen=True)


class Request(BaseModel):
    """Base of what clients send; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
