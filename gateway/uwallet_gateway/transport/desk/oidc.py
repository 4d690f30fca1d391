"""Signing in at the desk by an OpenID Connect provider: authorization code with PKCE, state and nonce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast
from urllib.parse import urlencode

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import APIRouter, Depends, Request
from httpx2 import HTTPError
from joserfc.errors import JoseError
from starlette.responses import RedirectResponse, Response

from uwallet_gateway.agents.provider_sign_ins import ProviderRefusedError, Refusal
from uwallet_gateway.agents.provider_states import ProviderStates
from uwallet_gateway.agents.sessions import digest_of
from uwallet_gateway.agents.sign_ins import SignedIn
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import Actor, set_actor
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.base import DESK_API
from uwallet_gateway.services import Services
from uwallet_gateway.settings import Settings
from uwallet_gateway.transport.client import address_of, own_origin
from uwallet_gateway.transport.desk.cookies import PROVIDER_STATE, SESSION
from uwallet_gateway.transport.desk.guard import check_origin
from uwallet_gateway.transport.desk.sign_in import arrive, browser_of, set_pending_cookie
from uwallet_gateway.transport.http import ServicesNeeded, responses

_PATH = f"{DESK_API}/oidc"
_STATE_SECONDS = 600
# In what the browser keeps until it is back: the session that the new one replaces.
_BEFORE = "before"
# What a provider's answer may take.
_TIMEOUT = 10
# Signatures that only the provider's private key makes; a token signed with our own secret, or not at all, is none.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_OFFERED = "id_token_signing_alg_values_supported"
_log = structlog.get_logger()
router = APIRouter(prefix="/oidc", include_in_schema=False)


class Provider:
    """The provider of the settings."""

    def __init__(self, settings: Settings, states: ProviderStates) -> None:
        """Asks it for nothing yet."""
        self.issuer = settings.desk_oidc_issuer
        self._client_id = settings.desk_oidc_client_id
        self._groups_claim = settings.desk_oidc_groups_claim.partition(".")[0]
        self._app: StarletteOAuth2App = OAuth(cache=states).register(
            "desk",
            client_id=self._client_id,
            client_secret=settings.oidc_client_secret() or None,
            server_metadata_url=self.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(settings.desk_oidc_scopes),
                "code_challenge_method": "S256",
                "timeout": _TIMEOUT,
            },
        )

    async def start(self, request: Request, redirect_uri: str) -> Response:
        """Sends the browser to the provider.

        Raises:
            ProviderRefusedError: It does not answer, or is not the one of the settings.
        """
        try:
            await self._metadata()
            return cast("Response", await self._app.authorize_redirect(request, redirect_uri))
        except (HTTPError, ValueError, KeyError) as error:
            _log.warning("oidc.unavailable", error=type(error).__name__)
            raise ProviderRefusedError(Refusal.UNAVAILABLE) from error

    async def finish(self, request: Request) -> Mapping[str, Any]:
        """Exchanges the code of the provider's answer; returns the claims of the ID token, verified.

        Raises:
            ProviderRefusedError: The answer is not the provider's, not for this browser, too old, or used.
        """
        try:
            await self._metadata()
            if request.query_params.get("iss", self.issuer) != self.issuer:
                # The answer of another provider (RFC 9207).
                raise ProviderRefusedError(Refusal.REFUSED)
            token = await self._app.authorize_access_token(
                request,
                claims_options={
                    "iss": {"essential": True, "values": [self.issuer]},
                    "aud": {"essential": True, "values": [self._client_id]},
                },
            )
            claims = token.get("userinfo")
            if not claims:
                raise ProviderRefusedError(Refusal.REFUSED)
            return await self._completed(claims, token)
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            # Which check has failed; nothing of what was sent.
            _log.warning("oidc.refused", error=type(error).__name__, code=getattr(error, "error", None))
            raise ProviderRefusedError(Refusal.REFUSED) from error
        except HTTPError as error:
            _log.warning("oidc.unavailable", error=type(error).__name__)
            raise ProviderRefusedError(Refusal.UNAVAILABLE) from error

    async def sign_out_address(self, back_to: str) -> str | None:
        """Where the provider ends its own session, None if it does not tell."""
        try:
            endpoint = (await self._metadata()).get("end_session_endpoint")
        except (HTTPError, ProviderRefusedError, ValueError):
            return None
        if not endpoint:
            return None
        query = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": back_to})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def _metadata(self) -> Mapping[str, Any]:
        metadata: dict[str, Any] = await self._app.load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            self._app.server_metadata.clear()
            _log.warning("oidc.wrong_issuer")
            raise ProviderRefusedError(Refusal.UNAVAILABLE)
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in _ALGORITHMS] or [
            "RS256"
        ]
        return metadata

    async def _completed(self, claims: Mapping[str, Any], token: Mapping[str, Any]) -> Mapping[str, Any]:
        """The claims of the ID token, with those of the user info endpoint that it lacks."""
        has_all = "email" in claims and self._groups_claim in claims
        if has_all or not (await self._metadata()).get("userinfo_endpoint"):
            return claims
        # Without its age: the library takes one that is good for less than a minute for expired.
        bearer = {"access_token": token["access_token"], "token_type": "Bearer"}
        told = await self._app.userinfo(token=bearer)
        if told.get("sub") != claims["sub"]:
            raise ProviderRefusedError(Refusal.REFUSED)
        return {**told, **claims}


def provider_of(settings: Settings, services: Services) -> Provider | None:
    """The provider, None if the settings name none."""
    return Provider(settings, ProviderStates(services.database)) if settings.desk_oidc_issuer else None


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise InputError(ErrorCode.NOT_FOUND)
    return provider


ProviderNeeded = Annotated[Provider, Depends(_provider)]


@router.get("/start", responses=responses(403, 404, 429, 503))
async def start(request: Request, services: ServicesNeeded) -> Response:
    """Sends the browser to the provider."""
    check_origin(request.scope, services.settings)
    provider = _provider(request)
    await services.rate_limits.check("sign_ins", address=address_of(request.scope))
    # The cookie of a session that goes on does not come back from the provider's page.
    before = SESSION.read(request, services.settings)
    request.scope["session"] = {_BEFORE: digest_of(before)} if before else {}
    try:
        response = await provider.start(request, f"{_own(request, services)}{_PATH}/callback")
    except ProviderRefusedError as error:
        return await _refused(error, request, services)
    state = services.keys.sign_provider_state(request.scope["session"])
    PROVIDER_STATE.put(response, services.settings, state, _STATE_SECONDS)
    return response


@router.get("/callback", responses=responses(404, 429, 503))
async def callback(request: Request, services: ServicesNeeded, provider: ProviderNeeded) -> Response:
    """Takes the provider's answer, and opens the desk, or the second step."""
    await services.rate_limits.check("sign_ins", address=address_of(request.scope))
    state = services.keys.read_provider_state(PROVIDER_STATE.read(request, services.settings), _STATE_SECONDS)
    request.scope["session"] = dict(state or {})
    try:
        claims = await provider.finish(request)
        outcome = await services.provider_sign_ins.sign_in(provider.issuer, claims, browser_of(request))
    except ProviderRefusedError as error:
        response = await _refused(error, request, services)
    else:
        response = RedirectResponse("/desk", status_code=303)
        if isinstance(outcome, SignedIn):
            if state and (before := state.get(_BEFORE)):
                await services.desk_sessions.end(str(before))
            await arrive(outcome, request, response, services)
        else:
            set_pending_cookie(outcome, response, services)
    PROVIDER_STATE.drop(response, services.settings)
    return response


@router.get("/sign_out", responses=responses(403, 404, 503))
async def sign_out(request: Request, services: ServicesNeeded) -> Response:
    """Sends a browser whose session at the desk has ended to where the provider ends its own."""
    check_origin(request.scope, services.settings)
    address = await _provider(request).sign_out_address(f"{_own(request, services)}/desk")
    return RedirectResponse(address or "/desk", status_code=303)


async def _refused(error: ProviderRefusedError, request: Request, services: Services) -> Response:
    address = address_of(request.scope)
    set_actor(Actor("agent", None, None, address))
    key = (address, "oidc", error.reason)
    await services.audit.write_once(key, Action.SIGN_IN_FAILED, None, method="oidc", code=error.reason.value)
    return RedirectResponse(f"/desk?sign_in={error.reason.value}", status_code=303)


def _own(request: Request, services: Services) -> str:
    return own_origin(request.scope, services.settings.public_url) or ""
