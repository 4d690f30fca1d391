"""What an agent may do: each role may do what the one before may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Roles, the one that may least first."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def may(self, required: Role) -> bool:
        """Whether this role may do what is for `wanted`."""
        order = tuple(Role)
        return order.index(self) >= order.index(required)
