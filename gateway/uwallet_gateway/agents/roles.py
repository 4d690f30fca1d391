"""Roles of agents. Each role includes the rights of the one before.

What somebody may do with the knowledge is another matter than whom they serve, so it is a role of its own, which any
agent may have; admins have all of it.
"""

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


class KnowledgeRole(StrEnum):
    """What an agent may do with the knowledge, from the fewest rights to the most."""

    EDITOR = "editor"
    PUBLISHER = "publisher"

    def may(self, required: KnowledgeRole) -> bool:
        """Whether this role includes the rights of `required`."""
        order = tuple(KnowledgeRole)
        return order.index(self) >= order.index(required)
