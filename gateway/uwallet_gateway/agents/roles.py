"""Roles of agents. Each role includes the rights of the one before."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Roles, from the fewest rights to the most."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def may(self, required: Role) -> bool:
        """Whether this role includes the rights of `required`."""
        order = tuple(Role)
        return order.index(self) >= order.index(required)
