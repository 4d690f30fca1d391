"""Hosts of a run: network namespaces on one bridge, whose lines are cut and made slow. Needs root on Linux."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# For tests of networks (RFC 2544).
_NETWORK = "198.18.0.{host}"
_DELAY = ("netem", "delay", "150ms", "50ms")
# Where the kernel has no netem: so thin that what is said queues for about as long.
_THIN = ("tbf", "rate", "192kbit", "burst", "3000", "latency", "2000ms")


def why_no_hosts() -> str | None:
    """Why lines cannot be cut here, in a sentence; None if they can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "Lines between hosts are not cut: network namespaces need root on Linux."
    if missing := [name for name in ("ip", "tc") if shutil.which(name) is None]:
        return f"Lines between hosts are not cut: iproute2 is not installed ({', '.join(missing)})."
    name = f"uwf{os.getpid()}"
    if _run("ip", "netns", "add", name) != 0:
        return "Lines between hosts are not cut: this machine makes no network namespaces."
    _run("ip", "netns", "del", name)
    return None


@dataclass(frozen=True, slots=True)
class Host:
    """A machine of one process.

    Attributes:
        address: Under which the others reach it.
        namespace: What Linux calls it.
        line: The end of its line at the bridge.
        bridge: What connects all.
    """

    address: str
    namespace: str
    line: str
    bridge: str

    def command(self, *command: str) -> tuple[str, ...]:
        """The same command, run there."""
        return ("ip", "netns", "exec", self.namespace, *command)

    def cut(self) -> None:
        """Takes the line from the bridge: what is sent is lost, and nobody is told."""
        _run("ip", "link", "set", self.line, "nomaster")

    def join(self) -> None:
        """Puts it back."""
        _run("ip", "link", "set", self.line, "master", self.bridge)

    def slow(self) -> None:
        """Lets whatever is sent take longer, in both directions."""
        for prefix, line in self._ends():
            if _run(*prefix, "tc", "qdisc", "replace", "dev", line, "root", *_DELAY) != 0:
                _run(*prefix, "tc", "qdisc", "replace", "dev", line, "root", *_THIN)

    def quicken(self) -> None:
        """Ends that."""
        for prefix, line in self._ends():
            _run(*prefix, "tc", "qdisc", "del", "dev", line, "root")

    def _ends(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        return ((), self.line), (self.command(), "eth0")


@contextlib.contextmanager
def network(names: Sequence[str]) -> Iterator[dict[str, Host]]:
    """Connects hosts within the block, in which this thread, and whatever it starts, sees nothing but them.

    Bridge and lines are in a namespace of their own: on the machine's own network nothing comes or goes, which would
    let a browser give up its requests.

    Args:
        names: Of the processes that get one each.
    """
    tag = f"uwf{os.getpid() % 100_000}"
    hosts: dict[str, Host] = {}
    with _apart():
        try:
            _must("ip", "link", "set", "lo", "up")
            _must("ip", "link", "add", tag, "type", "bridge")
            _must("ip", "addr", "add", f"{_NETWORK.format(host=1)}/24", "dev", tag)
            _must("ip", "link", "set", tag, "up")
            for index, name in enumerate(names):
                host = Host(_NETWORK.format(host=index + 2), f"{tag}-{name}", f"{tag}h{index}", tag)
                hosts[name] = host
                _must("ip", "netns", "add", host.namespace)
                _must("ip", "link", "add", host.line, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
                _must("ip", "link", "set", host.line, "master", tag, "up")
                for command in (
                    ("ip", "addr", "add", f"{host.address}/24", "dev", "eth0"),
                    ("ip", "link", "set", "eth0", "up"),
                    ("ip", "link", "set", "lo", "up"),
                ):
                    _must(*host.command(*command))
            yield hosts
        finally:
            for host in hosts.values():
                _run("ip", "link", "del", host.line)
                _run("ip", "netns", "del", host.namespace)
            _run("ip", "link", "del", tag)


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Puts this thread into a new network namespace, which ends with the block."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        os.unshare(os.CLONE_NEWNET)
        try:
            yield
        finally:
            os.setns(before, os.CLONE_NEWNET)
    finally:
        os.close(before)


def _run(*command: str) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


def _must(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
