"""Finds which of the details noted down a message corrects, and to what."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from actions.dialogue.messages import UserMessage
from actions.dialogue.state import Awaiting, DialogueState
from actions.dialogue.turn import Context
from actions.knowledge.schema import CollectedDetail
from actions.reading.amounts import amounts_in
from actions.reading.meant import meant_and_wrong
from actions.reading.names import name_in
from actions.reading.questions import asks
from actions.reading.stories import is_story
from actions.reading.times import changed_time
from actions.reading.values import Value, accepted, values_for
from language.text_normalization import normalize

# While a story is asked for, a longer message is the story itself even if it sounds like a command.
LONGEST_COMMAND = 10
_SURE = 0.6
_LONGEST_ELSEWHERE = 14
# 「情况说明我想重写一下」
_REWRITES = re.compile("(?:要|想|能|可以)(?:再)?重(?:新)?(?:写|填|打)")
_ASTRAY = re.compile("[说记讲搞弄]岔")
_EXPLICIT = re.compile(
    "[写打记说填弄搞选]错|改成|改为|改一下|改下|更正|纠正|修改|更改|搞混|弄混|讲错|" + _ASTRAY.pattern
)
_NEW_TEXT = re.compile(
    r"(?:[写打记说填弄搞]错了?|错了|不对|改成|改为|更正|纠正)[\s,，。]*(?:了|应该|是|叫|改成|为|[\s,，])*(?P<new>[^,，。\s].*)$"
    r"|(?:应该是|改成|改为|其实是)(?P<later>.+)$"
)


# 「不对 是130」, whatever is asked for.
_DENIES_FIRST = re.compile(
    r"^(?:啊|哦|诶|等等|等一?下|[\s,，])*(?:不对|错了|[说写搞弄]错了?)(?:[\s,，。!！]+(?:应该)?(?:是|叫|金额|时间|对方|改)|(?:应该)?是)"
    r"|^(?:啊|哦|呃|额|诶|哎)*(?:不|不对|错了)?[\s,，。]*(?:还是|改回|就是)(?=[上下周昨前今大礼星这本\d一二两三四五六七八九十])"
)
# 「说明里还是旧的 昨天下午398」 names what is not so any more.
_STILL_OLD = re.compile("(?:还是|是|都是|写的?)(?:旧|老|原来|以前)的?(?:啊|呀|呢|嘛)*(?=$|[\\s,，。;；!！])")
_TURNS_BACK = re.compile(r"^(?:啊|哦|噢|诶|哎|等等|等一?下)+[\s,，]*(?:不对|错了|[说写搞弄]错了?)[\s,，。!！]+")
# 「多收了我10块」 tells how much too much it was.
_DIFFERENCE = re.compile("多(?:收|扣|付|算|给|要|划|刷)|少(?:找|退|给|到)|差了?")
_OTHER_EVENT = re.compile(
    "(?:退(?:货|款|掉|回去)?|取消|发现|查到|看到|收到|联系|打电话|报警|投诉|注册)(?:的)?(?:那天|那日|日子|日期|时间|时候)?(?:应该)?(?:是|在)(?=[上下周昨前今大礼星这本0-9一二三四五六七八九十])"
)
_NEW_NAME = re.compile(
    r"^(?:还有|另外|然后|而且|再有|店名?|名字|对方|商家|收款人|也|的)*(?:应该)?(?:是|叫|改成|改为)(?P<name>.+)$"
)
# What of a name is too much: 「就五个字 阿芳小吃店」, 「前面多了几个字」.
_EXTENT = re.compile(
    r"[一二两三四五六七八九十几\d]个字|不要(?:前|后)面|(?:前|后)面.{0,4}(?:不要|去掉|删掉|多|不对)|多(?:了|记|写).{0,3}字|[少漏](?:了|写|记)?[个一]?.{0,2}字|去掉|删掉|只要|就叫"
)
# Said to the bot about its mistake, and no part of the name.
_REMARK = re.compile(r"^(?:你|您|不是|不要|别|前面|后面|多了|少了|没有|麻烦|谢|就[\S]{0,2}个字|其他|其它)")
_ALIKE = 0.5
_DATE = re.compile(r"^.*（(?P<date>.+)）$")
_CHANGES_IT = re.compile("(?:改|换)(?:成|一下|下|一?个)?|[写打留填说]错")
_OF_ACCOUNT = re.compile("绑|注册|登录|账户|账号|预留|验证码|密码")


# 「不叫这个 叫 暖暖的衣橱」
_NOT_THIS = re.compile(
    r"不(?:叫|是)(?:这个|那个|这|那)(?:名字|名)?[\s,，。]+(?:是|应该)?叫\s?(?P<name>[^\s,，。]{2,12})"
)
_NOT_BUT = re.compile(
    r"(?:不是|唔系|不叫)\s?(?P<wrong>[^\s,，。是]{2,8})[\s,，]*(?:而?是|叫)\s?(?P<right>[^\s,，。]{2,12})"
)


def correctable(context: Context, state: DialogueState) -> tuple[CollectedDetail, ...]:
    """Returns the details that have been noted down, in any topic, those of the topic at hand first."""
    topics = sorted(context.knowledge.topics.values(), key=lambda topic: topic.id != state.topic)
    details = [*(d for topic in topics for d in topic.collected_details), *context.knowledge.wording.contact_details]
    return tuple(detail for detail in details if detail.id in state.collected_details)


def changes_in(
    context: Context, state: DialogueState, message: UserMessage, *, is_correction: bool = False
) -> dict[str, str]:
    """Returns the new values by detail, {} when the message corrects none.

    Args:
        context: Knowledge and replies.
        state: The state before the message.
        message: The message.
        is_correction: Whether it is known to be one.
    """
    meant, wrong = meant_and_wrong(message.text)
    is_marked = is_correction or _is_marked(message) or _tells_extent(context, state, message)
    known, topic = correctable(context, state), context.topic(state)
    noted = [re.escape(normalize(state.collected_details[detail.id].split("（")[0])) for detail in known]
    is_marked = is_marked or bool(
        noted and re.search(rf"(?:不是|唔系)\s?(?:{'|'.join(noted)})", normalize(message.text))
    )
    if not known or message.is_payload or asks(normalize(message.text)):
        return {}
    changes = {}
    for detail in known:
        values = values_for(
            detail, message, context.knowledge.wording.rejections, is_asked=is_marked and not _is_text(detail)
        )
        current = state.collected_details[detail.id]
        if detail.accepts == "amount" and _DIFFERENCE.search(message.key):
            continue
        if detail.accepts == "time" and _OTHER_EVENT.search(message.key):
            # 「退货那天是上周六」 is no time of the payment.
            continue
        denies = _denies(current, values, message, is_name=detail.accepts == "name") or bool(
            wrong and detail.accepts == "name" and current in wrong
        )
        states = _states(detail, message) and bool(topic and detail in topic.collected_details)
        if not (denies or states or (is_marked and _may_correct(context, state, message, detail))):
            continue
        new = _new_value(detail, values, current, message, known)
        if meant and wrong and detail.accepts == "name":
            new = name_in(meant)
        if new and new != current and (_is_text(detail) or not finds_old(state, message)):
            changes[detail.id] = new
    return changes


def finds_old(state: DialogueState, message: UserMessage) -> bool:
    """Whether the message says that what is noted is still as it was (「说明里还是旧的啊」)."""
    is_short_of_new = not _NEW_TEXT.search(message.text)
    return bool(state.collected_details) and is_short_of_new and bool(_STILL_OLD.search(normalize(message.text)))


def says_wrong(context: Context, state: DialogueState, clause: str) -> bool:
    """Whether a clause says of a noted detail, by its name, that it is wrong (「金额不对」, 「哦时间也错了」)."""
    text = normalize(clause)
    names = {name for detail in correctable(context, state) for name in detail.names}
    return any(re.search(rf"{re.escape(name)}.{{0,3}}(?:不对|错|有误|弄混|搞混|得改|要改)", text) for name in names)


def turns_back(text: str) -> bool:
    """Whether a text takes back, in its first word, what was told before (「哦不对 金额是80」)."""
    return bool(_TURNS_BACK.match(normalize(text)))


def to_be_changed(context: Context, state: DialogueState, message: UserMessage) -> CollectedDetail | None:
    """Returns the detail that the message wants changed without saying to what (「改一下金额」)."""
    left = _contact_to_change(context, state, message)
    if left:
        return left
    if message.is_payload or not _is_marked(message) or _DIFFERENCE.search(message.key):
        # 「就是金额不对 多扣了54」 tells what is wrong with the payment.
        return None
    named = [detail for detail in correctable(context, state) if any(name in message.text for name in detail.names)]
    if not named or (is_story_asked(context, state) and not _EXPLICIT.search(normalize(message.text))):
        return None
    return named[0] if len(message.key) <= _LONGEST_ELSEWHERE else None


def _contact_to_change(context: Context, state: DialogueState, message: UserMessage) -> CollectedDetail | None:
    """Returns the contact left in this talk that is to be another (「手机号我要改一个」).

    Who speaks of what is bound to the account means another matter.
    """
    if message.is_payload or len(message.key) > _LONGEST_ELSEWHERE or _OF_ACCOUNT.search(message.key):
        return None
    if not _CHANGES_IT.search(message.key):
        return None
    contacts = context.knowledge.wording.contact_details
    noted = (detail for detail in contacts if detail.id in state.collected_details)
    return next((detail for detail in noted if any(name in message.text for name in detail.names)), None)


def is_story_asked(context: Context, state: DialogueState) -> bool:
    """Whether a story is asked for, so that much of what sounds like a correction is a part of it."""
    topic = context.topic(state)
    if state.awaiting is not Awaiting.DETAIL or topic is None or state.walk is None:
        return False
    return any(d.id == state.walk.requested_detail and d.accepts == "story" for d in topic.collected_details)


def _is_marked(message: UserMessage) -> bool:
    return (
        "correction" in message.entities
        or bool(_DENIES_FIRST.search(normalize(message.text)))
        or bool(_REWRITES.search(message.key))
        or bool(_ASTRAY.search(message.key) or _NOT_THIS.search(normalize(message.text)))
        or message.acts.get("correction", 0.0) >= _SURE
    )


def _tells_extent(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether the message says how much of a noted name is right (「就五个字 阿芳小吃店 不要后面的」)."""
    if not _EXTENT.search(message.key):
        return False
    names = [d for d in correctable(context, state) if d.accepts == "name"]
    return any(_part_meant(state.collected_details[detail.id], message.text) for detail in names)


def _part_meant(current: str, text: str) -> str | None:
    """Returns the clause of a text that is what a noted name should have been: a part of it, or much like it."""
    clauses = [_plain_name(clause) for clause in re.split(r"[\s,，。;；!！]+", text) if clause]
    candidates = [c for c in clauses if c and len(c) > 1 and not _REMARK.match(c) and c != current]
    scores = [(SequenceMatcher(None, c, current).ratio() if c not in current else 1.0, len(c), c) for c in candidates]
    likeness, _, best = max(scores, default=(0.0, 0, None))
    return best if likeness >= _ALIKE else None


def _plain_name(clause: str) -> str:
    return re.sub(r"^(?:就叫|就是|只要|叫|是)|[“”\"「」的]", "", clause)


def _states(detail: CollectedDetail, message: UserMessage) -> bool:
    """Whether the message says of a detail by its name what it is (「时间是大前天 你没改」)."""
    if detail.accepts not in ("time", "amount"):
        return False
    text = normalize(message.text)
    return any(re.search(rf"{re.escape(name)}(?:应该|其实|就|要)?(?:是|为|改|:|：)", text) for name in detail.names)


def _is_text(detail: CollectedDetail) -> bool:
    return detail.accepts in ("name", "story")


def _denies(current: str, values: list[Value], message: UserMessage, *, is_name: bool = False) -> bool:
    words = current.split("（", maxsplit=1)[0]
    if any(value.is_rejected and value.text.split("（")[0] in words for value in values):
        return True
    if re.search(rf"(?:不是|唔系|不叫){re.escape(normalize(words))}", normalize(message.text)):
        return True
    # 「不是老王是老黄烧烤」 denies the part that is wrong.
    part = _NOT_BUT.search(normalize(message.text))
    is_part = bool(part and part["wrong"] in normalize(words))
    return is_part and (is_name or bool(part and part["right"][-1:] == normalize(words)[-1:]))


def _may_correct(context: Context, state: DialogueState, message: UserMessage, detail: CollectedDetail) -> bool:
    is_explicit = bool(_EXPLICIT.search(normalize(message.text)) or _DENIES_FIRST.search(normalize(message.text)))
    if is_story_asked(context, state):
        names_wrong = any(re.search(rf"{name}.{{0,3}}(?:不对|错|有误|弄混)", message.key) for name in detail.names)
        return (is_explicit or names_wrong) and len(message.key) <= _LONGEST_ELSEWHERE
    topic = context.topic(state)
    if topic is not None and detail in topic.collected_details:
        return True
    names_it = any(name in message.text for name in detail.names)
    return names_it or ((is_explicit or topic is None) and len(message.key) <= _LONGEST_ELSEWHERE)


def _new_value(
    detail: CollectedDetail,
    values: list[Value],
    current: str,
    message: UserMessage,
    known: tuple[CollectedDetail, ...],
) -> str | None:
    if _is_text(detail):
        return _new_text(detail, current, message, known)
    candidates = [value for value in accepted(values) if value != current]
    if detail.accepts == "time" and len({_DATE.sub(r"\g<date>", value) for value in candidates}) == 1:
        # 「是前天 前天晚上九点」 says the day twice.
        candidates = [max(candidates, key=len)]
    if len(candidates) != 1:
        return None
    if detail.accepts == "time":
        wrong = [value.text for value in values if value.is_rejected]
        return changed_time(current, candidates[0], wrong, message.said_at)
    return candidates[0]


def _new_text(
    detail: CollectedDetail, current: str, message: UserMessage, known: tuple[CollectedDetail, ...]
) -> str | None:
    text = message.text.strip()
    parts = (part for part in _NOT_BUT.finditer(text) if part["wrong"] in current or current in part["wrong"])
    part = next(parts, None)
    if part and detail.accepts == "name":
        # 「不是500 是550，也不是李强，是李镪」 corrects two.
        return name_in(part["right"])
    denied = re.search(rf"(?:不是|唔系|不叫)\s?{re.escape(current)}", text)
    if denied and detail.accepts == "name":
        rest = re.sub(r"^(?:啊|哦|诶|不对|错了|[\s,，])+|[\s,，]+$", "", text.replace(denied.group(), " ")).strip()
        return name_in(rest)
    names_it = any(name in text for name in detail.names)
    names_other = any(name in text for other in known if other is not detail for name in other.names)
    if detail.accepts == "name" and _EXTENT.search(message.key) and (meant := _part_meant(current, text)):
        return meant
    if detail.accepts == "name" and (called := _NOT_THIS.search(text)):
        return name_in(called["name"])
    match = _NEW_TEXT.search(text)
    if match is None or names_other or not (names_it or detail.accepts == "name"):
        return None
    new = (match.group("new") or match.group("later")).strip()
    if detail.accepts == "story":
        return new if is_story(new) else None
    if _DENIES_FIRST.search(normalize(text)):
        # 「不对 是130 还有是李家面馆」 corrects two.
        clauses = filter(None, map(_NEW_NAME.match, re.split(r"[\s,，。;；]+", text)))
        named = (clause["name"] for clause in clauses if not amounts_in(clause["name"], is_asked=True))
        return next(filter(None, (name_in(f"是{name}") for name in named)), None)
    return name_in(f"是{_without_remarks(new)}")


def _without_remarks(name: str) -> str:
    """Returns a new name without what is said to the bot after it (「是阿芳小吃 你前面多了几个字」)."""
    first, *others = re.split(r"[\s,，。;；]+", name)
    kept = [first]
    for clause in others:
        if _REMARK.match(clause):
            break
        kept.append(clause)
    return " ".join(kept)
