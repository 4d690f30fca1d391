"""Which addresses a hook may connect to: no internal ones (protection against SSRF)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# All that is given out to the public so far (IANA, IPv6 Global Unicast Address Assignments).
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
# Addresses that carry another one: NAT64 (RFC 6052) is how a network without IPv4 reaches it; the tunnels 6to4 and
# Teredo are history, and were ways around checks like this.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
# Of carriers (RFC 6598), and what private overlay networks use.
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_BROADCAST = ipaddress.ip_address("255.255.255.255")


class AddressRefusedError(Exception):
    """An endpoint's name resolves to a forbidden address; the text says which and why."""


def refusal(address: str, *, allow_private: bool = False) -> str | None:
    """Why an address must not be connected to, or None if it may be.

    Args:
        address: IPv4 or IPv6, as the resolver gives it.
        allow_private: Allow private networks and this machine itself. Link-local addresses (among them the metadata
            services of clouds), multicast and reserved ones are refused all the same.
    """
    try:
        ip = _meant(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return "is no IP address"
    for odd, reason in (
        (ip.is_multicast, "is a multicast address"),
        (ip.is_unspecified or ip in _THIS_NETWORK, "is no address of a host"),
        (ip.is_link_local, "is link-local"),
        (any(ip in network for network in _TUNNELS), "is a tunnel into another network"),
    ):
        if odd:
            return reason
    if ip.is_loopback:
        return None if allow_private else "is this machine itself"
    if ip.is_reserved or ip == _BROADCAST:
        return "is reserved"
    if ip.is_global and (ip.version == 4 or ip in _PUBLIC_V6):
        return None
    return None if allow_private and (ip.is_private or ip in _SHARED) else "is private"


def _meant(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address within an IPv6 one, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system gives them.

    Raises:
        OSError: It has none.
    """
    entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


async def checked(host: str, port: int, *, allow_private: bool, resolve: Resolve = resolve) -> Sequence[str]:
    """The addresses to connect to.

    Args:
        host: Name or address.
        port: To connect to.
        allow_private: See `refusal`.
        resolve: How names become addresses.

    Raises:
        AddressRefusedError: One of them is refused: a name with a public and a private address is no honest one.
        OSError: The name has no address.
    """
    addresses = await resolve(host, port)
    for address in addresses:
        reason = refusal(address, allow_private=allow_private)
        if reason is not None:
            raise AddressRefusedError(f"{host}: {address} {reason}")
    return addresses
