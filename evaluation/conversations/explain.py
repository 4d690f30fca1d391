"""Shows what becomes of messages: parse, reading, act and reply.

Usage: python -m evaluation.conversations.explain MESSAGE [MESSAGE ...]

Several messages are one conversation. `[按钮:下一步]` presses the button of that title.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evaluation.conversations.play import pressed, shown_payloads
from evaluation.conversations.said import Said

if TYPE_CHECKING:
    from evaluation.conversations.bot import Bot

_OF_PARSE = frozenset(
    {"intent", "entities", "answer_band", "choices", "further_requests", "situated_acts", "alarms", "operators"}
)


def main(messages: Sequence[str]) -> int:
    """Returns the exit status: 2 without a message."""
    if not messages:
        print(__doc__, file=sys.stderr)
        return 2
    from evaluation.conversations.bot import Bot  # noqa: PLC0415 - Rasa takes seconds to import

    bot = Bot()
    buttons: dict[str, str] = {}
    for message in messages:
        text = pressed(message, buttons)
        replies = _explain(bot, text)
        buttons = shown_payloads(replies) or buttons
    bot.close()
    return 0


def _explain(bot: Bot, text: str, sender: str = "explain") -> list[Said]:
    """Says the message, prints what became of it, and returns the replies."""
    parse = {name: value for name, value in bot.parse(text).items() if name in _OF_PARSE}
    replies = bot.says(sender, text)
    reading = next((reply.metadata["reading"] for reply in replies if reply.metadata.get("reading")), {})
    told = {
        "message": text,
        "parse": parse,
        "reading": {name: value for name, value in reading.items() if name != "others"},
        "runners_up": reading.get("others", []),
        "act": reading.get("act"),
        "replies": [_reply(reply) for reply in replies],
        "state": {name: value for name, value in bot.slots(sender).items() if value},
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return replies


def _reply(reply: Said) -> dict[str, Any]:
    metadata = {name: value for name, value in reply.metadata.items() if name != "reading"}
    return {name: value for name, value in {**asdict(reply), "metadata": metadata}.items() if value}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
