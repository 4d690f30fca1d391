"""Which questions the window shows as asked most: pinned ones, then by what is asked; `widget/hot_questions.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import distinct, func, select

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.insight.questions import KnowledgeFilesError, Question, QuestionIndex
from uwallet_gateway.yaml_files import load_yaml

# What a window shows, and what stands under its greeting, where a small screen shows the topics, too.
MOST, AT_WELCOME = 8, 3
FILE = Path("widget") / "hot_questions.yml"
_USUAL_DAYS = 30
_COUNTED_EVERY = timedelta(minutes=5)


class Pin(BaseModel):
    """A question that is shown however rarely it is asked.

    Attributes:
        answer: What answers it: a topic, or `faq/<id>`.
        question: As it is shown and sent; None: the main one of the answer.
        valid_from, valid_until: The first and the last day; None without a limit.
        sites: Keys of the sites where it is shown; none for all.
        at_welcome: Whether it stands under the greeting, too.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    answer: str
    question: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    sites: list[str] = []
    at_welcome: bool = True

    def holds(self, day: date, site: str | None) -> bool:
        """Whether it is shown on a day at a site; without a site whether it is at any."""
        if self.sites and site is not None and site not in self.sites:
            return False
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class HotRules(BaseModel):
    """The file.

    Attributes:
        days: Over how many days it is counted what is asked.
        pinned: Shown first, in this order.
        hidden: Answers whose questions are never among these.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    days: int = _USUAL_DAYS
    pinned: list[Pin] = []
    hidden: list[str] = []


@dataclass(frozen=True, slots=True)
class HotQuestion:
    """One of them.

    Attributes:
        question: What is shown and sent.
        pinned: Whether somebody has put it there.
        count: How many conversations have opened its answer.
        at_welcome: Whether it stands under the greeting, too.
    """

    question: Question
    pinned: bool
    count: int
    at_welcome: bool


class _Topic(BaseModel):
    model_config = ConfigDict(extra="ignore")

    pinned_question: bool = False


@lru_cache(maxsize=2)
def read_hot_rules(folder: Path) -> HotRules:
    """What is pinned and hidden. In knowledge from before there was such a file, topics say that they are pinned.

    Raises:
        KnowledgeFilesError: A file cannot be read.
    """
    path = folder / FILE
    if path.exists():
        return load_yaml(path, HotRules, KnowledgeFilesError)[0]
    topics = ((path.stem, load_yaml(path, _Topic, KnowledgeFilesError)[0]) for path in sorted(folder.glob("*.yml")))
    return HotRules(pinned=[Pin(answer=name) for name, topic in topics if topic.pinned_question])


def hot_questions(
    questions: Sequence[Question], rules: HotRules, uses: Mapping[str | None, int], day: date, site: str
) -> list[HotQuestion]:
    """What a window shows, in its order.

    Args:
        questions: All of the knowledge, the main one of each answer first.
        rules: What is pinned and hidden.
        uses: How many conversations have opened each answer.
        day: Today.
        site: Key of the window's site.
    """
    main: dict[str, Question] = {}
    for question in questions:
        if question.holds(day, site) and question.topic not in rules.hidden:
            main.setdefault(question.topic, question)
    found: dict[str, HotQuestion] = {}
    for pin in rules.pinned:
        known = main.get(pin.answer)
        if known is None and pin.question and pin.answer not in rules.hidden and not pin.answer.startswith("faq/"):
            # A topic that suggests nothing by itself.
            known = Question(pin.question, pin.answer)
        if known is not None and pin.answer not in found and pin.holds(day, site):
            shown = Question(pin.question, pin.answer) if pin.question else known
            found[pin.answer] = HotQuestion(shown, True, uses.get(pin.answer, 0), pin.at_welcome)
    # Among equals in the order of the knowledge.
    counted = sorted(main.values(), key=lambda it: -uses.get(it.topic, 0))
    places = AT_WELCOME - sum(it.at_welcome for it in found.values())
    for question in counted:
        if question.topic not in found:
            found[question.topic] = HotQuestion(question, False, uses.get(question.topic, 0), places > 0)
            places -= 1
    return list(found.values())[:MOST]


class HotQuestions:
    """What is asked most, of what is published; and what may be suggested while users type."""

    def __init__(self, database: Database, questions: Sequence[Question], rules: HotRules, zone: ZoneInfo) -> None:
        """Takes the zone in which days begin. Reads nothing of the database yet."""
        self.index = QuestionIndex(questions)
        self._database = database
        self._questions = tuple(questions)
        self._rules = rules
        self._zone = zone
        self._hot: dict[str, tuple[datetime, list[HotQuestion]]] = {}

    def replace(self, questions: Sequence[Question], rules: HotRules) -> None:
        """Takes the questions of a knowledge that was published since."""
        self.index = QuestionIndex(questions)
        self._questions, self._rules = tuple(questions), rules
        self._hot.clear()

    async def hot(self, site: str) -> list[HotQuestion]:
        """What the windows of a site show. Counted anew after some minutes."""
        moment = now()
        counted_at, found = self._hot.get(site, (None, []))
        if counted_at is None or not timedelta(0) <= moment - counted_at < _COUNTED_EVERY:
            found = await self.hot_of(self._questions, self._rules, site)
            self._hot[site] = (moment, found)
        return found

    async def hot_of(self, questions: Sequence[Question], rules: HotRules, site: str) -> list[HotQuestion]:
        """What they would show with other questions and rules."""
        uses = await self.uses(site, rules.days)
        return hot_questions(questions, rules, uses, now().astimezone(self._zone).date(), site)

    async def uses(self, site: str | None, days: int) -> dict[str | None, int]:
        """How many conversations have opened each answer in the last days, at a site or at all."""
        event, conversation = tables.BotEvent, tables.Conversation
        statement = (
            select(event.topic, func.count(distinct(event.conversation_id)))
            .where(event.kind == "topic_opened", event.created_at >= now() - timedelta(days=days))
            .group_by(event.topic)
        )
        if site is not None:
            statement = statement.join(conversation, conversation.id == event.conversation_id).where(
                conversation.site_key == site
            )
        async with self._database.read() as transaction:
            return dict((await transaction.execute(statement)).tuples().all())
