"""The knowledge as its owner edits it: versions, the draft, checks, publishing (docs/support/knowledge-api.md)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.protocol.base import Moment, Request, View

EntryKind = Literal[
    "faq", "notice", "topic", "organisation", "hot_questions", "wording", "questions", "examples", "lexicon"
]
VersionState = Literal["draft", "pilot", "published", "retired", "withdrawn"]
EntryChange = Literal["added", "changed", "removed"]
Severity = Literal["error", "warning", "note"]
CheckState = Literal["none", "running", "done", "failed", "cancelled"]

ENTRY_ID = r"^[a-z][a-z0-9_]{0,63}$"
MOST_SIMILAR = 200
_Id = Annotated[str, Field(pattern=ENTRY_ID)]
_Line = Annotated[str, Field(min_length=1, max_length=200)]
# A line of a file; Rasa reads brackets as an annotation.
_Example = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n\r\[\]{}]*\S[^\n\r\[\]{}]*$")]
_Answer = Annotated[str, Field(min_length=1, max_length=2000)]
_Source = Annotated[str, Field(min_length=1, max_length=500, description="Where it comes from; never said")]
_Places = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=50)]
_Note = Annotated[str, Field(max_length=500)]


class CardPicture(Request):
    """A picture; `alt` says what is on it."""

    url: str = Field(pattern=r"^https://[^\s\"'<>]+$", max_length=2000)
    alt: _Line


class CardLink(Request):
    """Where it leads: a page, or a screen of the app by its own scheme."""

    title: _Line
    url: str = Field(pattern=r"^[a-z][a-z0-9+.-]*:[^\s\"'<>]+$", max_length=2000)


class FaqValue(Request):
    """A question with one answer (docs/knowledge.md)."""

    category: _Id = Field(description="The id of the category: the name of its file")
    category_title: _Line | None = Field(
        default=None, description="What the category is called; must be given for a new one, renames a known one"
    )
    question: _Line
    similar: list[_Line] = Field(min_length=1, max_length=MOST_SIMILAR)
    answer: _Answer
    picture: CardPicture | None = None
    link: CardLink | None = None
    buttons: list[_Id] = Field(default=[], max_length=4, description="Ids of topics")
    related: list[_Id] = Field(default=[], max_length=4, description="Ids of other questions")
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    outdated: _Answer | None = None
    source: _Source | None = None
    sites: _Places = []
    channels: _Places = []

    @model_validator(mode="after")
    def _in_order(self) -> FaqValue:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            msg = "valid_until lies before valid_from"
            raise ValueError(msg)
        return self


class NoticeValue(Request):
    """A notice (公告). Times are those of the organisation's zone: `2026-03-01` or `2026-03-01 22:00`."""

    text: _Answer
    priority: int = Field(default=0, ge=-1000, le=1000)
    valid_from: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$")
    valid_until: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$")
    explains: list[_Id] = Field(default=[], max_length=20, description="Ids of topics with steps")
    source: _Source | None = None
    sites: _Places = []
    channels: _Places = []

    @field_validator("valid_from", "valid_until")
    @classmethod
    def _a_moment(cls, value: str | None) -> str | None:
        if value is not None:
            dt.datetime.fromisoformat(value)
        return value


class PinValue(Request):
    """A question that windows show however rarely it is asked."""

    answer: str = Field(pattern=r"^(faq/)?[a-z][a-z0-9_]{0,63}$", description="A topic, or `faq/<id>`")
    question: _Line | None = Field(default=None, description="As it is shown; null: the main question of the answer")
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    sites: _Places = []
    at_welcome: bool = Field(default=True, description="Whether it stands under the greeting, too")

    @model_validator(mode="after")
    def _in_order(self) -> PinValue:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            msg = "valid_until lies before valid_from"
            raise ValueError(msg)
        return self


class HotQuestionsValue(Request):
    """What windows show as asked most (docs/knowledge.md)."""

    days: int = Field(ge=1, le=90, description="Over how many days it is counted")
    pinned: list[PinValue] = Field(default=[], max_length=50)
    hidden: list[str] = Field(default=[], max_length=500, description="Answers that are never among them")


class TextValue(Request):
    """A whole file, of the kinds `wording`, `examples` and `lexicon`."""

    text: str = Field(min_length=1, max_length=300_000)


class EntryRequest(Request):
    """One entry of the draft.

    `value` is by kind: `FaqValue`, `NoticeValue`, `HotQuestionsValue`, `TextValue`; of `topic`, `organisation` and
    `questions` the fields of the file (docs/knowledge.md).
    """

    revision: int | None = Field(ge=0, description="The one that was read; null: it must be new")
    value: dict[str, Any]
    examples: list[_Example] | None = Field(
        default=None,
        max_length=2000,
        description="Of a topic: how users ask for it; the same words are taken from other intents. Null: as they are",
    )


class EntryRow(EntryRequest):
    """One entry of several."""

    kind: EntryKind
    id: _Id


class EntriesRequest(Request):
    """Several entries, of which all are stored or none."""

    entries: list[EntryRow] = Field(min_length=1, max_length=2000)


class EntryProblem(View):
    """What is wrong with an entry that was sent."""

    kind: EntryKind
    id: str
    field: str = Field(description="Such as `similar[3]`; empty: the entry as a whole")
    message: str


class EntriesStored(View):
    """What came of several entries: nothing is stored if there is a problem."""

    stored: int
    problems: list[EntryProblem]


class FaqImportProblem(View):
    """Why a row of a file of questions is refused."""

    row: int = Field(description="As a spreadsheet counts: the headings are row 1")
    column: str = Field(description="Its heading; empty: the row as a whole")
    message: str


class FaqImport(View):
    """What came of a file of questions: nothing is stored if one of its rows is refused."""

    added: int
    changed: int
    problems: list[FaqImportProblem]


class MovedExampleView(View):
    """An example that stood under another intent."""

    text: str
    intent: str


class EntryView(View):
    """An entry as a version has it."""

    kind: EntryKind
    id: str
    title: str
    category: str | None = Field(description="Of a faq: the id of its category")
    file: str
    value: dict[str, Any] = Field(description="By kind; of a removed entry as it was published")
    revision: int = Field(description="To be sent with a change; 0: unchanged in the draft")
    change: EntryChange | None = Field(description="Against the published version, or the pilot while there is one")
    changed_by: str | None
    changed_at: Moment | None
    examples: list[str] | None = Field(
        default=None, description="Of a topic that was asked for by itself: how users ask for it"
    )
    moved: list[MovedExampleView] = Field(
        default=[], description="What a change has taken from other intents, as it is the same in words"
    )


class Category(View):
    """A category of faqs."""

    id: str
    title: str


class EntryPast(View):
    """One change of an entry."""

    version: int
    state: VersionState
    change: EntryChange
    author: str
    at: Moment
    value: dict[str, Any] | None


class EntryDifference(View):
    """What differs between two versions."""

    kind: EntryKind
    id: str
    title: str
    change: EntryChange
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    author: str | None = Field(description="Who has changed it last, where that is known")


class VersionView(View):
    """A version of the knowledge."""

    number: int
    sha256: str
    state: VersionState
    author: str
    created_at: Moment
    note: str
    based_on: int | None
    published_at: Moment | None
    published_by: str | None


class DraftView(VersionView):
    """The draft, which all editors share."""

    revision: int = Field(description="Counts up with each change")
    changes: int = Field(description="How many entries differ from the published version, or from the pilot")
    updated_at: Moment
    is_behind: bool = Field(description="Whether another version was published since it was opened")


class EngineView(View):
    """An engine and what it serves."""

    id: str
    sha256: str | None
    is_current: bool
    seen_at: Moment


class PlanView(View):
    """When the draft is to be published."""

    at: Moment
    agent: str
    note: str
    is_current: bool = Field(description="Whether the draft is still as it was planned; a changed one is not published")
    refused: str | None = Field(description="The code of the error for which it was not published in its time")


class KnowledgeView(View):
    """Where the knowledge stands."""

    role: KnowledgeRole
    published: VersionView
    pilot: VersionView | None = Field(description="What some conversations are answered by first")
    draft: DraftView | None
    plan: PlanView | None
    categories: list[Category]
    engines: list[EngineView] = Field(description="Empty while no engine answers")
    problem: str | None = Field(description="Why the engines do not serve what is published; null: they do")


class Versions(View):
    """All versions, newest first."""

    versions: list[VersionView]


class Entries(View):
    """Entries of a version."""

    version: int
    entries: list[EntryView]


class Difference(View):
    """What differs between two versions."""

    before: int
    after: int
    entries: list[EntryDifference]


class WorseView(View):
    """A message or a turn that is answered otherwise than by what is published."""

    source: str = Field(description="The set, or the stored conversation, that it is from")
    conversation_id: str | None = Field(description="Of a user's conversation, whose words are not repeated here")
    turn: int | None = Field(description="Of a conversation, from 1")
    text: str
    expected: str = Field(description="What it asks, or what the answer must be like; empty: nothing was laid down")
    before: str
    after: str


class FindingView(View):
    """What a check has found."""

    key: str = Field(description="The same for the same finding, so that it stays ignored")
    check: Literal[
        "schema",
        "near",
        "taken",
        "few",
        "expired",
        "source",
        "unreachable",
        "organisation",
        "menu",
        "pin",
        "regression",
        "scope",
        "training",
    ]
    severity: Severity = Field(description="An `error` cannot be ignored")
    file: str | None
    line: int | None
    kind: EntryKind | None
    id: str | None
    field: str | None
    message: str
    worse: list[WorseView] = Field(default=[], description="Of a regression: one by one, a hundred at most")
    ignored_by: str | None
    reason: str | None


class ChecksView(View):
    """The last run of the checks on the draft."""

    state: CheckState
    progress: float = Field(ge=0, le=1)
    revision: int | None = Field(description="Of the draft that was checked")
    is_current: bool = Field(description="Whether the draft is still as it was checked")
    findings: list[FindingView]
    conversations: int = Field(description="How many stored conversations were played")
    started_at: Moment | None
    ended_at: Moment | None


class TrainingView(View):
    """How far the engine is with learning the examples of the draft."""

    state: Literal["untrained", "waiting", "running", "done", "failed"] = Field(
        description="`waiting`: another draft or version is trained first; `done`: the draft can be tried and published"
    )
    progress: float = Field(ge=0, le=1)
    problems: list[str]
    seconds: float = Field(description="Since it began, or how long it took")


class IgnoreRequest(Request):
    """Why a finding does not matter; stands in the audit log."""

    reason: str = Field(min_length=2, max_length=500)


class TrialMessage(Request):
    """What the content owner types, or the payload of a button that they press."""

    kind: Literal["text", "payload"] = "text"
    text: str = Field(min_length=1, max_length=1000)


class TrialRequest(Request):
    """A conversation with the draft from its beginning; the last message is the new one."""

    messages: list[TrialMessage] = Field(min_length=1, max_length=40)
    channel: Literal["widget", "api"] = "widget"
    site: str | None = Field(default=None, max_length=64)


class TrialButton(View):
    """A button under a reply."""

    title: str
    payload: str


class TrialReply(View):
    """What the bot says."""

    text: str
    buttons: list[TrialButton]
    metadata: dict[str, Any]
    custom: dict[str, Any] | None


class TrialTurn(View):
    """What comes of one message, and why."""

    replies: list[TrialReply]
    intent: str | None
    confidence: float | None
    reading: dict[str, Any] | None = Field(description="Source, act, evidence, certainty, and the runners-up")


class TrialView(View):
    """What the draft says; the conversation is played anew each time, as the draft is now."""

    revision: int = Field(description="Of the draft; 0 without one: the published version was played")
    turns: list[TrialTurn]


class ShownQuestion(View):
    """A question that a window would show as asked most."""

    answer: str
    text: str
    pinned: bool
    at_welcome: bool
    count: int = Field(description="Conversations at that site that have opened the answer in the days that count")


class HotCandidate(View):
    """An answer that can be pinned or hidden."""

    answer: str
    text: str = Field(description="Its main question")
    week: int = Field(description="Conversations that have opened it in the last 7 days, at all sites")
    month: int = Field(description="The same of 30 days")


class HotPreview(View):
    """What windows of a site would show, of the draft or of what is published while there is none."""

    site: str
    sites: list[str] = Field(description="The keys of all sites")
    days: int
    shown: list[ShownQuestion]
    candidates: list[HotCandidate] = Field(description="The most asked first")


class PublicationRequest(Request):
    """Makes the draft the published version."""

    revision: int = Field(ge=0, description="Of the draft that was checked")
    note: _Note = ""
    at: dt.datetime | None = Field(default=None, description="When; null: now")

    @field_validator("at")
    @classmethod
    def _with_zone(cls, value: dt.datetime | None) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            msg = "needs a zone"
            raise ValueError(msg)
        return value


class RollbackRequest(Request):
    """Makes an earlier version the published one again."""

    note: _Note = ""


class PublicationView(View):
    """What was published, or is to be."""

    version: VersionView
    seconds: float = Field(description="Until the engine that was asked served it; others follow within seconds")
    plan: PlanView | None = Field(default=None, description="It is published then")
