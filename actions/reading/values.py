"""What a message contains of the details that can be noted, by what each accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actions.dialogue.messages import UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.knowledge.schema import CollectedDetail
from actions.reading.amounts import amounts_in
from actions.reading.names import is_framed, name_in, name_in_story, remembered
from actions.reading.questions import asks, asks_at_end
from actions.reading.stories import is_story, tells, tells_of_payment
from actions.reading.times import times_in
from language.text_normalization import normalize

_LONGEST = 200
# A phone number arrives masked by the gateway.
_PHONE = re.compile(r"(?<![\d*])1[3-9]\d(?:\d{8}|\*{2,6}\d{2,4})(?![\d*])")
_EMAIL = re.compile(r"[a-z0-9._+*-]+@[a-z0-9*-]+(?:\.[a-z0-9*-]+)+")
# Right after a value, these say that it is wrong: 「昨天打错了是前天」.
# What was entered wrongly was the number of an account: 「800，打错了一位」.
_WRONG_AFTER = re.compile(
    r"^.{0,2}?(?:打错|写错|说错|记错|填错|弄错|搞错|错了|不对)(?!了?[一两几]?[个位]?(?:数字|数|位|号|卡|账|人|字))"
)
# After 「不对 是389」 it is said of the value before: 「我看错了」.
_MINE_AFTER = re.compile(r"^[\s,，]*(?:刚才|刚刚|前面|之前)?我(?:刚才|刚刚|前面|之前)?[看打写说记填弄搞]错")
_NOW_TOLD = re.compile(r"(?:不对|错了)[\s,，]*(?:应该)?是[^\s,，]{0,3}$")
# What should have been paid, beside what was.
_SHOULD_BE = re.compile(
    r"(?:(?:本来|原来|开始|当时|明明|下单时?|页面上?)(?:说|讲|谈|标|写|显示)(?:好|的|是|定)*|(?:应该|本来|本该|原本|明明|正常|实际应该?|讲好|说好)(?:只|就|是|的)*(?:扣|付|收|花|要|给|转|买)(?:的|了)?(?:是|我)?|标价|原价|单价|价格是|价签|写的是?)\s?$"
)
_MOST_PARTS = 6
_FIRM = re.compile(
    r"[^\W\d_]{2,8}(?:店|超市|商行|公司|餐厅|饭馆|面馆|馆|坊|商城|便利|酒店|宾馆|药房|市场|出行|外卖|科技|网络|数码|服饰|会员|平台|旅行|影城|健身)"
)
_PARTS = re.compile(r"[\s,，、;；。]+")
_BARE_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,2})?")
# Said to the bot, or about the form, and no part of what happened.
_NO_STORY = re.compile(
    "申诉|投诉|人工|客服|你|您|帮我|看到了|找到了|刚说|说了|说过|重新|记下|记一下|就这样|谢|快点|不对|错了"
)
_SEVERAL, _SHORTEST_STORY = 2, 4
_LEAST_BESIDE_VALUE = 6
_NAME_ONLY = re.compile(r"[^\W\d_]{2,}(?<![吧呢啊呀的了吗吃付扣])")
_SEPARATOR = "、"
_LONGEST_PLAIN_NAME = 6
_SHORTEST_NAME = 2
_PLACE = re.compile(r"(?:就?是)?在(?P<name>[^\s,，。里家这那哪我你他]{2,8})")


@dataclass(frozen=True)
class Value:
    """A value for a detail as it is to be noted, and whether the message names it only as wrong."""

    text: str
    is_rejected: bool = False


def values_for(
    detail: CollectedDetail, message: UserMessage, rejections: Sequence[str], *, is_asked: bool = False
) -> list[Value]:
    """Returns what the message says that fits a detail, in its order.

    Args:
        detail: What is to be noted.
        message: The message.
        rejections: Words right before a value that say that it is wrong.
        is_asked: Whether the message answers the question for this detail.
    """
    if message.is_payload:
        found = []
    elif detail.accepts == "time":
        found = [
            (f"{time.words}（{time.date}）" if time.date else time.words, time.start, time.end)
            for time in times_in(message.text, message.said_at, is_asked=is_asked)
        ]
    elif detail.accepts == "amount":
        rest = _without_times(message)
        amounts = amounts_in(rest, is_asked=is_asked) or amounts_in(rest, in_story=tells_of_payment(rest))
        found = [(a.value, a.start, a.end) for a in amounts]
    elif detail.accepts in ("phone", "email"):
        pattern = _PHONE if detail.accepts == "phone" else _EMAIL
        found = [(match.group(), match.start(), match.end()) for match in pattern.finditer(normalize(message.text))]
    else:
        text = _text_for(detail, message, is_asked=is_asked)
        return [Value(text)] if text else []
    plain = normalize(message.text)
    values = [Value(text, _is_rejected(plain, start, end, rejections)) for text, start, end in found]
    if detail.accepts == "amount" and len(found) > 1 and any(text.startswith("不到") for text, _, _ in found):
        # 「二十几块 反正不到三十」 tells its bound beside it.
        kept = [number for number, (text, _, _) in enumerate(found) if not text.startswith("不到")]
        if kept:
            found, values = [found[number] for number in kept], [values[number] for number in kept]
    if detail.accepts == "amount" and len(found) > 1:
        # 「应该扣39 扣了93」
        should = [bool(_SHOULD_BE.search(plain[:start])) for _, start, _ in found]
        if not all(should):
            pairs = zip(values, should, strict=True)
            values = [replace(value, is_rejected=value.is_rejected or wished) for value, wished in pairs]
    return list(dict.fromkeys(values)) or _of_entity(detail, message)


def accepted(values: Iterable[Value]) -> list[str]:
    """Returns the values that are not rejected."""
    return [value.text for value in values if not value.is_rejected]


def joined(detail: CollectedDetail, values: Sequence[str]) -> str:
    """Returns what is noted when a message gives these values for one detail."""
    if detail.accepts == "amount":
        return _SEPARATOR.join(values[:3])
    return values[0]


def _text_for(detail: CollectedDetail, message: UserMessage, *, is_asked: bool) -> str | None:
    text = message.text.strip()[:_LONGEST]
    if asks_at_end(normalize(text)):
        # 「聊天记录算证据不」 is no detail; what is told before it may be one.
        text = "，".join(clause for clause in re.split(r"[\s,，。;；]+", text) if not asks_at_end(normalize(clause)))
        if not is_asked and not tells(text):
            return None
    if detail.accepts == "name":
        text = remembered(text)
        if not is_asked and (place := _PLACE.fullmatch(normalize(text).strip())):
            # 「在瑞幸」, whatever was asked.
            return name_in(text[place.start("name") : place.end("name")])
        in_story = name_in_story(text) if len(text) > _LONGEST_PLAIN_NAME or tells(text) else None
        if in_story or not (is_asked or is_framed(text)):
            return in_story
        return None if tells(text) and not is_framed(text) else name_in(text)
    if not is_asked and asks(normalize(text)):
        clauses = [clause for clause in re.split(r"[\s,，。;；]+", text) if not asks(normalize(clause))]
        text = "，".join(clause for clause in clauses if clause)
    if asks(normalize(text)):
        return None
    if is_asked:
        return text if is_story(text) else None
    return text if tells(text) and is_story(text) else None


def _of_entity(detail: CollectedDetail, message: UserMessage) -> list[Value]:
    rejected = message.rejected.get(detail.entity or "", ())
    return [Value(text, text in rejected) for text in message.entities.get(detail.entity or "", ())]


def _without_times(message: UserMessage) -> str:
    text = message.text
    for time in times_in(text, None):
        if not re.fullmatch(r"[\d.]+", time.words):
            text = text[: time.start] + "，" * (time.end - time.start) + text[time.end :]
    return text


def _is_rejected(plain: str, start: int, end: int, rejections: Sequence[str]) -> bool:
    before, after = plain[:start], plain[end:]
    if _MINE_AFTER.match(after) and _NOW_TOLD.search(before):
        return False
    return before.rstrip().endswith(tuple(rejections)) or bool(_WRONG_AFTER.match(after))


def details_said(
    context: Context, topic: Topic, message: UserMessage, wanted: CollectedDetail | None = None
) -> dict[str, str]:
    """Returns what a message tells of the details of a topic, by id; values that it rejects are none.

    Args:
        context: Knowledge and replies.
        topic: The topic that collects the details.
        message: The message.
        wanted: The detail that was asked for.
    """
    said = {}
    for detail in topic.collected_details:
        values = accepted(values_for(detail, message, context.knowledge.wording.rejections, is_asked=detail is wanted))
        if values:
            said[detail.id] = joined(detail, values)
    if wanted is not None and wanted.accepts == "name" and len(said) > 1:
        # 「有一笔19块9的 前天的 不认得」 is no name.
        whole = len([part for part in _PARTS.split(message.text.strip()) if part]) > 1
        if whole and said.get(wanted.id, "") == message.text.strip():
            del said[wanted.id]
    if wanted is not None:
        said = {**_amount_beside(topic, message, said), **said}
        said = {**_name_beside(context, topic, message, said), **said}
    if wanted is not None or any(detail.accepts == "story" and detail.id in said for detail in topic.collected_details):
        said |= _story_beside(topic, message, said)
    return said


def _amount_beside(topic: Topic, message: UserMessage, said: dict[str, str]) -> dict[str, str]:
    """Returns the bare number that stands by itself beside another detail (「大前天晚上七点 88 商家是…」)."""
    amount = next((detail for detail in topic.collected_details if detail.accepts == "amount"), None)
    if amount is None or amount.id in said or not said:
        return {}
    bare = [part for part in _PARTS.split(message.text.strip()) if _BARE_NUMBER.fullmatch(part)]
    found = amounts_in(bare[0], is_asked=True) if len(bare) == 1 else []
    return {amount.id: found[0].value} if found else {}


def _story_beside(topic: Topic, message: UserMessage, said: dict[str, str]) -> dict[str, str]:
    """Returns what went wrong as it is told beside several other details (「…，点了两杯只给一杯」)."""
    story = next((detail for detail in topic.collected_details if detail.accepts == "story"), None)
    others = {name: value for name, value in said.items() if story is None or name != story.id}
    if story is None or len(others) < _SEVERAL or asks(normalize(message.text)):
        return {}
    names = [said[detail.id] for detail in topic.collected_details if detail.accepts == "name" and detail.id in said]
    left = [
        part
        for part in _PARTS.split(message.text.strip())
        if part and not _is_value(part, names) and not _NO_STORY.search(normalize(part))
    ]
    text = "，".join(left)
    return {story.id: text} if len(text) >= _SHORTEST_STORY and is_story(text) and tells(text) else {}


def _is_value(part: str, names: Sequence[str]) -> bool:
    """Whether a part of a message says little more than a time, an amount, or a name."""
    if tells(part):
        return False
    spans = [time.end - time.start for time in times_in(part, None)]
    spans += [amount.end - amount.start for amount in amounts_in(part, is_asked=True)]
    spans += [len(name) for name in names if name in part]
    return bool(spans) and len(part) - sum(spans) <= _LEAST_BESIDE_VALUE


def _name_beside(context: Context, topic: Topic, message: UserMessage, said: dict[str, str]) -> dict[str, str]:
    """Returns the name that stands by itself among other details (「昨天晚上 45 美团」)."""
    named = next((detail for detail in topic.collected_details if detail.accepts == "name"), None)
    parts = [part for part in re.split(r"[\s,，、;；]+", message.text.strip()) if part]
    if named is None or named.id in said or not 1 < len(parts) <= _MOST_PARTS:
        return {}
    words = {word for detail in topic.collected_details for word in detail.names}
    parts = [part for part in parts if normalize(part) not in words]
    rest = [part for part in parts if not times_in(part, None) and not amounts_in(part, is_asked=True)]
    # 「300多 美团的」
    rest = [re.sub("(?:上|里|那边)?的$|上$", "", part) if len(part) > _SHORTEST_NAME else part for part in rest]
    firms = [part for part in rest if _FIRM.fullmatch(part)]
    # 「滴答出行 打了个车」
    rest = firms if len(firms) == 1 else rest
    if len(rest) != 1 or len(rest[0]) > _LONGEST_PLAIN_NAME or tells(rest[0]) or not _NAME_ONLY.fullmatch(rest[0]):
        return {}
    place = _PLACE.fullmatch(rest[0])
    name = name_in(place["name"] if place else rest[0])
    return {named.id: name} if name else {}
