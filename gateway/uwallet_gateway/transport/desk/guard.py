"""Access control of the desk: origin, session, CSRF token, role, rate limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import Actor, set_actor
from uwallet_gateway.clock import now
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.services import Services
from uwallet_gateway.settings import Settings
from uwallet_gateway.transport.client import address_of, header, origin_of, own_origin
from uwallet_gateway.transport.desk.cookies import CookieScheme
from uwallet_gateway.transport.http import ServicesNeeded

CSRF_HEADER = "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_cookie = CookieScheme("DeskSession", description="Set by `POST /session`")


def check_origin(scope: Mapping[str, Any], settings: Settings) -> None:
    """Refuses requests from pages other than the desk. Clients that are no browsers send no origin.

    Raises:
        InputError: origin_not_allowed.
    """
    origin = origin_of(scope)
    # Behind a proxy that is not trusted, the gateway does not know that it is reached by https.
    own = {own_origin(scope, ""), own_origin(scope, settings.public_url)}
    if (origin is not None and origin not in own) or header(scope, b"sec-fetch-site") in {"cross-site", "same-site"}:
        raise InputError(ErrorCode.ORIGIN_NOT_ALLOWED)


class Allowed:
    """A dependency: the session of an agent with at least this role."""

    def __init__(self, role: Role, *, recent: bool = False, knowledge: KnowledgeRole | None = None) -> None:
        """Keeps the roles, which tests compare with the matrix, and whether their sign-in must be recent."""
        self.role = role
        self.knowledge = knowledge
        self.recent = recent

    async def __call__(
        self, request: Request, parts: ServicesNeeded, token: Annotated[str | None, Depends(_cookie)]
    ) -> DeskSession:
        """Reads the session.

        Raises:
            InputError: origin_not_allowed, signed_out, csrf, forbidden, sign_in_too_old, rate_limited.
        """
        changes = request.method not in _SAFE
        if changes:
            check_origin(request.scope, parts.settings)
        session = await parts.desk_sessions.read(token)
        if changes and not session.bears(request.headers.get(CSRF_HEADER)):
            raise InputError(ErrorCode.CSRF)
        acts(session, address_of(request.scope))
        if not (session.agent.role.may(self.role) and self._may_with_knowledge(session)):
            await record_refusal(parts, session, request.method, request.scope["route"].path)
            raise InputError(ErrorCode.FORBIDDEN)
        if self.recent and session.created_at < now() - timedelta(minutes=parts.settings.desk_recent_minutes):
            raise InputError(ErrorCode.SIGN_IN_TOO_OLD)
        await limit(parts, session)
        if changes:
            # The desk asks for news by itself; what it changes is the agent's doing.
            await parts.desk_sessions.use(session)
        return session

    def _may_with_knowledge(self, session: DeskSession) -> bool:
        role = session.agent.knowledge_role
        return self.knowledge is None or (role is not None and role.may(self.knowledge))


def acts(session: DeskSession, address: str | None) -> None:
    """Says that this agent acts from now on, for the audit log."""
    set_actor(Actor("agent", session.agent.id, session.agent.username, address))


async def limit(parts: Services, session: DeskSession) -> None:
    """Counts one more request of an agent.

    Raises:
        InputError: rate_limited.
    """
    await parts.rate_limits.check("desk", user=f"agent-{session.agent.id}")


async def record_refusal(parts: Services, session: DeskSession, method: str, path: str) -> None:
    """Records that an agent has asked for what they may not; once for each session and route."""
    key = (session.id, method, path)
    await parts.audit.write_once(key, Action.ACCESS_REFUSED, session.agent.username, method=method, path=path)


async def check_visible(parts: Services, session: DeskSession, ticket_id: int) -> None:
    """Refuses tickets that the agent may not see. Supervisors see all. To look at others' chats is recorded.

    Raises:
        InputError: not_found, forbidden.
    """
    agent = session.agent
    ticket = await parts.tickets.ticket(ticket_id)
    if not (agent.role.may(Role.SUPERVISOR) or await parts.tickets.may_see(ticket_id, agent.id)):
        # The existence of a ticket is no secret among agents.
        await parts.audit.write_once(
            (session.id, ticket_id), Action.ACCESS_REFUSED, agent.username, ticket=ticket.number
        )
        raise InputError(ErrorCode.FORBIDDEN)
    if ticket.agent is None or ticket.agent.id != agent.id:
        key = (session.id, ticket_id)
        await parts.audit.write_once(key, Action.CONVERSATION_READ, ticket.number, status=ticket.status)


AgentNeeded = Annotated[DeskSession, Depends(Allowed(Role.AGENT))]
SupervisorNeeded = Annotated[DeskSession, Depends(Allowed(Role.SUPERVISOR))]
AdminNeeded = Annotated[DeskSession, Depends(Allowed(Role.ADMIN))]
EditorNeeded = Annotated[DeskSession, Depends(Allowed(Role.AGENT, knowledge=KnowledgeRole.EDITOR))]
PublisherNeeded = Annotated[DeskSession, Depends(Allowed(Role.AGENT, knowledge=KnowledgeRole.PUBLISHER))]
# For what cannot be undone or opens an account: somebody may sit at the admin's open desk.
RecentAdminNeeded = Annotated[DeskSession, Depends(Allowed(Role.ADMIN, recent=True))]
