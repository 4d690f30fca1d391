"""Free ports."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import socket
from collections.abc import Iterator

# Below those that systems give to outgoing connections: until the gateway listens, any program here could get one.
# Suites beside each other have each their own, so that two do not begin to listen on one at once.
_FIRST, _, _LAST = os.environ.get("FREE_PORTS", "20000-31999").partition("-")
_PORTS = range(int(_FIRST), int(_LAST) + 1)
_begin = secrets.randbelow(len(_PORTS))
# In turn: nobody in this process gets one that another is about to listen on.
_in_turn: Iterator[int] = itertools.cycle([*_PORTS[_begin:], *_PORTS[:_begin]])


def free_port() -> int:
    """A port that nobody listens on now."""
    while True:
        port = next(_in_turn)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
