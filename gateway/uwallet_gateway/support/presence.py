"""Which agents are there.

An agent is online from a connection with the presence `online` until 30 seconds after the last one is gone.
`agents.seen_at` is renewed while there is a connection, so that it holds across processes and a process that is killed.
"""

from __future__ import annotations

from typing import Literal


class Presence:
    """Connections of this process, and `agents.presence` and `agents.seen_at`."""

    async def connected(self, agent_id: int) -> None:
        """The desk of an agent has connected; call `disconnected` as often."""
        raise NotImplementedError

    async def disconnected(self, agent_id: int) -> None:
        """A connection is gone."""
        raise NotImplementedError

    async def choose(self, agent_id: int, status: Literal["online", "away"]) -> None:
        """What the agent has chosen."""
        raise NotImplementedError
