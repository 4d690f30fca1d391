"""The rules of time of human support."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SchedulerRules:
    """When the scheduler acts.

    Attributes:
        queue_timeout: Wait after which a queued user is offered to leave a message.
        queue_abandoned_after: Time without any agent online after which queued users are asked for a message.
        agent_silent_after: Silence of the agent after which a chat goes back to the queue.
        user_remind_after: Silence of the user after which they are reminded.
        user_left_after: Silence of the user after which a chat is closed.
        urgent_patience: By how much longer an urgent user is waited for: they were told to do something.
    """

    queue_timeout: timedelta
    queue_abandoned_after: timedelta
    agent_silent_after: timedelta
    user_remind_after: timedelta
    user_left_after: timedelta
    urgent_patience: float
