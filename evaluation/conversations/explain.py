"""Shows what becomes of messages: parse, reading, act and reply.

Usage: python -m evaluation.conversations.explain MESSAGE [MESSAGE ...]
       python -m evaluation.conversations.explain --last-of FILE    the last line, after those before it

Several messages are one conversation. `[按钮:下一步]` presses the button of that title.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.conversations.play import pressed, shown_payloads
from evaluation.conversations.said import Said

if TYPE_CHECKING:
    from evaluation.conversations.bot import Bot

_OF_PARSE = frozenset(
    {
        "intent",
        "entities",
        "answer_band",
        "choices",
        "further_requests",
        "situated_acts",
        "alarms",
        "after_alarm",
        "said",
        "operators",
    }
)


def main(messages: Sequence[str]) -> int:
    """Returns the exit status: 2 without a message."""
    only_last = list(messages[:1]) == ["--last-of"]
    if only_last:
        messages = Path(messages[1]).read_text(encoding="utf-8").splitlines()
    if not messages:
        print(__doc__, file=sys.stderr)
        return 2
    from evaluation.conversations.bot import Bot  # noqa: PLC0415 - Rasa takes seconds to import

    bot = Bot()
    buttons: dict[str, str] = {}
    for number, message in enumerate(messages, start=1):
        text = pressed(message, buttons)
        told, replies = _explained(bot, text)
        if not only_last or number == len(messages):
            print(json.dumps(told, ensure_ascii=False, indent=2))
        buttons = shown_payloads(replies) or buttons
    bot.close()
    return 0


def _explained(bot: Bot, text: str, sender: str = "explain") -> tuple[dict[str, Any], list[Said]]:
    """Says the message; returns what became of it, and the replies."""
    parse = {name: value for name, value in bot.parse(text).items() if name in _OF_PARSE}
    replies = bot.says(sender, text)
    readings = [reply.metadata["reading"] for reply in replies if reply.metadata.get("reading")]
    reading: dict[str, Any] = readings[0] if readings else {}
    told = {
        "message": text,
        "parse": parse,
        "reading": {name: value for name, value in reading.items() if name != "others"},
        "runners_up": reading.get("others", []),
        "act": reading.get("act"),
        "replies": [_reply(reply) for reply in replies],
        "state": {name: value for name, value in bot.slots(sender).items() if value},
    }
    return told, replies


def _reply(reply: Said) -> dict[str, Any]:
    metadata = {name: value for name, value in reply.metadata.items() if name != "reading"}
    return {name: value for name, value in {**asdict(reply), "metadata": metadata}.items() if value}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
