"""`/desk/api`: an application of its own, so that its OpenAPI document is not public."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from uwallet_gateway.protocol.base import DESK_API
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk import (
    agents,
    audit,
    canned_replies,
    configuration,
    conversation,
    conversations,
    customers,
    hot_questions,
    insight,
    intents,
    knowledge,
    knowledge_figures,
    knowledge_files,
    knowledge_pilots,
    oidc,
    persons,
    push,
    routing,
    saved_views,
    second_factor,
    session,
    sign_in,
    supervision,
    targets,
    tickets,
)
from uwallet_gateway.transport.desk.cookies import name_schemes
from uwallet_gateway.transport.desk.guard import SupervisorNeeded
from uwallet_gateway.transport.error_handlers import add_error_handlers
from uwallet_gateway.transport.http import add_routes

ROUTERS = (
    sign_in.router,
    oidc.router,
    session.router,
    second_factor.router,
    tickets.router,
    conversation.router,
    conversations.router,
    agents.router,
    canned_replies.router,
    routing.router,
    targets.router,
    intents.router,
    insight.router,
    supervision.router,
    customers.router,
    saved_views.router,
    push.router,
    configuration.router,
    audit.router,
    persons.router,
    hot_questions.router,
    knowledge.router,
    knowledge_files.router,
    knowledge_pilots.router,
    knowledge_figures.router,
)


def create_desk_app(services: Services) -> FastAPI:
    """The application that is mounted at `/desk/api`.

    Its OpenAPI document is `/desk/api/openapi.json`: in development for everybody, otherwise for supervisors.
    """
    app = FastAPI(
        title="u钱包 support desk",
        version="1",
        description="docs/support/desk-api.md",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": DESK_API}],
    )
    app.state.services = services
    app.state.provider = oidc.provider_of(services.settings, services)
    add_routes(app, ROUTERS)

    def document() -> dict[str, Any]:
        return name_schemes(app.openapi(), services.settings)

    async def document_for_supervisors(_session: SupervisorNeeded) -> dict[str, Any]:
        return name_schemes(app.openapi(), services.settings)

    endpoint = document if services.settings.development else document_for_supervisors
    app.add_api_route("/openapi.json", endpoint, include_in_schema=False)
    add_error_handlers(app, services.presentation)
    return app
