"""Agents of a running gateway, without the desk's HTTP."""

from __future__ import annotations

from tests.helpers.gateway import Gateway
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables


async def online_agent(gateway: Gateway, name: str = "小林") -> int:
    """The id of a new agent, who is there and takes chats."""
    async with gateway.services.database.write() as transaction:
        agent = tables.Agent(
            username=name,
            name=name,
            role="agent",
            password_hash="-",
            enabled=True,
            max_chats=5,
            presence="online",
            created_at=now(),
        )
        transaction.add(agent)
    await gateway.services.presence.connected(agent.id)
    return agent.id
