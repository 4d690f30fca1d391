"""Groups messages by meaning: what users asked in vain, for those who look after the answers.

Average linkage over the cosine of sentence vectors. From these the mean of all messages is taken first: most of what
any two messages to a wallet have in common is that they are messages to a wallet (docs/nlu.md has the figures).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actions.base import knowledge
from actions.knowledge import Knowledge
from engine.nlu.brands import BrandRules
from engine.nlu.lexicon import read_lexicon
from engine.nlu.sentence_encoder import DIMENSIONS, Vectors, sentence_encoder
from engine.paths import LEXICON
from language.text_normalization import normalize

# Mean distance within a group, and of a message to the mean of a group that it joins: chosen on messages of real users.
_FARTHEST, _FARTHEST_FROM_MEAN = 0.55, 0.4
# Messages that the mean of the bot's own questions counts for: that of a few messages would be their topic.
_PRIOR = 50
# As many characters as the classifiers read.
_LONGEST_READ = 120
# Texts that are read before users get their turn again.
_AT_ONCE = 8
# Answers that are told for a message; the probability from which the bot's own reading counts, and the likeness from
# which the wording does.
_NEAREST, _LIKELY, _ALIKE = 3, 0.05, 0.2
# What the gateway leaves of a number.
_MASK = re.compile(r"\*+")


@dataclass(frozen=True)
class Group:
    """A group that there is: the mean of its vectors, and how many there are."""

    mean: Vectors
    count: int


@dataclass(frozen=True)
class NearAnswer:
    """An answer that may be what a message asks for.

    Attributes:
        id: That of a topic, or `faq/<id>`.
        title: As users see it.
        likeness: 0 to 1.
    """

    id: str
    title: str
    likeness: float


async def read(texts: Sequence[str]) -> Vectors:
    """Returns the vectors of texts; users who write meanwhile are answered in between."""
    encoder, found = sentence_encoder(), [np.zeros((0, DIMENSIONS), np.float32)]
    for start in range(0, len(texts), _AT_ONCE):
        found.append(encoder.encode([_plain(text) for text in texts[start : start + _AT_ONCE]]))
        await asyncio.sleep(0)
    return np.concatenate(found)


async def group(vectors: Vectors, known: Sequence[Group]) -> list[int]:
    """Puts messages into groups: those that there are, as far as one is near enough, and new ones.

    Returns:
        Number of the group of each message; from `len(known)` on it is a new one.
    """
    prior = await _own_mean(knowledge())
    return await asyncio.to_thread(_grouped, vectors, known, prior)


def _grouped(vectors: Vectors, known: Sequence[Group], prior: Vectors) -> list[int]:
    if not len(vectors):
        return []
    centre = _centre(vectors, known, prior)
    messages = _unit(vectors - centre)
    numbers = np.full(len(vectors), -1)
    if known:
        likeness = messages @ _unit(np.array([it.mean for it in known], np.float32) - centre).T
        nearest = likeness.argmax(axis=1)
        is_near = likeness[np.arange(len(vectors)), nearest] >= 1 - _FARTHEST_FROM_MEAN
        numbers[is_near] = nearest[is_near]
    rest = np.flatnonzero(numbers < 0)
    numbers[rest] = len(known) + _clusters(messages[rest])
    found: list[int] = numbers.tolist()
    return found


async def nearest_answers(text: str, parse: Mapping[str, Any]) -> list[NearAnswer]:
    """Returns the answers that a text is nearest to: what the bot would take it for, then what is worded alike.

    Args:
        text: A message that it did not answer.
        parse: What the NLU makes of it.
    """
    content = knowledge()
    titles = _titles(content)
    read_as = [(f"faq/{it['name']}", float(it["confidence"])) for it in parse.get("faqs") or ()]
    read_as += [(it["name"], float(it["confidence"])) for it in parse.get("intent_ranking") or ()]
    read_as.sort(key=lambda it: -it[1])
    found = {name: confidence for name, confidence in read_as if name in titles and confidence >= _LIKELY}
    ids, vectors = await _wordings(content)
    if ids and len(found) < _NEAREST:
        prior = vectors.mean(axis=0)
        likeness = _unit(vectors - prior) @ _unit(await read([text]) - prior)[0]
        for number in np.argsort(-likeness):
            if likeness[number] < _ALIKE or len(found) == _NEAREST:
                break
            found.setdefault(ids[number], float(likeness[number]))
    return [NearAnswer(name, titles[name], round(likeness, 3)) for name, likeness in list(found.items())[:_NEAREST]]


def answer_titles() -> dict[str, str]:
    """Returns what the answers are called that statistics know: topics, and questions as `faq/<id>`."""
    return _titles(knowledge())


def encoded(vector: Vectors) -> str:
    """Returns a vector as text; half precision moves no likeness by more than a thousandth."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def decoded(text: object) -> Vectors:
    """Returns the vector of such a text.

    Raises:
        ValueError: It is none.
    """
    try:
        data = base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except binascii.Error as error:
        raise ValueError("expected a vector.") from error
    if len(data) != 2 * DIMENSIONS:
        raise ValueError("expected a vector.")
    vector: Vectors = np.frombuffer(data, "<f2").astype(np.float32)
    if not np.isfinite(vector).all():
        raise ValueError("expected a vector of numbers.")
    return vector


def _plain(text: str) -> str:
    return _MASK.sub("", _brands().read(normalize(text)).replace(" ", ""))[-_LONGEST_READ:]


@lru_cache(maxsize=1)
def _brands() -> BrandRules:
    return read_lexicon(LEXICON).brands


def _titles(content: Knowledge) -> dict[str, str]:
    faqs = {f"faq/{faq.id}": faq.question for faq in content.faqs.values()}
    return {**{topic.id: topic.title for topic in content.topics.values()}, **faqs}


# By knowledge, which is another one after a publication: the last one's alone is kept.
_read_wordings: dict[int, tuple[Knowledge, list[str], Vectors]] = {}


async def _wordings(content: Knowledge) -> tuple[list[str], Vectors]:
    """Returns the ids and vectors of all questions that users are shown, and of the wordings of FAQs."""
    if id(content) not in _read_wordings:
        pairs = [(topic.id, text) for topic in content.topics.values() for text in topic.questions]
        pairs += [(f"faq/{faq.id}", text) for faq in content.faqs.values() for text in (faq.question, *faq.similar)]
        vectors = await read([text for _, text in pairs])
        _read_wordings.clear()
        _read_wordings[id(content)] = content, [name for name, _ in pairs], vectors
    _, ids, vectors = _read_wordings[id(content)]
    return ids, vectors


async def _own_mean(content: Knowledge) -> Vectors:
    _, vectors = await _wordings(content)
    mean: Vectors = vectors.mean(axis=0) if len(vectors) else np.zeros(DIMENSIONS, np.float32)
    return mean


def _centre(vectors: Vectors, known: Sequence[Group], prior: Vectors) -> Vectors:
    total = vectors.sum(axis=0) + _PRIOR * prior
    count = len(vectors) + _PRIOR
    for it in known:
        total += it.count * it.mean
        count += it.count
    centre: Vectors = (total / count).astype(np.float32)
    return centre


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)).astype(np.float32)
    return unit


def _clusters(messages: Vectors) -> NDArray[np.int_]:
    """Returns the number of the cluster of each message, from 0."""
    if len(messages) < 2:
        return np.zeros(len(messages), np.int_)
    # What few ask for: 4 % of the start, and 5 MB.
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - see above
    from scipy.spatial.distance import squareform  # noqa: PLC0415 - see above

    distances = np.clip(1 - messages @ messages.T, 0, None)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    numbers: NDArray[np.int_] = fcluster(tree, _FARTHEST, "distance") - 1
    return numbers
