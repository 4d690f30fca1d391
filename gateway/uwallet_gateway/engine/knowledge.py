"""Gives the engine bundles of knowledge and asks what it makes of them (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.certificates import usual_authorities
from uwallet_gateway.engine.answers import read_answer
from uwallet_gateway.errors import ErrorCode, InputError

_PATH = "/webhooks/gateway/knowledge"
# Seconds. A bundle with some hundred new questions is read within two.
_TIMEOUT = 30.0
_STATUS_TIMEOUT = 3.0
_LARGEST_ANSWER = 8 * 1024 * 1024
_log = structlog.get_logger()

TrainingStage = Literal["untrained", "waiting", "running", "done", "failed"]


class BrokenBundleError(Exception):
    """The engine refuses a bundle; `problems` has a line for each mistake: `file:line: field: reason`."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keeps the lines."""
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class UntrainedError(Exception):
    """A bundle is right, but its model is to be trained before anybody can be served by it.

    Attributes:
        sha256: By which the engine knows it.
    """

    def __init__(self, sha256: str) -> None:
        """Keeps which one."""
        super().__init__(sha256)
        self.sha256 = sha256


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class EngineProcess(_Part):
    """A process of the engine; `sha256` is what it serves, null: the files that it came with."""

    id: str = Field(max_length=200)
    sha256: str | None = Field(max_length=64)
    seen_at: float


class EngineStatus(_Part):
    """What is to be served, and who does."""

    own: str = Field(max_length=64)
    served: str | None = Field(max_length=64)
    pilot: str | None = Field(default=None, max_length=64)
    engines: list[EngineProcess] = Field(max_length=1000)


class _Staged(_Part):
    missing: list[str] = Field(default=[], max_length=2000)
    untrained: bool = False
    problems: list[str] = Field(default=[], max_length=2000)


class _Served(_Part):
    sha256: str | None = None
    pilot: str | None = None
    full: bool = False


class EngineTraining(_Part):
    """How far the training of a model is; `waiting`: another one is trained first."""

    state: TrainingStage
    progress: float
    problems: list[str] = Field(max_length=100)
    seconds: float


class PlayedReply(_Part):
    """One message of the bot."""

    text: str = ""
    buttons: list[dict[str, Any]] = []
    metadata: dict[str, Any] = {}
    custom: dict[str, Any] | None = None


class PlayedTurn(_Part):
    """What came of one message."""

    messages: list[PlayedReply]
    understood: dict[str, Any] | None
    reading: dict[str, Any] | None
    events: list[dict[str, Any]] = []


class _Played(_Part):
    turns: list[PlayedTurn]


class EngineReplay(_Part):
    """How far some plays are; `stopped`: nobody knows of them."""

    state: Literal["running", "done", "failed", "stopped"]
    progress: float
    problems: list[str] = Field(max_length=1000)


class _Keys(_Part):
    keys: list[str] = Field(max_length=100)


class _Plays(_Part):
    plays: list[list[PlayedTurn]]
    count: int


class Likeness(_Part):
    """Two wordings that are hardly to be told apart. An entry is `faq/<id>`, or the name of an intent."""

    text: str
    entry: str
    other_text: str
    other_entry: str
    likeness: float


class _Alike(_Part):
    alike: list[Likeness] = Field(max_length=2000)


_Answer = TypeVar("_Answer", bound=_Part)


class EngineKnowledge:
    """Separate from turns: a failure here does not count for the circuit breaker."""

    def __init__(self, url: str, secret: str | None, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Opens no connection yet; another `transport` is for tests."""
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=_TIMEOUT,
            transport=transport,
            # As in client.py: the engine is private and sends nobody elsewhere.
            trust_env=False,
            verify=usual_authorities(),
            follow_redirects=False,
        )

    async def status(self) -> EngineStatus:
        """What the engines serve.

        Raises:
            InputError: unavailable.
        """
        return await self._ask(EngineStatus, "GET", "", timeout=_STATUS_TIMEOUT)

    async def stage(self, sha256: str, digests: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Gives a bundle to the engine, which checks it and gets ready to serve it; nobody is served by it yet.

        Args:
            sha256: Of the whole bundle.
            digests: SHA-256 of each file by path.
            texts: The contents by SHA-256; only those that the engine lacks are sent.

        Raises:
            BrokenBundleError: It is refused.
            UntrainedError: It is kept, and served once `train` is through.
            InputError: unavailable.
        """
        known: dict[str, str] = {}
        for _ in range(2):
            answer = await self._ask(_Staged, "POST", "/bundles", {"files": dict(digests), "texts": known})
            if answer.problems:
                raise BrokenBundleError(answer.problems)
            if answer.untrained:
                raise UntrainedError(sha256)
            if not answer.missing:
                return
            known = {name: texts[name] for name in answer.missing if name in texts}
        raise InputError(ErrorCode.UNAVAILABLE)

    async def train(self, sha256: str, *, start: bool = True, again: bool = False) -> EngineTraining:
        """Has the model of a bundle trained in the background, unless that is done or going on; says how far it is.

        Args:
            sha256: A bundle that was staged.
            start: Whether to begin; otherwise it is only told.
            again: Whether to try once more what has failed.

        Raises:
            InputError: unavailable.
        """
        return await self._ask(EngineTraining, "POST", "/trainings", {"sha256": sha256, "start": start, "again": again})

    async def serve(self, sha256: str | None, number: int, pilot: str | None = None) -> None:
        """Says which bundle is served from now on; None: the files that the engine came with.

        Args:
            sha256: The bundle, which was staged.
            number: Of its version.
            pilot: Another one that turns may ask for.

        Raises:
            InputError: unavailable, also of an engine that serves no two; engine_full.
        """
        body = {"sha256": sha256, "number": number, "pilot": pilot}
        answer = await self._ask(_Served, "POST", "/served", body)
        if answer.full:
            raise InputError(ErrorCode.ENGINE_FULL)
        if answer.pilot != pilot:
            raise InputError(ErrorCode.UNAVAILABLE)

    async def play(
        self, sha256: str | None, messages: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]
    ) -> list[PlayedTurn]:
        """Plays a conversation on a bundle, of which nothing is kept.

        Raises:
            InputError: unavailable.
        """
        body = {"sha256": sha256, "messages": [dict(message) for message in messages], "metadata": dict(metadata)}
        return (await self._ask(_Played, "POST", "/trial", body)).turns

    async def alike(self, sha256: str | None, entries: Sequence[str]) -> list[Likeness]:
        """The wordings of some questions that are hardly to be told from those of other entries.

        Raises:
            InputError: unavailable.
        """
        return (await self._ask(_Alike, "POST", "/alike", {"sha256": sha256, "entries": list(entries)})).alike

    async def replay(
        self, plays: Sequence[tuple[str, Sequence[Sequence[Mapping[str, str]]]]], moment: float
    ) -> list[str]:
        """Has conversations played in the background; returns what each play is kept by.

        Args:
            plays: A bundle, and the conversations that are played on it, each.
            moment: When they are played, in seconds since 1970.

        Raises:
            InputError: unavailable.
        """
        sets: list[Sequence[Sequence[Mapping[str, str]]]] = []
        for _, said in plays:
            if not any(said is known for known in sets):
                sets.append(said)
        chosen = [
            {"sha256": sha256, "set": next(number for number, known in enumerate(sets) if known is said)}
            for sha256, said in plays
        ]
        body = {"moment": moment, "sets": sets, "plays": chosen}
        return (await self._ask(_Keys, "POST", "/replays", body)).keys

    async def replay_state(self, keys: Sequence[str]) -> EngineReplay:
        """How far some plays are.

        Raises:
            InputError: unavailable.
        """
        return await self._ask(EngineReplay, "POST", "/replays/state", {"keys": list(keys)})

    async def replayed(self, key: str) -> list[list[PlayedTurn]]:
        """What was said in each conversation of a play.

        Raises:
            InputError: unavailable.
        """
        found: list[list[PlayedTurn]] = []
        while True:
            part = await self._ask(_Plays, "POST", "/replays/plays", {"key": key, "first": len(found)})
            found += part.plays
            if not part.plays or len(found) >= part.count:
                return found

    async def stop_replay(self, keys: Sequence[str], *, forget: bool = False) -> None:
        """Ends plays that are not through; with `forget` nothing is kept of those that are, either.

        Raises:
            InputError: unavailable.
        """
        await self._ask(_Part, "POST", "/replays/stop", {"keys": list(keys), "forget": forget})

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _ask(
        self,
        kind: type[_Answer],
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        timeout: float = _TIMEOUT,
    ) -> _Answer:
        try:
            response = await self._client.request(method, _PATH + path, json=body, timeout=timeout)
            # A refusal is an answer: it says what is missing or wrong.
            if response.status_code not in {409, 422}:
                response.raise_for_status()
            return read_answer(kind, response, _LARGEST_ANSWER)
        except (httpx.HTTPError, ValueError) as error:
            # Asked every other second: that an engine is away is told where users wait for it.
            if path:
                _log.warning("engine_knowledge.failed", path=path, error=type(error).__name__)
            raise InputError(ErrorCode.UNAVAILABLE) from error
