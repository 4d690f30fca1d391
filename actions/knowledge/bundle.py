"""The bundle of knowledge that a turn goes by: the files of this checkout, or one that was published since.

A turn keeps the bundle that it has begun with, so that what the NLU has read and what the dialogue says fit together.
Between turns another one may take its place (docs/adr/0018-engines-keep-the-published-bundle.md).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

from actions.knowledge.loader import Knowledge, load_knowledge
from actions.knowledge.questions import Questions, load_questions


@dataclass(frozen=True, eq=False)
class Bundle:
    """What the bot knows while it serves; each is one of its own.

    Attributes:
        knowledge: The checked knowledge.
        read_questions: Returns how people ask for its answers. No turn needs to know.
        sha256: Of its files; None of those of this checkout.
    """

    knowledge: Knowledge
    read_questions: Callable[[], Questions]
    sha256: str | None = None

    @cached_property
    def questions(self) -> Questions:
        """How people ask for its answers.

        Raises:
            KnowledgeError: A file of this checkout is broken.
        """
        return self.read_questions()


_served: list[Bundle] = []
_of_turn: ContextVar[Bundle | None] = ContextVar("bundle_of_turn", default=None)


@lru_cache(maxsize=1)
def own_bundle() -> Bundle:
    """Returns the files of this checkout, read once per process.

    Raises:
        KnowledgeError: A file is broken.
    """
    knowledge = load_knowledge()
    return Bundle(knowledge, partial(load_questions, knowledge.addresses))


def current_bundle() -> Bundle:
    """Returns the bundle of this turn; outside of any turn the one that is served."""
    return _of_turn.get() or served_bundle()


def served_bundle() -> Bundle:
    """Returns the bundle with which the next turn begins."""
    return _served[0] if _served else own_bundle()


def serve(bundle: Bundle) -> None:
    """Lets the next turn begin with another bundle; turns under way keep theirs."""
    _served[:] = [bundle]


@contextlib.contextmanager
def turn_with(bundle: Bundle | None = None) -> Iterator[Bundle]:
    """Keeps a bundle for a turn: this one, or the one that is served when it begins. A turn within it keeps it, too."""
    chosen = bundle or current_bundle()
    token = _of_turn.set(chosen)
    try:
        yield chosen
    finally:
        _of_turn.reset(token)
