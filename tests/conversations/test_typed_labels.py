"""Whoever types what stands on a button gets what the button gives, in every state that buttons can show."""

from __future__ import annotations

import datetime
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pytest

from actions.base import domain_settings
from actions.dialogue.acts import act_of
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.state import DialogueState, ListedOption
from actions.dialogue.turn import Turn
from actions.incoming import message_from_parse
from actions.knowledge import Knowledge
from actions.knowledge.organisation import placeholder_values
from actions.outgoing import Script, put_into_words
from evaluation.conversations.bot import Bot
from evaluation.simulation.noise import in_pinyin, in_traditional, mistyped
from tests.extent import LONG

# Said in a state, these lead to states that no button leads to.
_SAYINGS = (
    "你们的烂东西气死我了", "账户给人盗了", "我要投诉你们", "我被骗了", "昨天下午三点", "88块", "美团", "扣了我两次",
    "金额改一下", "忘了密码，还有怎么申诉", "付不了款，还想注销", "全部步骤", "等一下", "为什么要这样", "都试过了没用",
    "我的电话是13900001111", "今天天气不错", "余额够", "菜单", "在人工排队多久了", "我不要人工",
    "银行还没问", "你是真人吗",
)  # fmt: skip
# Ways to what is too far to be found.
_BEGINNINGS = (
    ("/transaction_dispute", "昨天下午三点", "88块", "金额改一下"),
    ("/transaction_dispute", "昨天下午三点", "88块", "美团", "扣了我两次", "/next_step"),
    ("/payment_failure", "/next_step", "余额够，网好", "网络那个划错了"),
    ("/forgot_password", "/next_step", "/next_step", "/next_step", "/next_step"),
    ("/forgot_password", "/next_step", "/next_step", "/next_step", "/next_step", "/next_step"),
)
# What differs from state to state in what labels do. Two states alike in these offer the same buttons again.
_MOST_STATES = 1000 if LONG else 400
_LONGEST_PATH = 9
_LONG_LABEL = 4
_NOW = datetime.datetime(2026, 11, 26, 6, 30, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Place:
    """A state that a conversation can reach, and the messages that lead there."""

    state: DialogueState
    path: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        walk = self.state.walk
        return (
            walk and (walk.topic, walk.step, walk.awaiting, walk.interrupted, walk.requested_detail),
            self.state.offer,
            self.state.correcting,
            bool(self.state.suspended),
            bool(self.state.requests),
            self.state.handed_over,
            self.state.shown,
        )


@dataclass
class Screen:
    """The dialogue with what the NLU makes of messages: what the actions do, without Rasa between."""

    bot: Bot
    knowledge: Knowledge
    parses: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def dialogue(self) -> Dialogue:
        return Dialogue(self.knowledge, placeholder_values(self.knowledge.organisation, _NOW))

    def says(self, state: DialogueState, text: str) -> Turn:
        """Returns the turn, its state with the buttons that are shown."""
        if text not in self.parses:
            self.parses[text] = self.bot.parse(text)
        message = message_from_parse(self.parses[text], self.knowledge.wording.rejections)
        turn = self.dialogue.respond(state, act_of(message.intent, self.knowledge), message)
        shown = [
            ListedOption(button["title"], button["payload"])
            for reply in turn.replies
            if reply.custom is None
            for button in put_into_words(reply, domain_settings().responses, (), Script.SIMPLIFIED).buttons
        ]
        return replace(turn, state=replace(turn.state, shown=tuple(shown)))

    def _after(self, *path: str) -> Place:
        state = DialogueState()
        for text in ("/greet", *path):
            state = self.says(state, text).state
        return Place(state, ("/greet", *path))

    def places(self) -> Iterator[Place]:
        """Yields the states that buttons and a few sayings lead to, nearest first."""
        begun = [
            self._after(*path) for path in ((), *((f"/{topic}",) for topic in self.knowledge.topics), *_BEGINNINGS)
        ]
        known, waiting = {place.key for place in begun}, deque(begun)
        while waiting and len(known) < _MOST_STATES:
            place = waiting.popleft()
            yield place
            if len(place.path) >= _LONGEST_PATH:
                continue
            for text in (*(option.payload for option in place.state.shown), *_SAYINGS):
                after = Place(self.says(place.state, text).state, (*place.path, text))
                if after.key not in known:
                    known.add(after.key)
                    waiting.append(after)
        yield from waiting


@pytest.fixture(scope="module")
def screen(served_bot: Bot, knowledge: Knowledge) -> Screen:
    return Screen(served_bot, knowledge)


@pytest.fixture(scope="module")
def places(screen: Screen) -> list[Place]:
    return list(screen.places())


def _differences(
    screen: Screen, places: list[Place], typed_as: Callable[[str], str], shortest: int = 1
) -> tuple[int, list[str]]:
    """Returns how many labels were typed, and where typing does something else than pressing."""
    count, found = 0, []
    for place in places:
        shown = place.state.shown
        for title in dict.fromkeys(option.title for option in shown):
            if len(title) < shortest or (typed_as(title) == title and shortest > 1):
                continue
            count += 1
            typed = screen.says(place.state, typed_as(title))
            # Two buttons may say the same; either may be meant.
            pressed = [screen.says(place.state, option.payload) for option in shown if option.title == title]
            if not any(typed.state == turn.state and typed.replies == turn.replies for turn in pressed):
                reading = typed.interpretation.chosen if typed.interpretation else None
                why = f"{reading.source.value} {reading.act.value}: {reading.evidence}" if reading else "no reading"
                found.append(f"{typed_as(title)} for {title}, read as {why}, after {' > '.join(place.path)}")
    return count, found


def _told(found: list[str], count: int) -> str:
    kinds = Counter(line.split(", after ")[0] for line in found).most_common(40)
    shortest = {kind: min((line for line in found if line.startswith(kind)), key=len) for kind, _ in kinds}
    lines = [f"{number} x {shortest[kind]}" for kind, number in kinds]
    return "\n".join([f"{len(found)} of {count} typed labels do not do what the button does:", *lines])


def test_buttons_of_every_kind_are_reached(places: list[Place], knowledge: Knowledge) -> None:
    shown = {option.title for place in places for option in place.state.shown}
    written = {
        button["title"]
        for variants in domain_settings().responses.values()
        for variant in variants
        for button in variant.get("buttons") or ()
        if "{" not in button["title"]
    }
    topics = knowledge.topics.values()
    written |= {topic.menu.label for topic in topics if topic.menu} | {item.label for t in topics for item in t.items}
    written |= {step.title for topic in topics if topic.kind == "diagnosis" for step in topic.steps}
    assert written - shown == set()


def test_a_typed_label_does_what_its_button_does(screen: Screen, places: list[Place]) -> None:
    count, found = _differences(screen, places, lambda title: title)
    assert count > 1000
    assert not found, _told(found, count)


@pytest.mark.parametrize("variation", ["typo", "pinyin", "traditional", "particle"])
def test_a_label_typed_in_another_way_does_what_its_button_does(
    screen: Screen, places: list[Place], variation: str
) -> None:
    ways: dict[str, Callable[[str], str]] = {
        "typo": lambda title: mistyped(title, random.Random(title)),
        "pinyin": in_pinyin,
        "traditional": in_traditional,
        "particle": lambda title: f"{title}吧。",
    }
    count, found = _differences(screen, places, ways[variation], _LONG_LABEL)
    assert count > 500
    assert not found, _told(found, count)
