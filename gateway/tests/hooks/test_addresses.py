"""Which addresses are refused."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uwallet_gateway.hooks.addresses import AddressRefusedError, checked, refusal

PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    *("10.1.1.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.9.9.9", "100.64.0.1", "::1", "fd00::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
]
NEVER = [
    *("169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1", "fe80::1%eth0"),
    *("0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255"),
    *("2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1", "4000::1", "localhost", "0x7f.1", "2130706433", ""),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_only_if_allowed(address: str) -> None:
    assert refusal(address)
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_what_is_never_right_is_refused_even_then(address: str) -> None:
    assert refusal(address)
    assert refusal(address, allow_private=True)


@given(st.ip_addresses(v=4))
def test_an_address_in_ipv6_clothing_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    assert (refusal(f"::ffff:{address}") is None) == (refusal(str(address)) is None)
    nat64 = ipaddress.ip_address(int(ipaddress.ip_address("64:ff9b::")) + int(address))
    assert (refusal(str(nat64)) is None) == (refusal(str(address)) is None)


@given(st.ip_addresses())
def test_nothing_that_is_not_global_passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if refusal(str(address)) is None and address not in ipaddress.ip_network("64:ff9b::/96"):
        meant = getattr(address, "ipv4_mapped", None) or address
        assert meant.is_global


async def test_a_name_with_one_private_address_is_refused_whole() -> None:
    async def names(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(AddressRefusedError, match=r"hooks\.example\.com: 10\.0\.0\.1 is private"):
        await checked("hooks.example.com", 443, allow_private=False, resolve=names)
    assert await checked("hooks.example.com", 443, allow_private=True, resolve=names) == ["8.8.8.8", "10.0.0.1"]


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "2130706433", "127.1"])
async def test_other_spellings_of_this_machine_are_resolved_and_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        await checked(host, 443, allow_private=False)
