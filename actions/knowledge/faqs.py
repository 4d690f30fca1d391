"""Questions with one answer each: the files of `data/knowledge/faq/`, a file for each category."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from actions.knowledge.schema import StepLink, StepPicture, Text
from actions.knowledge.yaml_files import YamlFileError, field_name, line_of, read_mapping, validation_reason
from language.text_normalization import normalize

if TYPE_CHECKING:
    # In `typing` since 3.11.
    from typing_extensions import Self

FOLDER = "faq"
# The intent of the buttons that ask a question, and the entity that has its id.
INTENT = "faq"
MOST_SIMILAR = 200


class Validity(BaseModel):
    """When and where something holds.

    Attributes:
        valid_from: The first day; None for ever since.
        valid_until: The last day; None for ever.
        sites: Names of the sites where it is told; none for all.
        channels: Names of the channels where it is told, as they stand in a session; none for all.
    """

    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    sites: list[str] = []
    channels: list[str] = []

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until: {self.valid_until} lies before valid_from, {self.valid_from}")
        return self

    def is_over(self, day: datetime.date | None) -> bool:
        """Whether the last day lies behind."""
        return day is not None and self.valid_until is not None and day > self.valid_until

    def is_ahead(self, day: datetime.date | None) -> bool:
        """Whether the first day lies ahead."""
        return day is not None and self.valid_from is not None and day < self.valid_from

    def holds(self, day: datetime.date | None) -> bool:
        """Whether it holds on a day; without a day everything does."""
        return not self.is_over(day) and not self.is_ahead(day)

    def is_for(self, site: str | None, channel: str | None) -> bool:
        """Whether it is told there; what is meant for some places is told nowhere else."""
        return (not self.sites or site in self.sites) and (not self.channels or channel in self.channels)


class Faq(Validity):
    """One question with its answer.

    Attributes:
        id: Its name; no other question has it, in any file.
        question: As it is shown to users.
        similar: Other wordings, by which it is found; never shown.
        answer: What is said.
        picture, link: A card under the answer.
        buttons: Ids of topics that the answer leads to.
        related: Ids of other questions, offered after the topics.
        outdated: What is said to the question once `valid_until` has passed; without it the bot does not know it.
        source: Where the answer comes from, for whoever checks it; never said.
        category: Of the file.
    """

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=60)]
    question: Text
    similar: Annotated[list[Text], Field(min_length=1, max_length=MOST_SIMILAR)]
    answer: Text
    picture: StepPicture | None = None
    link: StepLink | None = None
    buttons: list[str] = []
    related: list[str] = []
    outdated: Text | None = None
    source: Text | None = None
    category: str = ""

    @model_validator(mode="after")
    def _outdated_needs_an_end(self) -> Self:
        if self.outdated and not self.valid_until:
            raise ValueError("outdated: never said without valid_until")
        return self

    @property
    def wordings(self) -> tuple[str, ...]:
        """How it is asked, normalized, each wording once; the question itself comes first."""
        return tuple(dict.fromkeys(normalize(text) for text in (self.question, *self.similar)))


class _File(BaseModel):
    category: Text
    faqs: Annotated[list[Faq], Field(min_length=1)]

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def read_faqs(folder: Path, topics: Collection[str] | None) -> tuple[Mapping[str, Faq], Sequence[str]]:
    """Reads all files of a folder.

    Args:
        folder: Holds one file per category; may be missing.
        topics: Ids of the topics that a button may lead to; None where they could not all be read.

    Returns:
        The questions by id, in the order of the files, and a line `file:line: field: reason` for each mistake.
    """
    reader = _Reader()
    for path in sorted(folder.glob("*.yml")):
        reader.read(path)
    if topics is not None and not reader.problems:
        reader.check_references(topics)
    return reader.faqs, reader.problems


class _Reader:
    """Collects the questions of all files, and the mistakes in them."""

    def __init__(self) -> None:
        self.faqs: dict[str, Faq] = {}
        self.problems: list[str] = []
        self._places: dict[str, tuple[Path, int]] = {}
        self._wordings: dict[str, str] = {}

    def read(self, path: Path) -> None:
        """Reads one file."""
        try:
            document = read_mapping(path)
            parsed = _File.model_validate(document)
        except YamlFileError as error:
            self.problems.append(str(error))
            return
        except ValidationError as error:
            document = read_mapping(path, lines=True)
            for mistake in error.errors():
                self._refuse(path, list(mistake["loc"]), validation_reason(mistake), document)
            return
        for number, faq in enumerate(parsed.faqs):
            self._add(path, number, faq.model_copy(update={"category": str(parsed.category)}))

    def _add(self, path: Path, number: int, faq: Faq) -> None:
        if faq.id in self.faqs:
            other = self._places[faq.id][0]
            self._refuse(path, ["faqs", number, "id"], f"{faq.id!r} stands in {other.name}, too")
            return
        self.faqs[faq.id], self._places[faq.id] = faq, (path, number)
        for place, text in (("question", faq.question), *((place, text) for place, text in enumerate(faq.similar))):
            location = ["faqs", number, *(["question"] if place == "question" else ["similar", place])]
            other_id = self._wordings.setdefault(_key(text), faq.id)
            if other_id != faq.id:
                self._refuse(path, location, f"{str(text)!r} is asked under {other_id!r}, too")

    def check_references(self, topics: Collection[str]) -> None:
        """Notes buttons and related questions that there are not."""
        for faq in self.faqs.values():
            path, number = self._places[faq.id]
            for place, name in enumerate(faq.buttons):
                if name not in topics:
                    self._refuse(path, ["faqs", number, "buttons", place], f"no topic is named {name!r}")
            for place, name in enumerate(faq.related):
                if name not in self.faqs or name == faq.id:
                    self._refuse(path, ["faqs", number, "related", place], f"no other question is named {name!r}")

    def _refuse(self, path: Path, location: list[Any], reason: str, document: Any = None) -> None:
        document = document or read_mapping(path, lines=True)
        self.problems.append(f"{path}:{line_of(document, location)}: {field_name(location)}: {reason}")


def _key(text: str) -> str:
    return "".join(character for character in normalize(text).lower() if character.isalnum())


def intent_of(name: str) -> str:
    """Returns what a question is called beside the intents, by its id."""
    return f"{INTENT}/{name}"


def named_intent(intent: str, entities: Mapping[str, Sequence[str]]) -> str:
    """Returns the intent of a button; for one that asks a question, what that question is called."""
    return intent_of(entities[INTENT][0]) if intent == INTENT and entities.get(INTENT) else intent


def faq_id(intent: str) -> str | None:
    """Returns the id of the question that an intent names; None if it names none."""
    return intent.removeprefix(f"{INTENT}/") if intent.startswith(f"{INTENT}/") else None
