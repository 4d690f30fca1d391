"""Opens the sessions of users' clients; a visitor who signs in goes on as the user."""

from __future__ import annotations

from uwallet_gateway.identity.sessions import Opened
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.events import Closed
from uwallet_gateway.transcript.messages import Script


async def open_session(
    services: Services,
    site: Site,
    token: object,
    user: object,
    *,
    forgiving: bool = False,
    script: Script | None = None,
) -> Opened:
    """Gives a client its session, see `Sessions.open`; who held the one before is told that it has ended.

    Raises:
        InputError: As `Sessions.open`.
    """
    opened = await services.sessions.open(site, token, user, forgiving=forgiving, script=script)
    if opened.closed is None:
        return opened
    services.event_bus.publish(Closed(opened.closed.conversation_id, opened.closed.id, "identity_changed"))
    return await services.visitor_merging.signed_in(opened)
