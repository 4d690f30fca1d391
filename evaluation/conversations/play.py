"""Plays the conversations of a set and keeps what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from evaluation.conversations.checks import Checker
from evaluation.conversations.said import GREETING, Said
from evaluation.conversations.sets import ExpectedConversation, ExpectedTurn

if TYPE_CHECKING:
    from evaluation.conversations.bot import Bot

_BUTTON = re.compile(r"\[按钮[:：](.+)\]")


@dataclass(frozen=True)
class PlayedTurn:
    """What the user said, what was expected, what came, and what is wrong with it."""

    expected: ExpectedTurn
    replies: tuple[Said, ...]
    faults: tuple[str, ...]

    @property
    def reading(self) -> dict[str, object]:
        """Why the bot said it: the reading of the first text that carries one."""
        return next((dict(reply.metadata["reading"]) for reply in self.replies if reply.metadata.get("reading")), {})


@dataclass(frozen=True)
class PlayedConversation:
    """A conversation of a set as it went; it succeeds when no turn has a fault."""

    id: str
    kind: str
    turns: tuple[PlayedTurn, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every reply is as expected."""
        return not any(turn.faults for turn in self.turns)

    def as_json(self) -> dict[str, object]:
        """Returns it for the file of results."""
        return {
            "id": self.id,
            "kind": self.kind,
            "succeeded": self.succeeded,
            "turns": [
                {
                    "user": turn.expected.user,
                    "expect": turn.expected.expect,
                    "faults": list(turn.faults),
                    "reading": turn.reading,
                    "replies": [asdict(reply) for reply in turn.replies],
                }
                for turn in self.turns
            ],
        }


def play(bot: Bot, conversation: ExpectedConversation, checker: Checker, sender: str) -> PlayedConversation:
    """Plays one conversation, from the greeting on that opens a chat window."""
    buttons = shown_payloads(bot.says(sender, GREETING))
    turns = []
    for expected in conversation.turns:
        replies = tuple(bot.says(sender, pressed(expected.user, buttons)))
        turns.append(PlayedTurn(expected, replies, tuple(checker.faults(expected, replies))))
        # Buttons stay on the screen until others take their place.
        buttons = shown_payloads(replies) or buttons
    return PlayedConversation(conversation.id, conversation.kind, tuple(turns))


def pressed(user: str, buttons: dict[str, str]) -> str:
    """Returns the payload when `user` presses a button, else what is typed.

    A button that is not there is typed; the criteria will tell.
    """
    button = _BUTTON.fullmatch(user)
    return buttons.get(button.group(1), button.group(1)) if button else user


def shown_payloads(replies: Sequence[Said]) -> dict[str, str]:
    """Returns the payloads of the buttons by their titles."""
    return dict(button for reply in replies for button in reply.buttons)


def transcript(conversation: PlayedConversation) -> str:
    """Returns the conversation for people, each fault and its reading beside the turn."""
    lines = [f"#### {conversation.id} {conversation.kind}"]
    for number, turn in enumerate(conversation.turns, start=1):
        lines.append(f"{number}. 用户：{turn.expected.user}")
        for reply in turn.replies:
            lines += shown(reply)
        if turn.faults:
            lines.append(f"   ✗ {'; '.join(turn.faults)}   (expected: {turn.expected.expect})")
            lines.append(f"   read as {described(turn.reading)}")
    return "\n".join(lines)


def shown(reply: Said) -> list[str]:
    """Returns the lines that show a message of the bot."""
    marks = ""
    if reply.metadata.get("handoff"):
        marks += f" [handoff: {reply.metadata['handoff']['reason']}]"
    if progress := reply.metadata.get("progress"):
        marks += f" [{progress['topic']} {progress['number']}/{progress['count']}]"
    if reply.custom:
        marks += f" [{reply.custom.get('request') or reply.custom.get('type')}]"
    lines = ["   bot：" + reply.text.replace("\n", "\n        ") + marks]
    if reply.buttons:
        lines.append("      ⟦" + "｜".join(title for title, _ in reply.buttons) + "⟧")
    return lines


def described(reading: dict[str, object]) -> str:
    """Returns a reading in one line, its runners-up behind it."""
    if not reading:
        return "nothing that is on record"
    others = reading.get("others")
    behind = "; ".join(_one(other) for other in others) if isinstance(others, list) else ""
    return _one(reading) + (f"   before: {behind}" if behind else "")


def _one(reading: dict[str, object]) -> str:
    return f"{reading['act']} ({reading['source']}: {reading['evidence']}, {reading['certainty']})"
