"""What somebody corrects in the same breath: 「3号 哦不 4号」 tells the fourth."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.replacing import replace
from actions.knowledge.schema import CollectedDetail
from actions.reading.questions import asks
from actions.reading.values import accepted, values_for
from language.text_normalization import normalize

_BREATH = r"[\s,，.。…!！、~～-]*"
_RESTATED = re.compile(
    rf"^(?P<first>.*?\S)[\s,，.。…!！、~～-]+(?:哦|噢|啊|呃|额|哎|诶|唉)?{_BREATH}"
    "(?:(?<![是在])不对+|不是(?!我|他|她)|不+(?=[\\s,，])|等等|等下|等一下|慢着|(?:我)?(?:说|打|写|记|看|搞|弄|输)错(?:了|啦)?|错了|更正)"
    rf"(?:了|啊|呀|哈)?{_BREATH}(?:应该|其实|该|得|改成|要)?(?:是|写|叫|填)?(?:他|它|她)?(?:的)?(?:店名|名字)?{_BREATH}(?P<second>\S.*)$"
)
_KINDS = frozenset({"time", "amount", "name"})


def restated(wanted: CollectedDetail, message: UserMessage, rejections: Sequence[str]) -> UserMessage:
    """Returns the message with only what was said last, if both parts answer what is asked.

    Args:
        wanted: The detail that is asked for.
        message: The message.
        rejections: Words with which something is rejected.
    """
    found = _RESTATED.match(message.text.strip()) if wanted.accepts in _KINDS else None
    if found is None or asks(normalize(message.text)):
        return message
    parts = [_only(message, found[name].strip()) for name in ("first", "second")]
    values = [accepted(values_for(wanted, part, rejections, is_asked=True)) for part in parts]
    return parts[1] if all(values) else message


def _only(message: UserMessage, text: str) -> UserMessage:
    key = folded(normalize(text))
    return replace(message, text=text, key=key, clauses=(), entities={}, rejected={})
