"""Reads and checks the knowledge files; every mistake is told with file, line, field and what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from actions.knowledge.answers import KnownAnswer, known_answers
from actions.knowledge.care import Care
from actions.knowledge.danger import Danger
from actions.knowledge.faqs import FOLDER as FAQ_FOLDER
from actions.knowledge.faqs import Faq, read_faqs
from actions.knowledge.hot_questions import hot_question_problems
from actions.knowledge.kept import files_digest, kept
from actions.knowledge.notices import Notice, Notices
from actions.knowledge.schema import Organisation, Step, StepAnswer, Topic
from actions.knowledge.wording import Wording
from actions.knowledge.yaml_files import YamlFileError, field_name, line_of, read_mapping, validation_reason

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "data" / "knowledge"
ORGANISATION_FILE = "organisation.yml"
WORDING_FILE = "wording.yml"
CARE_FILE = "safety.yml"
DANGER_FILE = "danger.yml"
CRISIS_FILE = "crisis.yml"
NOTICES_FILE = "notices.yml"
DETAIL_ENTITY = "detail"

ModelType = TypeVar("ModelType", bound=BaseModel)
PartWithAnswers = TypeVar("PartWithAnswers", Topic, Step)


class KnowledgeError(ValueError):
    """One or more knowledge files are broken; the message has one line for each mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keeps the list in `problems`."""
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Knowledge:
    """Everything the bot knows.

    Attributes:
        topics: The topics by id.
        organisation: What the deployment has filled in.
        wording: Short answers and words beyond the topics.
        care: What is said in danger, grief and complaints.
        danger: The conversation that follows a fraud or a theft.
        crisis: The conversation that follows a cry for help.
        addresses: Those of all answers in the files, also of such as what the deployment has filled in replaces.
        faqs: Questions with one answer each, by id, in the order of the files.
        notices: What is announced, the most important first.
        as_written: The topics of which a setting replaces the text, by id, as the files have them.
    """

    topics: Mapping[str, Topic]
    organisation: Organisation
    wording: Wording
    care: Care
    danger: Danger
    crisis: Danger
    addresses: frozenset[str]
    faqs: Mapping[str, Faq] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    as_written: Mapping[str, Topic] = field(default_factory=dict)

    def filled_in(self, organisation: Organisation) -> Knowledge:
        """The same with other settings than those of the file, such as opening hours that an admin has changed."""
        if organisation is self.organisation:
            return self
        changed = {name: as_filled_in(topic, organisation) for name, topic in self.as_written.items()}
        return replace(self, organisation=organisation, topics={**self.topics, **changed})

    @cached_property
    def answers(self) -> Mapping[str, KnownAnswer]:
        """All answers by address."""
        return {answer.address: answer for answer in known_answers(self.topics)}

    @property
    def main_topics(self) -> list[Topic]:
        """The topics with a menu entry, in the order of their positions."""
        return [topic for _, topic in sorted((t.menu.position, t) for t in self.topics.values() if t.menu)]


def load_knowledge(folder: Path = DEFAULT_FOLDER) -> Knowledge:
    """Reads all knowledge files of a folder.

    Args:
        folder: Holds one `<topic>.yml` per topic, `organisation.yml`, `wording.yml`, `safety.yml`,
            `danger.yml` and `crisis.yml`, perhaps `notices.yml`, in `faq/` questions with one answer each, and in
            `widget/` what the window shows.

    Returns:
        The checked knowledge.

    Raises:
        KnowledgeError: With every mistake found, as `file:line: field: reason`.
    """
    return _known(folder, files_digest(folder))


@lru_cache(maxsize=2)
def _known(folder: Path, digest: str) -> Knowledge:
    # A process asks for the same files for several parts of it. Nobody changes what is read.
    if folder != DEFAULT_FOLDER:
        return _read(folder)
    return kept(digest, Knowledge, lambda: _read(folder))


def _read(folder: Path) -> Knowledge:
    try:
        return _load(folder, with_lines=set())
    except KnowledgeError as error:
        # The reader that keeps the lines takes twenty times as long: only for the files that the mistakes are in.
        return _load(folder, with_lines={problem.partition(".yml:")[0] for problem in error.problems})


def _load(folder: Path, *, with_lines: set[str]) -> Knowledge:
    problems: list[str] = []
    topics: dict[str, Topic] = {}
    organisation: Organisation | None = None
    wording: Wording | None = None
    care: Care | None = None
    talks: dict[str, Danger | None] = dict.fromkeys((DANGER_FILE, CRISIS_FILE))
    documents: dict[str, dict[str, Any]] = {}
    if not folder.is_dir():
        raise KnowledgeError([f"{folder}: the folder of the knowledge files does not exist"])
    for path in sorted(set(folder.glob("*.yml")) - {folder / NOTICES_FILE}):
        document = _read_document(path, str(path.with_suffix("")) in with_lines, problems)
        if document is None:
            continue
        documents[path.stem] = document
        if path.name == ORGANISATION_FILE:
            organisation = _parse(Organisation, document, {}, path, problems)
            continue
        if path.name == WORDING_FILE:
            wording = _parse(Wording, document, {}, path, problems)
            continue
        if path.name == CARE_FILE:
            care = _parse(Care, document, {}, path, problems)
            continue
        if path.name in talks:
            talks[path.name] = _parse(Danger, document, {}, path, problems)
            continue
        if "id" in document:
            problems.append(f"{path}:{line_of(document, ['id'])}: id: not allowed, the name of the file is the id")
            continue
        topic = _parse(Topic, document, {"id": path.stem}, path, problems)
        if topic:
            topics[topic.id] = topic
    announced = _read_notices(folder / NOTICES_FILE, with_lines, problems)
    problems += [
        f"{folder / name}: the file is missing"
        for name in (ORGANISATION_FILE, WORDING_FILE, CARE_FILE, DANGER_FILE, CRISIS_FILE)
        if not (folder / name).exists()
    ]
    # References can only be judged once every file could be read.
    if not problems:
        for topic in topics.values():
            path, document = folder / f"{topic.id}.yml", documents[topic.id]
            problems += [
                f"{path}:{line_of(document, location)}: {field_name(location)}: {reason}"
                for location, reason in _dangling_references(topic, topics)
            ]
        problems += _repeated_menu_positions(topics.values(), folder, documents)
        problems += _explains_nothing(announced, topics, folder / NOTICES_FILE)
    faqs, mistakes = read_faqs(folder / FAQ_FOLDER, None if problems else topics)
    problems += mistakes
    problems += [] if problems else hot_question_problems(folder, topics, faqs)
    danger, crisis = talks[DANGER_FILE], talks[CRISIS_FILE]
    if problems or not (organisation and wording and care and danger and crisis):
        raise KnowledgeError(problems)
    addresses = frozenset(answer.address for answer in known_answers(topics))
    replaced = {name: topic for name, topic in topics.items() if _depends_on_settings(topic)}
    topics = {name: as_filled_in(topic, organisation) for name, topic in topics.items()}
    return Knowledge(topics, organisation, wording, care, danger, crisis, addresses, faqs, announced.ranked, replaced)


def as_filled_in(topic: Topic, organisation: Organisation) -> Topic:
    """Returns a topic that says what the deployment has filled in, and nothing else, where it shall."""
    known = [
        setting.known for setting in topic.settings if setting.replaces_text and getattr(organisation, setting.name)
    ]
    if known:
        return topic.model_copy(update={"text": "\n".join(known), "settings": [], "answers": []})
    if not any(answer.known and getattr(organisation, answer.known.name) for answer in _answers(topic)):
        return topic

    def filled(part: PartWithAnswers) -> PartWithAnswers:
        answers = [
            answer.model_copy(update={"text": answer.known.text})
            if answer.known and getattr(organisation, answer.known.name)
            else answer
            for answer in part.answers
        ]
        return part.model_copy(update={"answers": answers})

    return filled(topic).model_copy(update={"steps": [filled(step) for step in topic.steps]})


def _answers(topic: Topic) -> Iterable[StepAnswer]:
    yield from topic.answers
    for step in topic.steps:
        yield from step.answers


def _depends_on_settings(topic: Topic) -> bool:
    return any(it.replaces_text for it in topic.settings) or any(answer.known for answer in _answers(topic))


def _read_notices(path: Path, with_lines: set[str], problems: list[str]) -> Notices:
    if not path.exists():
        return Notices()
    document = _read_document(path, str(path.with_suffix("")) in with_lines, problems)
    found = _parse(Notices, document, {}, path, problems) if document is not None else None
    return found or Notices()


def _read_document(path: Path, lines: bool, problems: list[str]) -> dict[str, Any] | None:
    try:
        return read_mapping(path, lines=lines)
    except YamlFileError as error:
        problems.append(str(error))
        return None


def _parse(
    model: type[ModelType], document: dict[str, Any], extra: dict[str, Any], path: Path, problems: list[str]
) -> ModelType | None:
    try:
        return model.model_validate({**document, **extra})
    except ValidationError as error:
        for mistake in error.errors():
            location = list(mistake["loc"])
            reason = validation_reason(mistake)
            name = field_name(location)
            problems.append(f"{path}:{line_of(document, location)}: {f'{name}: ' if name else ''}{reason}")
        return None


def _dangling_references(topic: Topic, topics: Mapping[str, Topic]) -> Iterable[tuple[list[Any], str]]:
    for number, name in enumerate(topic.related):
        if name not in topics:
            yield ["related", number], f"no topic is named {name!r}"
    for number, item in enumerate(topic.items):
        if item.opens is not None and (item.opens not in topics or not topics[item.opens].is_walkthrough):
            yield ["items", number, "opens"], f"no topic with steps is named {item.opens!r}"


def _explains_nothing(announced: Notices, topics: Mapping[str, Topic], path: Path) -> Iterable[str]:
    for number, notice in enumerate(announced.notices):
        for name in notice.explains:
            if name not in topics or not topics[name].is_walkthrough:
                location = ["notices", number, "explains"]
                line = line_of(read_mapping(path, lines=True), location)
                yield f"{path}:{line}: {field_name(location)}: no topic with steps is named {name!r}"


def _repeated_menu_positions(
    topics: Iterable[Topic], folder: Path, documents: Mapping[str, dict[str, Any]]
) -> Iterable[str]:
    taken: dict[int, str] = {}
    for topic in topics:
        if topic.menu is None:
            continue
        other = taken.setdefault(topic.menu.position, topic.id)
        if other != topic.id:
            line = line_of(documents[topic.id], ["menu", "position"])
            yield f"{folder / f'{topic.id}.yml'}:{line}: menu.position: {topic.menu.position} is taken by {other}"
