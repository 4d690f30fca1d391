"""`/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.http import ServicesNeeded

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def health() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(services: ServicesNeeded) -> Response:
    """Whether messages can be taken: database and disk can be written to, the tables are of this version.

    An engine in trouble is told but makes the gateway no less ready: messages are taken and kept.
    """
    state = await services.readiness.state()
    is_ready = set(state.values()) == {"ok"}
    body = {"status": "ready" if is_ready else "not ready", **state, "engine": str(services.engine.state)}
    return JSONResponse(body, status_code=200 if is_ready else 503)


@router.get("/metrics")
async def metrics(request: Request, services: ServicesNeeded) -> Response:
    """Prometheus metrics, for the networks of the settings only."""
    if not _is_in(address_of(request.scope), services.settings.metrics_networks):
        raise InputError(ErrorCode.NOT_FOUND)
    body, media_type = services.metrics.render_for(request.headers.get("accept", ""))
    return Response(body, media_type=media_type)


def _is_in(address: str | None, networks: Iterable[str]) -> bool:
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(ip in ipaddress.ip_network(network) for network in networks)
