"""The shape of a knowledge file. Messages of the validators are for the operator who edits the file."""

from __future__ import annotations

import datetime
import re
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

# pydantic: typed models with precise error locations.
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from common.opening_hours import (
    OpeningHours,
    Weekday,
    check_weekdays,
    checked_span,
    checked_spans,
    checked_time_zone,
    holiday_days,
)

if TYPE_CHECKING:
    # In `typing` since 3.11.
    from typing_extensions import Self

SettingName = Literal["site_url", "hotline", "social_accounts", "opening_hours", "policy_url", "kept_for"]

# What a text may contain in braces; filled in from organisation.yml or, for step_count, from the topic.
PLACEHOLDERS = frozenset(
    {
        "brand_name",
        "site_url",
        "hotline",
        "social_accounts",
        "opening_hours",
        "open_now",
        "step_count",
        "privacy_notice",
        "policy_url",
        "kept_for",
        "police",
        "ambulance",
        "anti_fraud",
        "psychological_aid",
        # Whoever it has happened to, in danger.yml and crisis.yml.
        "person",
        # What somebody asks whether to do, there.
        "act",
        "words",
    }
)


# Schemes of addresses that run or read something where they are opened.
_UNSAFE_SCHEMES = frozenset({"javascript", "data", "vbscript", "blob", "file", "about", "filesystem"})


def _checked_text(value: str) -> str:
    if not value.strip():
        raise ValueError("expected a text that is not empty")
    try:
        names = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError as error:
        raise ValueError(f"unbalanced braces: {error}") from error
    unknown = sorted(names - PLACEHOLDERS)
    if unknown:
        raise ValueError(f"unknown placeholder {{{unknown[0]}}}, expected one of {', '.join(sorted(PLACEHOLDERS))}")
    return value.strip()


class Text(str):
    """A text for the user: not empty, with known placeholders only."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tells pydantic how to check such a text."""
        return core_schema.no_info_plain_validator_function(cls._validate)

    @classmethod
    def _validate(cls, value: object) -> Text:
        if not isinstance(value, str):
            found = "nothing" if value is None else type(value).__name__
            raise ValueError(f"expected a text, found {found}")
        return cls(_checked_text(value))


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Menu(_Model):
    """Where the topic stands among the main topics, and what its button says."""

    position: int
    label: Text


class Setting(_Model):
    """A line that depends on whether the deployment has filled in a value of organisation.yml.

    Attributes:
        replaces_text: Once it is filled in, the line stands for all that the topic says: what is generally so, and that
            nothing is known, would be wrong.
    """

    name: SettingName
    known: Text
    unknown: Text
    replaces_text: bool = False


class ProcedureWarning(_Model):
    """What the user must accept in so many words before the first step."""

    text: Text
    accept_label: Text
    decline_label: Text


class KnownText(_Model):
    """What is said in place of what is generally so, once the deployment has filled in the setting."""

    name: SettingName
    text: Text


class StepAnswer(_Model):
    """An answer to a question about a step, a detail or a whole walkthrough.

    `id` is its name, of which `data/questions/` says how people ask for it; no other answer there has it.
    `instead` is set where the question is about something else than the walkthrough, which is not begun then; with one
    of its `words` that is so whatever the question sounds like.
    """

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    text: Text
    known: KnownText | None = None
    instead: bool = False
    words: list[str] = []


def _unique_answers(answers: list[StepAnswer]) -> list[StepAnswer]:
    _refuse_repeated([answer.id for answer in answers], "id")
    return answers


StepAnswers = Annotated[list[StepAnswer], AfterValidator(_unique_answers)]


class StepPicture(_Model):
    """A picture of a step. `alt` says what is on it, for those who do not see it."""

    url: str
    alt: Text

    @field_validator("url")
    @classmethod
    def _on_the_web(cls, value: str) -> str:
        if not re.fullmatch(r"https://[^\s\"'<>]+", value):
            raise ValueError("expected an address that begins with https://")
        return value


class StepLink(_Model):
    """Where a step is done: a page, or a screen of the app by its own scheme (`uwallet://…`)."""

    title: Text
    url: str

    @field_validator("url")
    @classmethod
    def _leads_elsewhere(cls, value: str) -> str:
        scheme = re.match(r"([a-z][a-z0-9+.-]*):[^\s\"'<>]+\Z", value)
        if scheme is None or scheme[1] in _UNSAFE_SCHEMES:
            raise ValueError("expected https://… or the address of a screen of the app, such as app://settings")
        return value


class Step(_Model):
    """One step of a procedure, or one check of a diagnosis.

    Attributes:
        picture: What the screen looks like there.
        link: Leads to where the step is done.
        source: Where it comes from, if not where the topic does.
        value: The entity value that leads to the step.
        words: What users call the cause, for a check.
        treatment: What to do when the check finds the cause.
        contradicted: What is said when the page names the cause and the user finds that it is none; asks for a human.
        there: What is to be done, for somebody who says that its page has come up: not what they have seen happen.
        is_fallback: Whether it is for trouble only, so that whoever reports success does not need it.
        done_reports: What users say who have done a step.
        arrivals: What users say who are at a step: its page has come up, or something there does not work.
        answers: Answers to questions about the step.
    """

    id: str
    title: Text
    text: Text
    trouble: Text
    value: str | None = None
    words: list[str] = []
    treatment: Text | None = None
    contradicted: Text | None = None
    there: Text | None = None
    is_fallback: bool = False
    done_reports: list[Text] = []
    arrivals: list[Text] = []
    answers: StepAnswers = []
    collect: list[str] = []
    show_collected: bool = False
    picture: StepPicture | None = None
    link: StepLink | None = None
    source: Text | None = None


class Item(_Model):
    """One part of an answer that can be asked for on its own; `value` is the entity value that leads to it."""

    value: str
    label: Text
    text: Text
    settings: list[Setting] = []
    opens: str | None = None
    offer_human: bool = False


class Detail(_Model):
    """An answer to a question of detail; `value` is a value of the entity `detail`."""

    value: str
    text: Text


class Caution(_Model):
    """What is said beside, once, when what was noted has one of these words."""

    id: str
    words: list[Text]
    text: Text


class CollectedDetail(_Model):
    """Something the bot asks for and notes down.

    Attributes:
        accepts: What is an answer: nothing else is noted.
        hint: What is said to an answer that does not fit.
        entity: What the NLU calls it, where it knows it.
        names: The words by which the user calls it when it is to be corrected (「改一下金额」).
        cautions: What is said beside what was noted.
    """

    id: str
    label: Text
    ask: Text
    accepts: Literal["time", "amount", "name", "story", "phone", "email"]
    hint: Text
    entity: str | None = None
    unit: Text | None = None
    names: list[Text] = []
    answers: StepAnswers = []
    cautions: list[Caution] = []


class Topic(_Model):
    """One knowledge file.

    Attributes:
        id: The name of the file; also the intent that opens the topic, when there is such an intent.
        kind: `procedure` (steps in order), `diagnosis` (checks, picked or one after another), `answer`.
        entity: The entity whose value picks a step or an item directly.
        menu: Set for the main topics that are offered as buttons.
        urgent: The answer offers a human first.
        finished: What is said when a walkthrough has ended well, where the general words do not fit.
        questions: What users may ask of it, the main question first; offered while they type and among the most asked.
        pinned_question: What bundles without `widget/hot_questions.yml` pin by; it counts no more where that is.
        source: Where all of it comes from, for whoever checks it; never said.
    """

    id: str
    title: Text
    kind: Literal["procedure", "diagnosis", "answer"]
    menu: Menu | None = None
    entity: str | None = None
    urgent: bool = False
    intro: Text | None = None
    warning: ProcedureWarning | None = None
    cancelled: Text | None = None
    finished: Text | None = None
    steps: list[Step] = []
    collected_details: list[CollectedDetail] = []
    text: Text | None = None
    short: Text | None = None
    items: list[Item] = []
    settings: list[Setting] = []
    details: list[Detail] = []
    related: list[str] = []
    offer_human: bool = False
    answers: StepAnswers = []
    questions: list[Text] = []
    pinned_question: bool = False
    source: Text | None = None

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        is_answer = self.kind == "answer"
        of_walkthrough = ["intro", "steps", "warning", "collected_details", "cancelled", "finished"]
        of_answer = ["text", "items", "settings", "urgent", "short", "offer_human"]
        required, forbidden = (["text"], of_walkthrough) if is_answer else (["intro", "steps"], of_answer)
        for name in required:
            if not getattr(self, name):
                raise ValueError(f"{name}: required when kind is {self.kind}")
        for name in forbidden:
            if getattr(self, name):
                raise ValueError(f"{name}: not allowed when kind is {self.kind}")
        return self

    @field_validator("steps", "collected_details")
    @classmethod
    def _unique_ids(cls, entries: list[Any]) -> list[Any]:
        _refuse_repeated([entry.id for entry in entries], "id")
        return entries

    @field_validator("items", "details")
    @classmethod
    def _unique_values(cls, entries: list[Any]) -> list[Any]:
        _refuse_repeated([entry.value for entry in entries], "value")
        return entries

    @model_validator(mode="after")
    def _values_need_entity(self) -> Self:
        entries: list[Step | Item] = [*self.steps, *self.items]
        with_value = [entry for entry in entries if entry.value]
        if with_value and not self.entity:
            raise ValueError("entity: required when steps or items have a value")
        if self.kind == "diagnosis" and len(with_value) != len(self.steps):
            raise ValueError("steps: each step of a diagnosis needs a value")
        return self

    @model_validator(mode="after")
    def _collects_known_details(self) -> Self:
        known = {detail.id for detail in self.collected_details}
        for number, step in enumerate(self.steps):
            for name in step.collect:
                if name not in known:
                    raise ValueError(f"steps[{number}].collect: {name!r} is not among collected_details")
        return self

    @property
    def is_walkthrough(self) -> bool:
        """Whether the topic has steps to walk through."""
        return self.kind != "answer"

    def step_id(self, number: int) -> str | None:
        """Returns the id of a step by its number, from 1; None if there is no such step."""
        return self.steps[number - 1].id if 1 <= number <= len(self.steps) else None

    def step_number(self, step_id: str | None) -> int | None:
        """Returns the number of a step by its id, from 1; None if there is no such step."""
        return next((number for number, step in enumerate(self.steps, start=1) if step.id == step_id), None)


def _refuse_repeated(names: list[str], field: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{field} {repeated[0]!r} occurs twice")


class SocialAccount(_Model):
    """One official account."""

    platform: Text
    name: Text


Spans = Annotated[list[Annotated[str, BeforeValidator(checked_span)]], AfterValidator(checked_spans)]


class Holiday(_Model):
    """A day, or days up to and with `until`, on which other hours hold; an empty list means closed."""

    date: datetime.date
    until: datetime.date | None = None
    name: Text
    hours: Spans

    @model_validator(mode="after")
    def _in_order(self) -> Holiday:
        holiday_days(self.date, self.until)
        return self


class HoursWording(_Model):
    """How opening hours are put into words."""

    weekdays: dict[Weekday, str]
    weekday_range: str
    span_separator: str
    day_separator: str
    closed: str
    open_now: str
    closed_now: str
    holiday: str
    date: str
    date_with_year: str
    named_day: str
    asked: str
    unlisted_holiday: str
    relative_days: dict[int, list[str]]
    holiday_names: list[str]
    holiday_suffix: str

    @field_validator("weekdays")
    @classmethod
    def _all_weekdays(cls, value: dict[Weekday, str]) -> dict[Weekday, str]:
        check_weekdays(value)
        return value


def _checked_address(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"https?://\S+", value):
        raise ValueError(f"expected an address that begins with https://, found {value!r}")
    return value


class EmergencyLines(_Model):
    """Numbers to call in an emergency; the defaults in `organisation.yml` are mainland China's public ones."""

    police: Text
    ambulance: Text
    anti_fraud: Text
    psychological_aid: Text


class PrivacyNotice(_Model):
    """What users read before their first message. The gateway shows it, the bot says it to whoever asks.

    Attributes:
        kept_for: How long chats are kept, in a sentence. The periods are settings of the gateway, which the bot does
            not see.
    """

    version: Annotated[str, BeforeValidator(str)]
    text: Text
    policy_url: Text | None
    policy_unknown: Text
    kept_for: Text | None = None

    _http_url = field_validator("policy_url")(_checked_address)


class Organisation(_Model):
    """What a deployment fills in; None and empty mean unknown."""

    brand_name: Text
    site_url: Text | None
    hotline: Text | None
    social_accounts: list[SocialAccount]
    time_zone: Annotated[str, AfterValidator(checked_time_zone)]
    opening_hours: dict[Weekday, Spans] | None
    holidays: list[Holiday]
    hours_wording: HoursWording
    emergency_lines: EmergencyLines
    privacy_notice: PrivacyNotice

    @field_validator("opening_hours")
    @classmethod
    def _every_weekday(cls, value: dict[Weekday, list[str]] | None) -> dict[Weekday, list[str]] | None:
        if value is not None:
            check_weekdays(value, "; write [] for a closed day")
        return value

    @property
    def hours(self) -> OpeningHours:
        """When support is open."""
        holidays = {
            day: holiday.hours for holiday in self.holidays for day in holiday_days(holiday.date, holiday.until)
        }
        return OpeningHours(ZoneInfo(self.time_zone), self.opening_hours, holidays)

    _http_url = field_validator("site_url")(_checked_address)
