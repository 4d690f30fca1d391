"""The gateway's own texts for users, read from texts.yml and checked."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from uwallet_gateway.errors import ErrorCode
from uwallet_gateway.scripts import folded, sound
from uwallet_gateway.yaml_files import load_yaml

PATH = Path(__file__).with_name("texts.yml")
_TIMED_FIELDS = {"max_length", "time"}
_UNTIMED_FIELDS = {"max_length"}
_MINUTE, _HOUR = 60, 3600
# Up to so many seconds are told as seconds, as people would.
_LONGEST_IN_SECONDS, _LONGEST_IN_MINUTES = 90, 90

# What people put around a short wish.
_PARTICLES = re.compile(r"^(?:那就|那|就|我要|我想|我选|我|要|选|点|给)+|(?:吧|啊|呀|哦|呢|嘛|了)+$")
_STARS = re.compile("[⭐\ufe0f\\s]+")
# A pronunciation of fewer letters is one of many words.
_SHORTEST_SOUND = 5


class TextsError(Exception):
    """texts.yml is wrong; the text says which file, which key and why, one line each."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_min_length=1)


class _Timed(_Section):
    """A text for when the time to wait is known, and one for when it is not."""

    with_time: str
    otherwise: str


def _both(text: Any) -> Any:
    return {"with_time": text, "otherwise": text} if isinstance(text, str) else text


class _Durations(_Section):
    seconds: str
    minutes: str
    hours: str


class _Notices(_Section):
    redacted: str
    consent_given: str
    consent_refused: str
    picture_kept: str
    picture_kept_within: str
    stale_press: str
    stale_press_answered: str
    engine_trouble: str
    engine_failed: str
    handoff_without_engine: str
    handoff_summary_without_engine: str
    complaint_summary: str


class _ReplyVariables(_Section):
    user: str
    number: str
    agent: str
    brand: str
    topic: str
    site: str


class PushTexts(_Section):
    """What agents read on their devices."""

    given: str
    due: str
    body: str


class _Desk(_Section):
    authenticator_issuer: str
    worked_holiday: str
    reply_variables: _ReplyVariables
    push: PushTexts


class _Buttons(_Section):
    human: str
    leave_queue: str
    keep_waiting: str
    leave_message: str
    agree: str
    disagree: str
    rate: str


class _Support(_Section):
    queued: str
    queued_with_wait: str
    wait_range: str
    queued_again: str
    queued_again_with_wait: str
    next_in_queue: str
    claimed: str
    message_claimed: str
    follow_up_claimed: str
    transferred: str
    requeued: str
    transferred_to_queue: str
    returned_to_bot: str
    closed: str
    closed_as_spam: str
    closed_quietly: str
    follow_up: str
    follow_up_moved: str
    returned_to_bot_quietly: str
    left_queue: str
    supervisor_joined: str
    not_waiting: str
    keep_waiting: str
    timeout: str
    nobody_there: str
    nobody_there_until: str
    nobody_there_told: str
    nobody_there_until_told: str
    nobody_there_any_more: str
    queue_full: str
    blocked: str
    message_wanted: str
    contact_wanted: str
    message_taken: str
    contact_taken: str
    contact_kept: str
    user_reminder: str
    user_left: str
    ticket_status: str
    no_ticket: str
    rated: str


class _TicketStatuses(_Section):
    queued: str
    active: str
    message: str
    waiting_for_message: str
    solved: str
    follow_up: str
    follow_up_at: str
    ended: str


class _Weekdays(_Section):
    mon: str
    tue: str
    wed: str
    thu: str
    fri: str
    sat: str
    sun: str


class _Moments(_Section):
    today: str
    tomorrow: str
    later: str
    weekdays: _Weekdays


# What is filled in; a text may leave out what it does not need.
_SUPPORT_FIELDS = {
    "queued": {"position"},
    "queued_with_wait": {"position", "minutes"},
    "wait_range": {"least", "most"},
    "queued_again": {"position"},
    "queued_again_with_wait": {"position", "minutes"},
    "claimed": {"agent"},
    "message_claimed": {"agent"},
    "follow_up_claimed": {"agent"},
    "follow_up": {"agent", "time"},
    "follow_up_moved": {"time"},
    "transferred": {"agent"},
    "supervisor_joined": {"supervisor", "agent"},
    "requeued": {"position"},
    "transferred_to_queue": {"position"},
    "returned_to_bot": {"agent"},
    "keep_waiting": {"position"},
    "nobody_there_until": {"time"},
    "nobody_there_until_told": {"time"},
    "returned_to_bot_quietly": {"agent"},
    "contact_taken": {"number"},
    "message_taken": {"number"},
    "user_reminder": {"agent", "minutes"},
    "ticket_status": {"number", "status"},
}
_STATUS_FIELDS = {
    "queued": {"position"},
    "active": {"agent"},
    "follow_up": {"agent"},
    "follow_up_at": {"agent", "time"},
}
_MOMENT_FIELDS = {"today": {"clock"}, "tomorrow": {"clock"}, "later": {"month", "day", "weekday", "clock"}}


class ContactWords(_Section):
    """How users offer a contact in words of their own.

    Attributes:
        offers: Say that the number is to be called, at any time.
        names: Name a contact; enough while a ticket waits for one.
        others: Say that the number is somebody else's, or what is wrong with it.
        fillers: Say nothing beside them.
    """

    offers: frozenset[str] = Field(min_length=1)
    names: frozenset[str] = Field(min_length=1)
    others: frozenset[str] = Field(min_length=1)
    fillers: frozenset[str] = Field(min_length=1)


class _TypedButtons(_Section):
    leave_queue: frozenset[str]
    keep_waiting: frozenset[str]
    leave_message: frozenset[str]


class Texts(_Section):
    """All texts; what texts.yml holds, and nothing else."""

    errors: dict[ErrorCode, Annotated[_Timed, BeforeValidator(_both)]]
    durations: _Durations
    notices: _Notices
    desk: _Desk
    buttons: _Buttons
    support: _Support
    ticket_statuses: _TicketStatuses
    moments: _Moments
    typed_buttons: _TypedButtons
    typed_ratings: dict[Literal[1, 2, 3, 4, 5], frozenset[str]]
    contact_words: ContactWords
    human_requests: frozenset[str] = Field(min_length=1)
    declines: frozenset[str] = Field(min_length=1)

    def error(self, code: ErrorCode, *, max_length: int, retry_after: float | None = None) -> str:
        """Returns what a user is told when something is refused.

        Args:
            code: Why.
            max_length: Characters that a message may have.
            retry_after: Seconds after which it is worth another try, if known.
        """
        text = self.errors[code]
        if retry_after is None:
            return text.otherwise.format(max_length=max_length)
        return text.with_time.format(max_length=max_length, time=self._duration(retry_after))

    def notice(self, name: str) -> str:
        """Returns what the gateway itself says, by the name of the notice.

        Raises:
            AttributeError: There is no such notice.
        """
        return str(getattr(self.notices, name))

    def asks_for_human(self, text: str) -> bool:
        """Whether the text is just a request for a human. Used while the engine is away."""
        return folded(text) in {folded(request) for request in self.human_requests}

    def declines_to_leave_message(self, text: str) -> bool:
        """Whether the text just declines to leave a message."""
        return folded(text) in {folded(decline) for decline in self.declines}

    def names_button(self, name: str, text: str, *, by_sound: bool) -> bool:
        """Whether somebody types the title of a button, or another name of it.

        Args:
            name: Of the button.
            text: What was typed; script, width and the particles around it do not matter.
            by_sound: Whether it is enough that it sounds like it.
        """
        names = {self.button(name), *getattr(self.typed_buttons, name)}
        return _is_any_of(text, names, by_sound=by_sound)

    def names_rating(self, rating: int, text: str, *, is_asked: bool) -> bool:
        """Whether somebody types a rating; a bare number or stars only count while it is asked for."""
        names = {self.button("rate", rating=rating), *self.typed_ratings.get(rating, ())}  # type: ignore[call-overload] # 1 to 5
        if _is_any_of(text, names, by_sound=False):
            return True
        are_stars = not _STARS.sub("", text) and text.count("⭐") == rating
        return is_asked and (are_stars or folded(text) == str(rating))

    def button(self, name: str, **values: object) -> str:
        """Returns the title of a button.

        Raises:
            AttributeError: There is no such button.
        """
        return str(getattr(self.buttons, name)).format(**values)

    def about_support(self, name: str, **values: object) -> str:
        """Returns what is said about human support, with the values filled in.

        Raises:
            AttributeError: There is no such text.
        """
        return str(getattr(self.support, name)).format(**values)

    def ticket_status(self, name: str, **values: object) -> str:
        """Returns how a ticket stands, in words.

        Raises:
            AttributeError: There is no such status.
        """
        return str(getattr(self.ticket_statuses, name)).format(**values)

    def moment(self, moment: datetime, now: datetime) -> str:
        """Returns a moment in words, relative to now. Both have the same time zone."""
        days = (moment.date() - now.date()).days
        weekday = str(list(self.moments.weekdays.model_dump().values())[moment.weekday()])
        name = {0: "today", 1: "tomorrow"}.get(days, "later")
        return str(getattr(self.moments, name)).format(
            clock=moment.strftime("%H:%M"), month=moment.month, day=moment.day, weekday=weekday
        )

    def _duration(self, seconds: float) -> str:
        whole = max(1, math.ceil(seconds))
        if whole <= _LONGEST_IN_SECONDS:
            return self.durations.seconds.format(count=whole)
        minutes = math.ceil(whole / _MINUTE)
        if minutes <= _LONGEST_IN_MINUTES:
            return self.durations.minutes.format(count=minutes)
        return self.durations.hours.format(count=math.ceil(whole / _HOUR))


def load_texts(path: Path = PATH) -> Texts:
    """Reads the texts.

    Args:
        path: Another file than the gateway's own.

    Raises:
        TextsError: The file cannot be read, a text is missing, unknown or empty, or names a {field} that nobody fills.
    """
    texts, file = load_yaml(path, Texts, TextsError)
    problems = [f"{path}:{file.line(place.split('.'))}: {place}: {reason}" for place, reason in _problems(texts)]
    if problems:
        raise TextsError("\n".join(problems))
    return texts


def _problems(texts: Texts) -> list[tuple[str, str]]:
    problems = [(f"errors.{code}", "missing") for code in ErrorCode if code not in texts.errors]
    for code, text in texts.errors.items():
        if text.with_time == text.otherwise:
            problems += _fields(f"errors.{code}", text.otherwise, _UNTIMED_FIELDS)
        else:
            problems += _fields(f"errors.{code}.with_time", text.with_time, _TIMED_FIELDS)
            problems += _fields(f"errors.{code}.otherwise", text.otherwise, _UNTIMED_FIELDS)
    for name, duration in texts.durations:
        problems += _fields(f"durations.{name}", duration, {"count"})
    fields: dict[str, dict[str, set[str]]] = {
        "notices": {"complaint_summary": {"text"}},
        "buttons": {"rate": {"rating"}},
        "support": _SUPPORT_FIELDS,
        "ticket_statuses": _STATUS_FIELDS,
        "moments": _MOMENT_FIELDS,
    }
    for section, allowed in fields.items():
        for name, text in getattr(texts, section):
            if isinstance(text, str):
                problems += _fields(f"{section}.{name}", text, allowed.get(name, ()))
    return problems


def _fields(place: str, text: Any, allowed: Collection[str]) -> list[tuple[str, str]]:
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        return [(place, str(error))]
    unknown = sorted(fields.difference(allowed))
    return [(place, f"nobody fills in {{{name}}}") for name in unknown]


def _is_any_of(text: str, names: Collection[str], *, by_sound: bool) -> bool:
    typed = _bare(text)
    wanted = {_bare(name) for name in names}
    if typed in wanted:
        return True
    pronounced = sound(typed)
    return by_sound and len(pronounced) >= _SHORTEST_SOUND and pronounced in {sound(name) for name in wanted}


def _bare(text: str) -> str:
    """Returns a folded text without the particles around it."""
    plain = folded(text)
    return _PARTICLES.sub("", plain) or plain
