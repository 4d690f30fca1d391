"""Events and endpoints that tests share."""

from __future__ import annotations

from typing import Any

from uwallet_gateway.hooks.endpoints import Endpoint

EVENT: dict[str, Any] = {
    "event": "ticket_queued",
    "event_id": "3e3a7a36-1c3f-4a60-9b3e-000000000000",
    "created_at": "2026-11-23T06:00:00.000Z",
    "ticket": {
        "id": 12,
        "number": "T261123000012",
        "site": "商城",
        "status": "queued",
        "priority": 0,
        "reason": "account_compromised",
        "topic": {"id": "account_compromised", "title": "账号被盗"},
        "disposition": None,
        "rating": None,
        "waited_seconds": 0,
        "created_at": "2026-11-23T06:00:00.000Z",
        "queued_at": "2026-11-23T06:00:00.000Z",
        "claimed_at": None,
        "closed_at": None,
    },
    "desk_url": "https://chat.example.com/desk",
}


def endpoint(kind: str = "json", url: str = "https://hooks.example.com/x", **more: Any) -> Endpoint:
    secret = {} if kind == "wecom" else {"secret": "0123456789abcdef"}
    return Endpoint.model_validate({"name": "there", "format": kind, "url": url, **secret, **more})
