"""What the gateway itself says to users, read from texts.yml and checked."""

from __future__ import annotations

import math
import string
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from uwallet_gateway.errors import ErrorCode

PATH = Path(__file__).with_name("texts.yml")
_TIMED_FIELDS = {"max_length", "time"}
_UNTIMED_FIELDS = {"max_length"}
_MINUTE, _HOUR = 60, 3600
# Up to so many seconds are told as seconds, as people would.
_LONGEST_IN_SECONDS, _LONGEST_IN_MINUTES = 90, 90

# What people put around a short message.
_AROUND = " 。，！!.,~～"


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
    picture_kept: str
    engine_trouble: str
    engine_failed: str
    handoff_without_engine: str
    handoff_summary_without_engine: str


class _Buttons(_Section):
    human: str


class Texts(_Section):
    """All texts; what texts.yml holds, and nothing else."""

    errors: dict[ErrorCode, Annotated[_Timed, BeforeValidator(_both)]]
    durations: _Durations
    notices: _Notices
    buttons: _Buttons
    human_requests: frozenset[str] = Field(min_length=1)

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
        """Whether somebody types just this: a human, please. For when the bot cannot be asked what is meant."""
        return text.strip(_AROUND) in self.human_requests

    def button(self, name: str) -> str:
        """Returns the title of a button.

        Raises:
            AttributeError: There is no such button.
        """
        return str(getattr(self.buttons, name))

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
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TextsError(f"{path}: {error}") from error
    try:
        texts = Texts.model_validate(content)
    except ValidationError as error:
        raise TextsError("\n".join(_explained(path, error))) from error
    wrong = [f"{path}: {problem}" for problem in _problems(texts)]
    if wrong:
        raise TextsError("\n".join(wrong))
    return texts


def _explained(path: Path, error: ValidationError) -> list[str]:
    known = ", ".join(ErrorCode)
    lines: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"] if part != "[key]")
        reason = f"unknown code; known are {known}" if problem["type"] == "enum" else problem["msg"]
        lines.setdefault(place, f"{path}: {place or 'the file'}: {reason}")
    return list(lines.values())


def _problems(texts: Texts) -> list[str]:
    found = [f"errors.{code}: missing" for code in ErrorCode if code not in texts.errors]
    for code, text in texts.errors.items():
        if text.with_time == text.otherwise:
            found += _fields(f"errors.{code}", text.otherwise, _UNTIMED_FIELDS)
        else:
            found += _fields(f"errors.{code}.with_time", text.with_time, _TIMED_FIELDS)
            found += _fields(f"errors.{code}.otherwise", text.otherwise, _UNTIMED_FIELDS)
    for name, duration in texts.durations:
        found += _fields(f"durations.{name}", duration, {"count"})
    for section in ("notices", "buttons"):
        for name, text in getattr(texts, section):
            found += _fields(f"{section}.{name}", text, ())
    return found


def _fields(place: str, text: Any, allowed: Collection[str]) -> list[str]:
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        return [f"{place}: {error}"]
    unknown = sorted(fields.difference(allowed))
    return [f"{place}: nobody fills in {{{name}}}" for name in unknown]
