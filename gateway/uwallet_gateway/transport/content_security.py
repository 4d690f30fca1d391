"""The Content-Security-Policy of pages."""

from __future__ import annotations

from collections.abc import Iterable

# The widget styles itself with <style> in its shadow root and shows pictures before they are sent (blob:). 'self'
# covers WebSockets to the same host in current browsers; older Safari needs them named.
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; manifest-src 'self'; connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {ancestors}"
)


def page_policy(own_origin: str | None, ancestors: Iterable[str]) -> str:
    """The policy of one of the gateway's own pages.

    Args:
        own_origin: Where it is served; the only place that it talks to.
        ancestors: Origins that may show it in a frame.
    """
    return _policy(own_origin, " ".join(["'self'", *sorted(ancestors)]))


def desk_policy(own_origin: str | None) -> str:
    """The policy of the desk. It may not be framed, as protection against clickjacking."""
    return _policy(own_origin, "'none'")


def _policy(own_origin: str | None, ancestors: str) -> str:
    sockets = own_origin.replace("http", "ws", 1) if own_origin else ""
    return " ".join(_PAGE.format(sockets=sockets, ancestors=ancestors).split()).replace(" ;", ";")
