"""What the window shows as asked most: `data/knowledge/widget/hot_questions.yml`. The gateway counts; this checks."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from actions.knowledge.faqs import faq_id
from actions.knowledge.schema import Text, Topic
from actions.knowledge.yaml_files import YamlFileError, field_name, line_of, read_mapping, validation_reason

if TYPE_CHECKING:
    # In `typing` since 3.11.
    from typing_extensions import Self

# In a folder of its own: each file beside the topics is a topic, and their names are part of a model.
FILE = Path("widget") / "hot_questions.yml"


class Pin(BaseModel):
    """A question that is shown however rarely it is asked.

    Attributes:
        answer: What answers it: a topic, or `faq/<id>`.
        question: As it is shown and sent; by default the main question of the answer.
        valid_from, valid_until: The first and the last day; None without a limit.
        sites: Keys of the sites where it is shown; none for all.
        at_welcome: Whether it is shown with the greeting, too.
    """

    answer: str
    question: Text | None = None
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    sites: list[str] = []
    at_welcome: bool = True

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until: {self.valid_until} lies before valid_from, {self.valid_from}")
        return self


class HotQuestions(BaseModel):
    """The file.

    Attributes:
        days: Over how many days it is counted what is asked.
        pinned: Shown first, in this order.
        hidden: Answers whose questions are never among these.
    """

    days: Annotated[int, Field(ge=1, le=90)] = 30
    pinned: list[Pin] = []
    hidden: list[str] = []

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def hot_question_problems(folder: Path, topics: Mapping[str, Topic], faqs: Collection[str]) -> list[str]:
    """Returns what is wrong with the file, as `file:line: field: reason`; nothing where there is none.

    Args:
        folder: That of the knowledge.
        topics: All topics by id.
        faqs: Ids of all questions with one answer.
    """
    path = folder / FILE
    if not path.exists():
        return []
    try:
        found = HotQuestions.model_validate(read_mapping(path))
    except YamlFileError as error:
        return [str(error)]
    except ValidationError as error:
        return [_problem(path, list(mistake["loc"]), validation_reason(mistake)) for mistake in error.errors()]
    return [_problem(path, location, reason) for location, reason in _dangling(found, topics, faqs)]


def _dangling(
    found: HotQuestions, topics: Mapping[str, Topic], faqs: Collection[str]
) -> Iterator[tuple[list[Any], str]]:
    for number, pin in enumerate(found.pinned):
        location = ["pinned", number, "answer"]
        if reason := _unknown(pin.answer, topics, faqs):
            yield location, reason
        elif pin.question is None and faq_id(pin.answer) is None and not topics[pin.answer].questions:
            yield location, f"the topic {pin.answer!r} has no questions: write one"
    for number, name in enumerate(found.hidden):
        if reason := _unknown(name, topics, faqs):
            yield ["hidden", number], reason


def _unknown(answer: str, topics: Collection[str], faqs: Collection[str]) -> str | None:
    name = faq_id(answer)
    if name is not None:
        return None if name in faqs else f"no question is named {name!r}"
    return None if answer in topics else f"no topic is named {answer!r}"


def _problem(path: Path, location: list[Any], reason: str) -> str:
    return f"{path}:{line_of(read_mapping(path, lines=True), location)}: {field_name(location)}: {reason}"
