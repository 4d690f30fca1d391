"""Bundles of knowledge that are published, tried or checked while the engine serves."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import logging
import os
import re
import socket
import tempfile
import time
import uuid
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from actions.dialogue.acts import CONTROL_INTENTS
from actions.knowledge import KnowledgeError, load_knowledge
from actions.knowledge.bundle import Bundle, own_bundle, serve, served_bundle, turn_with
from actions.knowledge.questions import load_questions
from engine.nlu.bundle_indexes import ReadsBundles
from engine.nlu.faq_index import FaqIndex
from engine.nlu.lexicon import read_lexicon
from engine.paths import LEXICON, ROOT
from engine.serving.agent import ServingAgent
from engine.serving.knowledge_store import KnowledgeStore, ServingProcess, Training
from engine.serving.memory import free_memory
from engine.serving.model_training import ModelTrainer
from engine.serving.processor import ServingProcessor
from engine.serving.replays import Conversation, PlayedOn, Replay, Replayer, replay_key
from engine.topic_checks import unknown_values, unreachable_topics

logger = logging.getLogger(__name__)

_EXAMPLES = "data/nlu/"
_FOLDERS = ("data/knowledge/", "data/questions/", _EXAMPLES)
# An intent of a file of examples.
_INTENT = re.compile(r"^- intent: *(\w+) *$", re.MULTILINE)
_NAME = re.compile(r"[\w./-]+\.yml")
_TOPIC = re.compile(r"data/knowledge/[\w-]+\.yml")
# Seconds between two looks at what is to be served, and after how many of them a process says that it is there.
_EVERY = 1.0
_LOOKS = 10
# Ready ones: what is served, what was served before, and what editors try.
_MOST_READY = 4
# Bytes that each process has to have left beside two models: editors try a third one.
_ROOM = 200 * 1024 * 1024
# Of sentence vectors: from here on two wordings say the same in slightly other words.
ALIKE = 0.93


class UnknownBundleError(LookupError):
    """The store has no such bundle."""


class NoRoomError(Exception):
    """There is no memory for two models at once."""


class UntrainedError(LookupError):
    """The bundle has examples that no model was trained on yet; `key` is what such a model is kept by."""

    def __init__(self, key: str) -> None:
        """Keeps the key."""
        super().__init__(key)
        self.key = key


@dataclass
class PlayedTurn:
    """What the bot has said to one message of a trial, and the conversation after it."""

    messages: list[dict[str, Any]]
    tracker: DialogueStateTracker | None


class _Collector(OutputChannel):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


class Bundles:
    """Checks bundles, makes them ready beside the one that is served, and follows what is published."""

    def __init__(self, agent: ServingAgent, store: KnowledgeStore) -> None:
        """Serves the files of this checkout until `start`."""
        self._agent = agent
        self._store = store
        self._ready: OrderedDict[str, Bundle] = OrderedDict()
        self._making = asyncio.Lock()
        self._staging = asyncio.Lock()
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._refused: str | None = None
        # Counted up around each publication here: what was looked up meanwhile may be from before it.
        self._publications = 0
        # What some conversations are answered by; held, so that it is neither dropped nor made once more.
        self._pilot: Bundle | None = None
        self._pilot_refused: str | None = None
        # By what they are kept by; as long as a bundle needs them.
        self._trained: WeakValueDictionary[str, ServingProcessor] = WeakValueDictionary()

    @cached_property
    def own_sha256(self) -> str:
        """The hash of the files of this checkout."""
        return bundle_digest(self._own_digests)

    @cached_property
    def _own_digests(self) -> dict[str, str]:
        return {path: _digest(text) for path, text in _own_files().items()}

    def model_key(self, files: Mapping[str, str]) -> str | None:
        """Returns what the model of a bundle is kept by; None: the model that the engine came with serves.

        Args:
            files: SHA-256 by path. Texts are read while the engine serves; a model is made of examples, and of which
                topics there are.
        """
        own, theirs = _trained_part(self._own_digests), _trained_part(files)
        if not theirs or theirs == own:
            return None
        # An engine of another version reads its own models only.
        return _digest(json.dumps([self._agent.own_processor.model_metadata.model_id, sorted(theirs.items())]))

    async def train(self, sha256: str, *, start: bool = True, again: bool = True) -> Training | None:
        """Begins to train the model of a bundle in the background, if it needs one; returns how far that is.

        Args:
            sha256: A bundle that was staged.
            start: Whether to begin; otherwise it is only told.
            again: Whether to try again what has failed.

        Raises:
            UnknownBundleError: The store has no such bundle.
        """
        files, contents = await self._contents(sha256)
        key = self.model_key(files)
        if key is None:
            return None
        return await (self._trainer.start(key, contents, again=again) if start else self._trainer.state(key))

    async def replay(
        self, plays: Sequence[tuple[str | None, int]], sets: Sequence[Sequence[Conversation]], moment: float
    ) -> list[str]:
        """Begins to play sets of conversations in a process beside; returns what each play is kept by.

        Args:
            plays: A bundle and the number of a set each.
            sets: Conversations: kind and text of each message, as `play` takes them.
            moment: When they are played, in seconds since 1970: hours and validity are those of then.

        Raises:
            UnknownBundleError: The store has no such bundle.
            UntrainedError: Its model was not trained.
        """
        model_id = str(self._agent.own_processor.model_metadata.model_id)
        wanted: dict[str, tuple[PlayedOn, int]] = {}
        keys = []
        for sha256, number in plays:
            files, contents = ({}, {}) if sha256 is None else await self._contents(sha256)
            model = self.model_key(files)
            if model is not None and not await asyncio.to_thread(self._store.has_model, model):
                raise UntrainedError(model)
            keys.append(replay_key(model_id, sha256, sets[number], moment))
            wanted[keys[-1]] = PlayedOn(sha256, files, contents, model), number
        await self._replayer.start(wanted, sets, moment)
        return keys

    async def replay_state(self, keys: Sequence[str]) -> Replay:
        """Returns how far some plays are."""
        return await self._replayer.state(keys)

    async def replayed(self, key: str, first: int, most: int) -> tuple[list[Any], int]:
        """Returns some of the conversations that were played, and how many there are.

        Raises:
            LookupError: They are not kept.
        """
        content = await asyncio.to_thread(self._store.replay_content, key)
        if content is None:
            raise LookupError(key)
        plays = await asyncio.to_thread(json.loads, content)
        return plays[first : first + most], len(plays)

    async def stop_replay(self, keys: Sequence[str]) -> None:
        """Ends plays that are not through, in whatever process they are."""
        await self._replayer.stop(keys)

    async def forget_replay(self, keys: Sequence[str]) -> None:
        """Keeps nothing of some plays any more."""
        await self._replayer.forget(keys)

    async def stop(self) -> None:
        """Ends what goes on here beside the turns."""
        await self._trainer.stop()
        await self._replayer.stop()

    @cached_property
    def _replayer(self) -> Replayer:
        return Replayer(self._store, self._name, self._agent.own_processor.model_path)

    @cached_property
    def _trainer(self) -> ModelTrainer:
        model = self._agent.own_processor.model_path
        # One that came from a model server is not there any more; then all is trained.
        return ModelTrainer(self._store, self._name, model if model.is_file() else None)

    async def start(self) -> None:
        """Takes what is published, before anybody is served."""
        await self._follow()
        await self._follow_pilot()
        self._store.note_process(self._name, served_bundle().sha256)

    async def follow_for_ever(self) -> None:
        """Takes what is published, within a second."""
        looks = 0
        while True:
            await asyncio.sleep(_EVERY)
            looks += 1
            try:
                changed = await self._follow()
                await self._follow_pilot()
                if changed or looks % _LOOKS == 0:
                    await asyncio.to_thread(self._store.note_process, self._name, served_bundle().sha256)
            except Exception:
                # The database is away, or a bug: users are served with what there is.
                logger.exception("The published knowledge cannot be looked up.")

    async def stage(self, files: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
        """Checks a bundle and makes it ready; returns the hashes of contents that are missing, then nothing is done.

        Args:
            files: SHA-256 by path.
            texts: Contents by SHA-256.

        Raises:
            KnowledgeError: It is broken; it is not kept.
            UntrainedError: It is kept, but nothing serves it before `train` is through.
            ValueError: A path or a hash is none.
        """
        for path in files:
            if not (path.startswith(_FOLDERS) and _NAME.fullmatch(path) and ".." not in PurePosixPath(path).parts):
                raise ValueError(f"{path}: does not belong into a bundle")
        for sha256, text in texts.items():
            if _digest(text) != sha256:
                raise ValueError(f"{sha256}: is not the hash of its content")
        # One after the other: what one request has added and not yet used would be dropped by another.
        async with self._staging:
            return await self._stage(files, texts)

    async def _stage(self, files: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
        sha256 = bundle_digest(files)
        if sha256 in self._ready and await asyncio.to_thread(self._store.bundle, sha256) == dict(files):
            return []
        await asyncio.to_thread(self._store.add_texts, texts)
        contents = await asyncio.to_thread(self._store.texts, set(files.values()))
        missing = sorted(set(files.values()) - contents.keys())
        if not missing:
            told = {path: contents[name] for path, name in files.items()}
            try:
                await self._made(sha256, files, told)
            except UntrainedError:
                await asyncio.to_thread(self._store.add_bundle, sha256, files, contents)
                raise
            # With its contents: another engine may have dropped what no bundle had yet.
            await asyncio.to_thread(self._store.add_bundle, sha256, files, contents)
        return missing

    async def publish(self, sha256: str | None, number: int, pilot: str | None = None) -> None:
        """Serves a bundle from now on, and tells all processes; None: the files of the checkout.

        Args:
            sha256: The bundle.
            number: Of its version.
            pilot: Another one, for the conversations whose turns ask for it; None: nobody gets another.

        Raises:
            UnknownBundleError: It was not staged.
            UntrainedError: Its model was not trained.
            KnowledgeError: It is broken.
            NoRoomError: The other one has a model of its own, for which there is no memory.
        """
        bundle = await self.find(sha256)
        beside = await self.find(pilot) if pilot is not None else None
        if beside is not None and self._agent.has_own_model(beside):
            await asyncio.to_thread(self._require_room)
        self._publications += 1
        await asyncio.to_thread(self._store.set_served, sha256, number, pilot)
        self._publications += 1
        serve(bundle)
        self._pilot = beside
        self._drop_others(sha256)
        await asyncio.to_thread(self._store.note_process, self._name, sha256)
        logger.info("Knowledge %s is served, version %s.", sha256 or "of the files", number)

    async def find(self, sha256: str | None) -> Bundle:
        """Returns a bundle, ready to be served.

        Raises:
            UnknownBundleError: The store has no such bundle.
            UntrainedError: Its model was not trained.
            KnowledgeError: It is broken.
        """
        if sha256 is None:
            return own_bundle()
        if sha256 in self._ready:
            self._ready.move_to_end(sha256)
            return self._ready[sha256]
        files, contents = await self._contents(sha256)
        return await self._made(sha256, files, contents)

    def _require_room(self) -> None:
        """Refuses a model that would stay beside the one that serves; each process here has its own."""
        here = f"{socket.gethostname()}:"
        processes = {process.id for process in self._store.processes() if process.id.startswith(here)} | {self._name}
        left = free_memory()
        if left is not None and left < _ROOM * len(processes):
            logger.warning("There is no memory for a second model: %d MB are left.", left // 1024**2)
            raise NoRoomError

    def published(self) -> str | None:
        """Returns what is to be served."""
        return self._store.served()

    def pilot(self) -> str | None:
        """Returns what is to be served beside it; None: nothing."""
        return self._store.pilot()

    async def of_turn(self, wanted: str | None) -> Bundle:
        """Returns the bundle that a turn begins with: the one that it asks for if that is served beside.

        Whoever asks for one that is not, or that this process cannot read, gets what all others get.
        """
        if wanted is None or wanted == served_bundle().sha256:
            return served_bundle()
        if self._pilot is None or self._pilot.sha256 != wanted:
            # Another process was told.
            await self._follow_pilot()
        pilot = self._pilot
        return pilot if pilot is not None and pilot.sha256 == wanted else served_bundle()

    def processes(self) -> list[ServingProcess]:
        """Returns the processes that serve."""
        return self._store.processes()

    async def play(
        self, sha256: str | None, messages: Sequence[tuple[str, str]], metadata: Mapping[str, Any]
    ) -> list[PlayedTurn]:
        """Plays a conversation on a bundle; it is kept nowhere.

        Args:
            sha256: The bundle.
            messages: Kind (`text`, `payload`, or `button` for the one of this title) and text of each.
            metadata: Of each message.

        Raises:
            UnknownBundleError: The store has no such bundle.
            KnowledgeError: It is broken.
        """
        bundle = await self.find(sha256)
        processor = copy.copy(self._processor(bundle))
        processor.tracker_store = InMemoryTrackerStore(processor.domain)
        sender, played = f"trial-{uuid.uuid4().hex}", list[PlayedTurn]()
        buttons: dict[str, str] = {}
        with turn_with(bundle):
            for kind, text in messages:
                channel = _Collector()
                said = buttons.get(text, text) if kind == "button" else text
                message = UserMessage(
                    said, channel, sender, input_channel=channel.name(), message_id=uuid.uuid4().hex, metadata=metadata
                )
                await processor.handle_message(message)
                tracker = await processor.tracker_store.retrieve(sender)
                played.append(PlayedTurn(channel.messages, tracker))
                shown = (button for message in channel.messages for button in message.get("buttons") or ())
                # Buttons stay on the screen until others take their place.
                buttons = {button["title"]: button["payload"] for button in shown} or buttons
                # Users come first.
                await asyncio.sleep(0)
        return played

    async def alike(self, sha256: str | None, entries: Collection[str]) -> list[dict[str, Any]]:
        """Returns wordings of questions that are hardly to be told from what else is said, the nearest first.

        Args:
            sha256: The bundle.
            entries: `faq/<id>` of the questions.

        Raises:
            UnknownBundleError: The store has no such bundle.
            KnowledgeError: It is broken.
        """
        bundle = await self.find(sha256)
        names = {entry.partition("/")[2] for entry in entries}
        index = next(part for part in _components(self._processor(bundle)) if isinstance(part, FaqIndex))

        def look() -> list[tuple[str, str, str | None, str, float]]:
            with turn_with(bundle):
                return sorted(index.alike(names, ALIKE), key=lambda pair: -pair[-1])

        found = []
        for text, name, other, other_text, likeness in await asyncio.to_thread(look):
            other_entry = f"faq/{other}" if other else await self._meaning(other_text)
            found.append(
                {
                    "text": text,
                    "entry": f"faq/{name}",
                    "other_text": other_text,
                    "other_entry": other_entry,
                    "likeness": round(likeness, 3),
                }
            )
        return found

    async def _meaning(self, text: str) -> str:
        parse = await self._agent.parse_message(text)
        return str(parse["intent"]["name"])

    async def _follow(self) -> bool:
        """Takes what is to be served; returns whether that is something else than before."""
        publications = self._publications
        wanted = await asyncio.to_thread(self._store.served)
        if wanted in {served_bundle().sha256, self._refused or served_bundle().sha256}:
            return False
        try:
            bundle = await self.find(wanted)
            if publications != self._publications:
                return False
            serve(bundle)
        except UntrainedError:
            # After an update of this engine, or its training goes on elsewhere.
            if wanted is not None:
                await self.train(wanted, again=False)
            return False
        except (KnowledgeError, UnknownBundleError) as error:
            # After an update of this engine. What it has is better than nothing.
            logger.error("Knowledge %s cannot be served: %s", wanted, error)
            self._refused = wanted
            return False
        self._refused = None
        logger.info("Knowledge %s is served.", wanted or "of the files")
        return True

    async def _follow_pilot(self) -> None:
        """Makes ready what is to be served beside, or drops what no longer is."""
        wanted = await asyncio.to_thread(self._store.pilot)
        if wanted is None:
            self._pilot = self._pilot_refused = None
            return
        if (self._pilot is not None and self._pilot.sha256 == wanted) or wanted == self._pilot_refused:
            return
        self._pilot = None
        try:
            self._pilot = await self.find(wanted)
        except UntrainedError:
            # As for what is served.
            await self.train(wanted, again=False)
        except (KnowledgeError, UnknownBundleError) as error:
            logger.error("Knowledge %s cannot be served beside: %s", wanted, error)
            self._pilot_refused = wanted
        else:
            logger.info("Knowledge %s is served beside.", wanted)

    async def _contents(self, sha256: str) -> tuple[dict[str, str], dict[str, str]]:
        files = await asyncio.to_thread(self._store.bundle, sha256)
        contents = await asyncio.to_thread(self._store.texts, set((files or {}).values()))
        if files is None or contents.keys() < set(files.values()):
            raise UnknownBundleError(sha256)
        return files, {path: contents[name] for path, name in files.items()}

    async def _made(self, sha256: str, files: Mapping[str, str], contents: Mapping[str, str]) -> Bundle:
        key = self.model_key(files)
        async with self._making:
            if sha256 not in self._ready:
                started = time.monotonic()
                self._ready[sha256] = await asyncio.to_thread(self._make, sha256, contents, key)
                logger.info("Knowledge %s is ready after %.2f s.", sha256, time.monotonic() - started)
                self._drop_others(sha256)
            self._ready.move_to_end(sha256)
            return self._ready[sha256]

    def _drop_others(self, sha256: str | None) -> None:
        """Keeps a few bundles, and but for those that serve only one with a model of its own: 150 MB of memory each."""
        serving = {served_bundle().sha256, self._pilot.sha256 if self._pilot else None}
        others = [it for it in self._ready if it not in {sha256, *serving}]
        large = [it for it in others if self._agent.has_own_model(self._ready[it])]
        for it in [*others[: max(0, len(self._ready) - _MOST_READY)], *large]:
            self._ready.pop(it, None)

    def _make(self, sha256: str, contents: Mapping[str, str], key: str | None) -> Bundle:
        """Checks a bundle and lets the components read it; in a thread beside the one that serves."""
        if key is None:
            intents: Collection[str] = self._agent.own_processor.domain.intents
        else:
            intents = {
                it for path, text in contents.items() if path.startswith(_EXAMPLES) for it in _INTENT.findall(text)
            }
        bundle = read_bundle(sha256, contents, intents)
        processor = self._agent.own_processor if key is None else self._trained_processor(key)
        for component in _components(processor):
            if isinstance(component, ReadsBundles):
                component.prepare(bundle)
        if key is not None:
            self._agent.use_for(bundle, processor)
        return bundle

    def _trained_processor(self, key: str) -> ServingProcessor:
        known = self._trained.get(key)
        if known is not None:
            return known
        with tempfile.TemporaryDirectory() as name:
            archive = Path(name) / "model.tar.gz"
            if not self._store.write_model(key, archive):
                raise UntrainedError(key)
            processor = self._trained[key] = self._agent.trained_processor(archive)
        return processor

    def _processor(self, bundle: Bundle) -> ServingProcessor:
        with turn_with(bundle):
            processor = self._agent.processor
        assert processor is not None, "loaded before the server starts"
        return processor


def _components(processor: ServingProcessor) -> Iterator[Any]:
    for node in processor.graph_runner._instantiated_nodes.values():
        yield node._component


def _trained_part(files: Mapping[str, str]) -> dict[str, str]:
    """Returns what of a bundle a model is made of: examples by their hashes, and the names of topics."""
    examples = {path: sha256 for path, sha256 in files.items() if path.startswith(_EXAMPLES)}
    topics = {path: "" for path in files if _TOPIC.fullmatch(path)}
    return examples | topics if examples else {}


def read_bundle(sha256: str, contents: Mapping[str, str], intents: Iterable[str]) -> Bundle:
    """Returns a bundle that was checked as the files of a checkout are.

    Args:
        sha256: Its hash.
        contents: The files by path.
        intents: Those that the model knows.

    Raises:
        KnowledgeError: With every mistake, as `file:line: field: reason`.
    """
    if not any(path.startswith(_FOLDERS[1]) for path in contents):
        raise KnowledgeError(["data/questions: the files are missing"])
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, text in contents.items():
            if path.startswith(_EXAMPLES):
                continue
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        folder = root / "data" / "knowledge"
        try:
            knowledge = load_knowledge(folder)
            questions = load_questions(knowledge.addresses, root / "data" / "questions")
            known = frozenset(intents)
            problems = unknown_values(knowledge, read_lexicon(LEXICON).entity_values, folder)
            problems += unreachable_topics(knowledge, known, folder)
            problems += [
                f"{folder / topic}.yml: the file is missing: the model knows its intent"
                for topic in sorted(known - CONTROL_INTENTS.keys() - knowledge.topics.keys())
            ]
        except KnowledgeError as error:
            problems = error.problems
        if problems:
            places = {f"{root}/": "", f"{ROOT}/": ""}
            raise KnowledgeError([_without(problem, places) for problem in problems])
    return Bundle(knowledge, lambda: questions, sha256)


def bundle_digest(files: Mapping[str, str]) -> str:
    """Returns the hash of a bundle, of the hashes of its files by path; `scripts/knowledge_bundle.py` has the same."""
    return _digest("".join(f"{path}\0{sha256}\n" for path, sha256 in sorted(files.items())))


def _own_files() -> dict[str, str]:
    paths = [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*.yml")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _without(text: str, places: Mapping[str, str]) -> str:
    for place, instead in places.items():
        text = text.replace(place, instead)
    return text
