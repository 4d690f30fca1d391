"""When a machine that is gone without a word, or the line to it, is given up: in seconds, not a quarter of an hour."""

from __future__ import annotations

import socket

# Seconds for which what was sent may stay without a receipt, which comes from one that only stands still, too.
GIVEN_UP_AFTER = 5
# Not all systems have all of them.
_OPTIONS = {"TCP_USER_TIMEOUT": GIVEN_UP_AFTER * 1000, "TCP_KEEPIDLE": 3, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3}
# Of a connection on which nothing comes: it is asked after so many seconds, each second, so many times.
LINE_OPTIONS = {getattr(socket, name): value for name, value in _OPTIONS.items() if hasattr(socket, name)}


def give_up_soon(line: socket.socket) -> None:
    """Sets it for a connection that is open; nothing to do for one within the machine."""
    if line.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in LINE_OPTIONS.items():
        line.setsockopt(socket.IPPROTO_TCP, option, value)
