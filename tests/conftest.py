"""Fixtures shared by all tests."""

from __future__ import annotations

import contextlib
import gc
import shutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import engine.serving  # isort: skip  # noqa: F401 - before Rasa: prepares what it needs on this Python

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Turn
from actions.knowledge import Knowledge, load_knowledge, yaml_files
from evaluation.conversations.bot import Bot as ServedBot
from evaluation.paths import MODEL
from tests.conversations.bot import Bot
from tests.extent import LONG
from tests.paths import ROOT

# The same examples each time, so that what fails is what the change has broken; `make test-all` draws others.
settings.register_profile("project", deadline=None, derandomize=not LONG)
settings.load_profile("project")

PLACEHOLDERS = {
    "brand_name": "u钱包",
    "privacy_notice": "这里的聊天会保存。",
    "police": "110",
    "ambulance": "120",
    "anti_fraud": "96110",
    "psychological_aid": "12356",
}

# Long enough to be no fragment, and about nothing.
SENTENCE = "说了这么长的一句话"


def pytest_collection_finish() -> None:
    """Keeps what is imported and collected out of the search for garbage: it stays until the end."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Looks for what ends badly once, and leaves nothing to be gone through in pytest's own five searches."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _files_are_parsed_once() -> Iterator[None]:
    """Remembers what stands in all data files, which many tests read; a program remembers a third of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_files, "_read_quickly", lru_cache(maxsize=512)(yaml_files._read_quickly.__wrapped__))
        yield


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture
def knowledge_folder(tmp_path: Path) -> Path:
    """A copy of the knowledge files that a test may break."""
    return Path(shutil.copytree(ROOT / "data" / "knowledge", tmp_path / "knowledge"))


class Conversation:
    """A conversation with the dialogue alone: acts in, response names out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._dialogue = Dialogue(knowledge, PLACEHOLDERS)
        self.state = DialogueState()
        self.turn: Turn | None = None

    @property
    def requested_detail(self) -> str | None:
        return self.state.walk.requested_detail if self.state.walk else None

    def does(
        self,
        act: Act,
        text: str = SENTENCE,
        *,
        intent: str = "",
        payload: bool = False,
        confidence: float = 1.0,
        entities: Mapping[str, tuple[str, ...]] | None = None,
        **more: Any,
    ) -> list[str | None]:
        """Returns the names of the responses; None stands for a custom payload."""
        message = UserMessage(
            intent, text, folded(text), entities or {}, is_payload=payload, confidence=confidence, **more
        )
        self.turn = self._dialogue.respond(self.state, act, message)
        self.state = self.turn.state
        return [reply.response for reply in self.turn.replies]

    def opens(self, topic: str, text: str = SENTENCE, **entities: str) -> list[str | None]:
        """Opens a topic, each entity with one value."""
        values = {name: (value,) for name, value in entities.items()}
        return self.does(Act.OPEN_TOPIC, text, intent=topic, entities=values)


@pytest.fixture
def conversation(knowledge: Knowledge) -> Conversation:
    return Conversation(knowledge)


@pytest.fixture(scope="session")
def bot() -> Iterator[Bot]:
    """The trained bot, loaded once for all tests that need it."""
    if not MODEL.exists():
        pytest.fail("There is no trained model. Run `make train` first; `make test` does.")
    with contextlib.closing(Bot()) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def served_bot() -> Iterator[ServedBot]:
    """The bot as the evaluation talks to it: what is said comes with what it is said for."""
    if not MODEL.exists():
        pytest.fail("There is no trained model. Run `make train` first; `make test` does.")
    with contextlib.closing(ServedBot()) as loaded:
        yield loaded
