"""Notices on agents' devices (docs/support/desk-api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from uwallet_gateway.protocol.base import Request, View


class PushView(View):
    """What a browser needs to subscribe; the key is null if this gateway sends no pushes."""

    public_key: str | None
    devices: int = Field(description="Browsers of the agent that are subscribed")


class PushKeys(Request):
    """By what notices are encrypted for a browser, in base64url."""

    p256dh: Annotated[str, Field(max_length=128)]
    auth: Annotated[str, Field(max_length=64)]


class PushRequest(Request):
    """A subscription as `PushSubscription.toJSON` gives it, without its end."""

    endpoint: Annotated[str, Field(max_length=1000)]
    keys: PushKeys
