"""The ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import socketio
import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.database.sole_use import DatabaseInUseError, sole_use
from uwallet_gateway.maintenance.contacts import seal_contacts
from uwallet_gateway.maintenance.second_factors import renew_second_factors
from uwallet_gateway.maintenance.settings_record import record_settings
from uwallet_gateway.observability.headers import SecurityHeaders
from uwallet_gateway.protocol.base import API, DESK_API
from uwallet_gateway.services import Services
from uwallet_gateway.transport import health
from uwallet_gateway.transport.allowed_hosts import AllowedHosts
from uwallet_gateway.transport.body_limit import BodyLimit
from uwallet_gateway.transport.cors import SiteCors
from uwallet_gateway.transport.desk.app import create_desk_app
from uwallet_gateway.transport.error_handlers import add_error_handlers
from uwallet_gateway.transport.http import add_routes
from uwallet_gateway.transport.rest import api, notice, questions, rasa_webhook, support
from uwallet_gateway.transport.socket_io import SocketTransport
from uwallet_gateway.transport.upload_slots import UploadSlots
from uwallet_gateway.transport.web_files import read_web_files, web_routes
from uwallet_gateway.transport.web_sockets import WebSocketFork

_log = structlog.get_logger()


async def finish(services: Services, sockets: SocketTransport) -> None:
    """Refuses new messages, finishes running turns and disconnects clients. May be called twice."""
    services.conversations.close()
    await services.dispatcher.drain(services.settings.shutdown_seconds)
    await sockets.close()


def create_app(services: Services, sockets: SocketTransport | None = None) -> ASGIApp:
    """Builds the application. It migrates the database at its start and finishes running turns at its end.

    Args:
        services: The parts of the gateway.
        sockets: Socket.IO server, passed in by callers that must close it before shutdown.

    Raises:
        WebFilesError: The built web is not what its list says.
    """
    sockets = sockets or SocketTransport(services)
    app = FastAPI(
        title="u钱包 support gateway",
        version="1",
        description="docs/protocol.md",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(services, sockets),
    )
    app.state.services = services
    add_routes(app, (module.router for module in (api, support, questions, notice, rasa_webhook, health)))
    app.mount(DESK_API, create_desk_app(services))
    settings = services.settings
    files = read_web_files(settings.web_dir)
    app.router.routes.extend(
        web_routes(files, services.sites, public_url=settings.public_url, development=settings.development)
    )
    add_error_handlers(app, services.presentation)
    # Long polling; WebSockets take a way of their own, below.
    whole: ASGIApp = socketio.ASGIApp(sockets.server, other_asgi_app=app)
    whole = UploadSlots(whole, services.rate_limits, services.presentation)
    whole = BodyLimit(whole, services.presentation)
    whole = SiteCors(whole, services.sites, settings.public_url)
    own_name = urlsplit(settings.public_url).hostname
    names = [*settings.allowed_hosts, *([own_name] if own_name else [])]
    whole = AllowedHosts(whole, names, services.presentation)
    whole = SecurityHeaders(whole, hsts_subdomains=settings.hsts_subdomains)

    def behind_proxy(inner: ASGIApp) -> ASGIApp:
        # Must be the outermost middleware: everything below reads the client address that it sets.
        return ProxyHeadersMiddleware(inner, trusted_hosts=list(settings.trusted_proxies))  # type: ignore[arg-type,return-value]  # uvicorn has protocol types of its own

    return WebSocketFork(
        behind_proxy(whole),
        lambda admit: behind_proxy(AllowedHosts(admit, names, services.presentation)),
        sockets.server.eio.handle_request,
    )


def _lifespan(services: Services, sockets: SocketTransport) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await migrate(services.database)
        try:
            async with sole_use(services.database, with_redis=services.redis is not None):
                await seal_contacts(services.database, services.keys)
                await renew_second_factors(services.database, services.keys.second_factors)
                await services.hook_endpoints.renew_seals()
                await services.hook_endpoints.reload()
                await services.configuration.reload()
                await services.knowledge_publisher.read_in()
                await record_settings(services.settings, services.audit)
                if services.relay:
                    await services.relay.start()
                await services.dispatcher.recover()
                services.hook_sender.start()
                services.push_notices.start()
                running = [
                    asyncio.create_task(services.purge.run_every(services.settings.purge_hours)),
                    asyncio.create_task(services.purge.drop_unsent_for_ever()),
                    asyncio.create_task(services.support_scheduler.run_for_ever()),
                    asyncio.create_task(services.dispatcher.take_over_for_ever()),
                    asyncio.create_task(services.search_indexer.run_for_ever()),
                    *([asyncio.create_task(sender.run_for_ever())] if (sender := services.stream_sender) else []),
                    asyncio.create_task(services.grouper.run_for_ever()),
                    asyncio.create_task(services.knowledge_publisher.run_for_ever()),
                ]
                _log.info("gateway.started")
                try:
                    yield
                finally:
                    for task in running:
                        task.cancel()
                    await services.knowledge_checks.stop()
                    await finish(services, sockets)
                    await services.push_notices.stop()
                    await services.hook_sender.stop(services.settings.shutdown_seconds)
        except DatabaseInUseError as error:
            _log.error("gateway.refused", reason=str(error))  # the sentence is all there is to say
            raise
        finally:
            await services.close()
            _log.info("gateway.stopped")

    return lifespan
