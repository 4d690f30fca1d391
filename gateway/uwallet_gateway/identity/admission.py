"""Admission: the site of a client, and whether its origin is allowed."""

from __future__ import annotations

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.sites import Site, Sites


async def admit(sites: Sites, key: object, origin: str | None, own_origin: str | None) -> Site:
    """The site of a client.

    Args:
        sites: All of them.
        key: The public key that the client names, or None: then the one site that has the origin.
        origin: The origin of its page; None for a client that is no browser.
        own_origin: That of the gateway's own pages, which may use every site.

    Raises:
        InputError: site_unknown, origin_not_allowed.
    """
    if not key:
        site = await sites.only_with_origin(origin) if origin else None
    elif origin is None or origin == own_origin:
        site = await sites.find(key)
    else:
        site = await sites.find_with_origin(key, origin)
        if site is None and await sites.find(key):
            raise InputError(ErrorCode.ORIGIN_NOT_ALLOWED)
    if site is None:
        raise InputError(ErrorCode.SITE_UNKNOWN)
    return site
