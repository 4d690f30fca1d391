"""Details told once more: what was noted wrongly, or lost, is put right by whoever says it all again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.reading.names import name_in
from actions.reading.questions import asks, asks_at_end, says_again
from actions.reading.stories import tells
from actions.reading.values import accepted, details_said, joined, values_for
from language.text_normalization import normalize

_CLAUSE = re.compile(r"[\s,，。;；!！?？]+")
_TO_US = re.compile("[你您]|算了|完了|重新|再说")
_ROLE = re.compile("^(?:商家|商户|对方|店名|店家|收款人|卖家|名字)(?:名字)?(?:是|叫|:|：)?(?=.{2})")
_LONGEST_VALUE = 8
# So many of when, how much and whom, said again, are the whole of it.
_SEVERAL = 2


def retold(context: Context, topic: Topic, known: Mapping[str, str], message: UserMessage) -> dict[str, str]:
    """Returns when, how much and whom somebody tells who says all of it again; nothing when nobody does.

    Args:
        context: Knowledge and replies.
        topic: The topic that collects the details.
        known: What is noted already.
        message: The message.
    """
    facts = [detail for detail in topic.collected_details if detail.accepts != "story"]
    if message.is_payload or not says_again(message.key) or not any(detail.id in known for detail in facts):
        return {}
    clauses = [clause for clause in _CLAUSE.split(message.text) if clause and not _is_beside(clause)]
    rest = _of("，".join(clauses), message)
    kinds = {detail.id for detail in facts}
    said = {name: value for name, value in details_said(context, topic, rest).items() if name in kinds}
    for detail in facts:
        if detail.id not in said:
            said |= _bare(context, topic, detail.id, clauses, message)
    return said if len(said) >= _SEVERAL else {}


def _bare(context: Context, topic: Topic, name: str, clauses: list[str], message: UserMessage) -> dict[str, str]:
    """Returns the value of a detail that stands by itself between others (「550 李镪 上周五」)."""
    detail = next(detail for detail in topic.collected_details if detail.id == name)
    others = [other for other in topic.collected_details if other.accepts in ("time", "amount")]
    rejections = context.knowledge.wording.rejections
    for clause in clauses:
        if len(clause) > _LONGEST_VALUE or tells(clause):
            continue
        part = _of(clause, message)
        if detail.accepts == "name":
            is_taken = any(values_for(other, part, rejections, is_asked=True) for other in others)
            named = None if is_taken else name_in(clause)
            if named:
                return {name: _ROLE.sub("", named)}
            continue
        values = accepted(values_for(detail, part, rejections, is_asked=True))
        if values:
            return {name: joined(detail, values)}
    return {}


def _is_beside(clause: str) -> bool:
    plain = normalize(clause)
    return bool(_TO_US.search(plain)) or asks(plain) or asks_at_end(plain) or says_again(folded(plain))


def _of(text: str, message: UserMessage) -> UserMessage:
    return replace(message, text=text, key=folded(normalize(text)), clauses=(), entities={}, rejected={})
