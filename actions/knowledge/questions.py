"""How people ask for the answers of the knowledge: the examples by which an answer is found."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from actions.knowledge.loader import KnowledgeError
from actions.knowledge.yaml_files import YamlFileError, field_name, read_mapping, with_line
from language.text_normalization import normalize

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "data" / "questions"
# Stands where the id of an answer does: what is asked at that place and no answer answers.
UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Questions:
    """The examples of all answers.

    Attributes:
        by_answer: The questions by address of the answer, in the order of the file.
        unanswered: By `topic/place`, questions asked there that no answer answers: the index has to stay silent.
    """

    by_answer: Mapping[str, Sequence[str]]
    unanswered: Mapping[str, Sequence[str]]

    @cached_property
    def normalized(self) -> Mapping[str, Sequence[str]]:
        """The questions by address of the answer, in one spelling: each index compares the same ones."""
        return {address: [normalize(text) for text in texts] for address, texts in self.by_answer.items()}


def load_questions(addresses: Collection[str], folder: Path = DEFAULT_FOLDER) -> Questions:
    """Reads all files of a folder: `<topic>.yml` with the questions by place and by id of the answer.

    Args:
        addresses: Those of all answers, with what a deployment replaces by its own data.
        folder: Where the files are.

    Raises:
        KnowledgeError: With every mistake found, as `file:line: field: reason`.
    """
    return _read(frozenset(addresses), folder, _contents(folder))


def _contents(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Returns what changes when a file does."""
    files = (path for path in sorted(folder.glob("*.yml")) if path.is_file())
    return tuple((path.name, hashlib.sha256(path.read_bytes()).digest()) for path in files)


@lru_cache(maxsize=2)
def _read(addresses: frozenset[str], folder: Path, _state: tuple[tuple[str, bytes], ...]) -> Questions:
    # A process asks for the same ones for several parts of it, and eight thousand questions take a third of a second.
    # Nobody changes what is read.
    reader = _Reader(addresses)
    for path in sorted(folder.glob("*.yml")):
        reader.read(path)
    if reader.problems:
        raise KnowledgeError(reader.problems)
    return Questions(reader.by_answer, reader.unanswered)


class _Reader:
    """Collects the questions of all files, and the mistakes in them."""

    def __init__(self, addresses: Collection[str]) -> None:
        self.by_answer: dict[str, list[str]] = {}
        self.unanswered: dict[str, list[str]] = {}
        self.problems: list[str] = []
        self._addresses = addresses
        self._places = {address.rpartition("/")[0] for address in addresses}

    def read(self, path: Path) -> None:
        """Reads one file."""
        try:
            document = read_mapping(path)
        except YamlFileError as error:
            self.problems.append(str(error))
            return
        for place, groups in document.items():
            if f"{path.stem}/{place}" not in self._places:
                self._refuse(path, [place], f"{path.stem} has no answers at such a place")
            elif not isinstance(groups, dict):
                self._refuse(path, [place], "expected questions by the id of their answer")
            else:
                self._read_place(path, str(place), groups)

    def _read_place(self, path: Path, place: str, groups: Mapping[str, Any]) -> None:
        # The same words at two places are two questions (「在哪」); at one place they have one answer.
        told: dict[str, str] = {}
        for name, texts in groups.items():
            address = f"{path.stem}/{place}/{name}"
            if name != UNANSWERED and address not in self._addresses:
                self._refuse(path, [place, name], "no answer has this id there")
            elif not isinstance(texts, list) or not texts:
                self._refuse(path, [place, name], "expected a list of questions")
            else:
                self._read_texts(path, place, str(name), texts, told)

    def _read_texts(self, path: Path, place: str, name: str, texts: Sequence[Any], told: dict[str, str]) -> None:
        group: list[str] = []
        for number, text in enumerate(texts):
            location = [place, name, number]
            if not isinstance(text, str) or not text.strip():
                self._refuse(path, location, f"expected a question, found {text!r}")
                continue
            other = told.setdefault(normalize(text), name)
            if other != name or text in group:
                self._refuse(path, location, f"{text!r} stands under {other} too")
                continue
            group.append(text)
        if name == UNANSWERED:
            self.unanswered[f"{path.stem}/{place}"] = group
        else:
            self.by_answer[f"{path.stem}/{place}/{name}"] = group

    def _refuse(self, path: Path, location: list[Any], reason: str) -> None:
        self.problems.append(with_line(path, f"{field_name(location)}: {reason}"))
