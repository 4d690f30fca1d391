"""The desk's cookies: for this host and the desk's own pages, unreadable to scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Response
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from uwallet_gateway.services import Services
from uwallet_gateway.settings import Settings

# Browsers take a cookie of such a name from its own host only, and by TLS (RFC 6265bis).
_PREFIX = "__Host-"


@dataclass(frozen=True, slots=True)
class DeskCookie:
    """A cookie.

    Attributes:
        plain_name: Its name in development, where there is no TLS.
        same_site: `lax` comes along when another site's page leads here, too.
    """

    plain_name: str
    same_site: Literal["strict", "lax"] = "strict"

    def name(self, settings: Settings) -> str:
        """Its name here."""
        return self.plain_name if settings.development else self.full_name

    @property
    def full_name(self) -> str:
        """Its name outside of development."""
        return _PREFIX + self.plain_name

    def read(self, request: HTTPConnection, settings: Settings) -> str | None:
        """What the browser has sent."""
        return request.cookies.get(self.name(settings))

    def put(self, response: Response, settings: Settings, value: str, seconds: float) -> None:
        """Has the browser keep a value."""
        response.set_cookie(
            self.name(settings),
            value,
            max_age=int(seconds),
            path="/",
            httponly=True,
            samesite=self.same_site,
            secure=not settings.development,
        )

    def drop(self, response: Response, settings: Settings) -> None:
        """Has the browser forget it."""
        response.delete_cookie(
            self.name(settings), path="/", httponly=True, samesite=self.same_site, secure=not settings.development
        )


SESSION = DeskCookie("uwallet_desk")
# Of a sign-in whose second step is still to be done.
PENDING = DeskCookie("uwallet_desk_sign_in")
# Of a browser in which an agent has signed in before.
DEVICE = DeskCookie("uwallet_desk_device")
# Binds the provider's answer to the browser that has asked. Lax: the answer comes from the provider's page.
PROVIDER_STATE = DeskCookie("uwallet_desk_provider", same_site="lax")


# By their names in the OpenAPI document.
_SCHEMES = {"DeskSession": SESSION, "PendingSignIn": PENDING}


def name_schemes(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The OpenAPI document with the names that cookies have here."""
    schemes = document["components"]["securitySchemes"]
    for scheme_name, cookie in _SCHEMES.items():
        schemes[scheme_name]["name"] = cookie.name(settings)
    return document


class CookieScheme(APIKeyCookie):
    """A cookie as a dependency, read under the name that it has here."""

    def __init__(self, scheme_name: str, *, description: str) -> None:
        """Takes the name that it has in the OpenAPI document."""
        self._cookie = _SCHEMES[scheme_name]
        super().__init__(
            name=self._cookie.full_name, scheme_name=scheme_name, description=description, auto_error=False
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        """What the browser has sent."""
        services: Services = request.app.state.services
        return self._cookie.read(request, services.settings)
