"""Who acts now: set once where a request or a command comes in, read where something is recorded."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["agent", "command", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where.

    Attributes:
        kind: An agent at the desk, a command of an operator, or the gateway by itself.
        id: Of the agent's account.
        name: The agent's user name, or the name of the operator's account on the machine.
        address: The client's network address, if there is one.
    """

    kind: ActorKind
    id: int | None = None
    name: str | None = None
    address: str | None = None


_SYSTEM = Actor("system")
_current: ContextVar[Actor] = ContextVar("actor", default=_SYSTEM)


def set_actor(actor: Actor) -> None:
    """Says who acts in this request; tasks that it starts inherit it."""
    _current.set(actor)


def current_actor() -> Actor:
    """Who acts now."""
    return _current.get()
