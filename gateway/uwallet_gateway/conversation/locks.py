"""One conversation is answered by one worker at a time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator


class ConversationLocks:
    """Within one process the dispatcher has one worker for each conversation anyway."""

    @contextlib.asynccontextmanager
    async def hold(self, _conversation_id: str) -> AsyncIterator[None]:
        """Holds a conversation within the block."""
        yield
