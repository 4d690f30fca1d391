"""A changed copy is that of the standard library."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from actions.dialogue.messages import UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState


@dataclass(frozen=True)
class Plain:
    """Only stores what it is given, and keeps what was worked out."""

    one: int = 1
    two: tuple[int, ...] = ()

    @cached_property
    def sum(self) -> int:
        """All together."""
        return self.one + sum(self.two)


@dataclass(frozen=True)
class Checked:
    """Does something when it is made."""

    one: int
    double: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Works something out."""
        object.__setattr__(self, "double", 2 * self.one)


@pytest.mark.parametrize(
    ("one", "changes"),
    [
        (UserMessage("affirm", "好", "好"), {"text": "不", "confidence": 0.5}),
        (DialogueState(), {}),
        (Plain(), {"one": 2}),
    ],
)
def test_a_copy_is_that_of_the_library(one: Any, changes: dict[str, object]) -> None:
    changed = replace(one, **changes)
    assert changed == dataclasses.replace(one, **changes)
    assert type(changed) is type(one)
    assert changed is not one


def test_what_was_worked_out_is_worked_out_anew() -> None:
    one = Plain(1, (2, 3))
    assert one.sum == 6
    assert replace(one, one=2).sum == 7


def test_what_is_checked_when_it_is_made_is_made_by_the_library() -> None:
    assert replace(Checked(1), one=2).double == 4


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(TypeError):
        replace(Plain(), three=3)  # type: ignore[call-arg] # that is what is tested
