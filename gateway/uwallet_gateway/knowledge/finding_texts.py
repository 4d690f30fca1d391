"""The sentences of the checks: findings.yml."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from uwallet_gateway.yaml_files import load_yaml

_FILE = Path(__file__).with_name("findings.yml")


class FindingTextsError(Exception):
    """findings.yml is wrong; the text names line, field and reason."""


class _Reason(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: str
    text: str


class FindingTexts(BaseModel):
    """A sentence for each kind of finding, with what is filled in in braces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: str
    training: str
    training_failed: str
    retraining: str
    pilot_full: str
    few_examples: str
    near: str
    taken_other: str
    taken_nobody: str
    expired_faq: str
    expired_notice: str
    no_source: str
    no_sources: str
    unreachable_step: str
    organisation: str
    menu_long: str
    menu_empty: str
    menu_twice: str
    pin_over: str
    pin_hidden: str
    pin_unanswered: str
    pin_taken: str
    pin_nobody: str
    pins_many: str
    pins_many_at_welcome: str
    regression_worse: str
    regression_changed: str
    regression_rated: str
    regression_taken: str
    regression_silent: str
    regression_blind: str
    must_any: str
    must_not: str
    must_hand_over: str
    must_not_hand_over: str
    must_show: str
    scope: str
    scope_reworded: str
    scope_rated: str
    scope_no_conversations: str
    scope_no_sets: str
    scope_unreadable: str
    failed: str
    titles: dict[str, str]
    reasons: list[_Reason]

    def reason(self, english: str) -> str:
        """What is wrong in a file, in Chinese where that is known, with the words of the engine behind it."""
        for known in self.reasons:
            if match := re.search(known.pattern, english):
                return f"{known.text.format(*match.groups())}（{english}）"
        return english


@lru_cache(maxsize=1)
def finding_texts() -> FindingTexts:
    """The texts, read once.

    Raises:
        FindingTextsError: The file is wrong.
    """
    return load_yaml(_FILE, FindingTexts, FindingTextsError)[0]
