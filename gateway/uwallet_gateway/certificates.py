"""Whose certificates are believed."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def usual_authorities() -> ssl.SSLContext:
    """The authorities that come with the HTTP library, whatever the environment names; read once for all clients.

    Reading them takes 15 to 20 ms of a core, which every client would spend for itself.
    """
    return httpx.create_ssl_context(trust_env=False)
