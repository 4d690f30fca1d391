"""The bot as the engine serves it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evaluation.conversations.bot import Bot
from evaluation.paths import MODEL


@pytest.fixture(scope="session")
def served_bot() -> Iterator[Bot]:
    """The trained bot in this process, loaded once."""
    if not MODEL.exists():
        pytest.fail("There is no trained model. Run `make train` first; `make test` does.")
    bot = Bot()
    yield bot
    bot.close()
