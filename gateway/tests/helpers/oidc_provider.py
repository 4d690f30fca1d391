"""A small OpenID Connect provider: discovery, authorization code with PKCE, tokens signed with RSA, user info."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "desk", "the client's secret, long enough to sign with"
# Made once: it takes a second.
_KEY = RSAKey.generate_key(2048, parameters={"kid": "1"}, private=True)


@dataclass
class OidcProvider:
    """Signs in whoever comes, as the person that a test has set; `faults` are what goes wrong in the next token.

    Attributes:
        url: Its issuer.
        person: The claims about who is signed in.
        faults: Claims of the ID token that replace the right ones; None leaves one out.
        told_by_userinfo: Names of claims that are not in the ID token.
        algorithm: Signs the ID token.
        issued: Codes that were redeemed.
    """

    url: str
    person: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)
    told_by_userinfo: set[str] = field(default_factory=set)
    algorithm: str = "RS256"
    issuer: str = ""
    issued: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
                Route("/jwks", self._jwks),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                "end_session_endpoint": f"{self.url}/logout",
                # A careless provider: what it offers must not be what the desk takes.
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code":
            return JSONResponse({"error": "invalid_request"}, 400)
        if asked.get("code_challenge_method") != "S256" or not asked.get("nonce"):
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            sent = {name: str(value) for name, value in form.items()}
        credentials = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {credentials}":
            return JSONResponse({"error": "invalid_client"}, 401)
        # A code is good once.
        asked = self._codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != sent.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.issued.append(sent["code"])
        return JSONResponse(
            {
                "access_token": "an access token",
                "token_type": "Bearer",
                "expires_in": 60,
                "id_token": self._id_token(asked["nonce"]),
            }
        )

    def _id_token(self, nonce: str) -> str:
        moment = int(time.time())
        told = {name: value for name, value in self.person.items() if name not in self.told_by_userinfo}
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": moment, "exp": moment + 60, "nonce": nonce, **told}
        claims |= self.faults
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "1"}
        key = OctKey.import_key(CLIENT_SECRET) if self.algorithm.startswith("HS") else _KEY
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    async def _userinfo(self, request: Request) -> Response:
        if request.headers.get("Authorization") != "Bearer an access token":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.person)

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([_KEY]).as_dict(private=False))


def main() -> None:
    """Serves a provider for tests of another environment; `PUT /person` says who is signed in there."""
    port = int(sys.argv[1])
    provider = OidcProvider(f"http://127.0.0.1:{port}")

    async def set_person(request: Request) -> Response:
        provider.person = await request.json()
        return Response(status_code=204)

    app = provider.app
    app.routes.append(Route("/person", set_person, methods=["PUT"]))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
