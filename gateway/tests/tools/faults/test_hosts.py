"""Hosts of a run, whose lines are cut."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.faults.hosts import Host, network, why_no_hosts

NAMESPACE = Path("/proc/thread-self/ns/net")


@pytest.fixture
def hosts() -> Iterator[dict[str, Host]]:
    if (why := why_no_hosts()) is not None:
        pytest.skip(why)
    with network(["one", "other"]) as made:
        yield made


def interfaces() -> set[str]:
    return {name for _, name in socket.if_nameindex()}


def test_the_machine_sees_nothing_of_them() -> None:
    if (why := why_no_hosts()) is not None:
        pytest.skip(why)
    before, namespace = interfaces(), NAMESPACE.readlink()
    # One that looks at the machine's own network all the time, as a browser does.
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as watching:
        # RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR.
        watching.bind((0, 0x1 | 0x10 | 0x100))
        watching.setblocking(False)
        with network(["one", "other"]) as hosts:
            assert interfaces() == {"lo", hosts["one"].bridge, hosts["one"].line, hosts["other"].line}
            told = bytearray()
            # Whatever others do meanwhile.
            with contextlib.suppress(BlockingIOError):
                while True:
                    told += watching.recv(65536)
            assert hosts["one"].bridge.encode() not in told
    assert interfaces() == before
    assert NAMESPACE.readlink() == namespace


def answers(host: Host) -> bool:
    """Whether a host says that nobody listens there, within a moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.settimeout(0.3)
        try:
            line.connect((host.address, 9))
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            return False
    raise AssertionError("nobody listens there")


def test_a_line_that_is_cut_carries_nothing(hosts: dict[str, Host]) -> None:
    hosts["one"].cut()
    assert not answers(hosts["one"])
    hosts["one"].join()
    # On a busy machine an answer may take its time.
    assert any(answers(hosts["one"]) for _ in range(20))
    assert any(answers(hosts["other"]) for _ in range(20))
