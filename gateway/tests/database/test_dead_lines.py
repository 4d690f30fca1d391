"""A machine that is gone without a word is given up within seconds."""

from __future__ import annotations

import socket

from uwallet_gateway.database.dead_lines import GIVEN_UP_AFTER, LINE_OPTIONS, give_up_soon


def test_line_to_another_machine_is_given_up_soon_and_one_within_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as line:
        give_up_soon(line)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        set_to = {option: line.getsockopt(socket.IPPROTO_TCP, option) for option in LINE_OPTIONS}
    assert set_to == LINE_OPTIONS
    # With the receipt of what was sent last, a line on which nothing comes is known to be dead no later.
    assert LINE_OPTIONS[socket.TCP_KEEPIDLE] + LINE_OPTIONS[socket.TCP_KEEPCNT] <= GIVEN_UP_AFTER + 1
    first, second = socket.socketpair()
    with first, second:
        give_up_soon(first)
