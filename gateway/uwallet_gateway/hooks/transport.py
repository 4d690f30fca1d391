"""Connects to the address that was checked, not to what the name resolves to later (DNS rebinding)."""

from __future__ import annotations

import ssl

import httpx

from uwallet_gateway.certificates import usual_authorities
from uwallet_gateway.hooks.addresses import Resolve, checked, resolve


class CheckedTransport(httpx.AsyncBaseTransport):
    """HTTP 1.1 over a new connection for each request; the certificate is checked against the name all the same.

    Connections are not kept: one that was made for a name is found again by its address, which two names may share.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        connect_timeout: float,
        resolve: Resolve = resolve,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        """Opens nothing yet.

        Args:
            allow_private: See `addresses.refusal`.
            connect_timeout: Seconds for each address of a name.
            resolve: How names become addresses.
            verify: Whose certificates are believed; the usual authorities' without it.
        """
        self._allow_private = allow_private
        self._connect_timeout = connect_timeout
        self._resolve = resolve
        self._inner = httpx.AsyncHTTPTransport(
            verify=verify or usual_authorities(),
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request to the first address that takes the connection.

        Raises:
            AddressRefusedError: The name leads where it must not.
            httpx.TransportError: None of the addresses answers.
        """
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            addresses = await checked(host, port, allow_private=self._allow_private, resolve=self._resolve)
        except OSError as error:
            raise httpx.ConnectError(f"{host} has no address", request=request) from error
        last: httpx.TransportError = httpx.ConnectError(f"{host} has no address", request=request)
        # The header Host was made from the name already; TLS asks for the name by this extension.
        extensions = {**request.extensions, "sni_hostname": host}
        extensions["timeout"] = {**extensions.get("timeout", {}), "connect": self._connect_timeout}
        for address in addresses:
            try:
                return await self._inner.handle_async_request(
                    httpx.Request(
                        request.method,
                        request.url.copy_with(host=address),
                        headers=request.headers,
                        stream=request.stream,
                        extensions=extensions,
                    )
                )
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                last = error
        raise last

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._inner.aclose()
