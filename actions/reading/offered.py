"""What was offered: a typed label is its button, an ordinal points into a list that was shown."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher

from actions.dialogue.acts import Act, act_of
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, ListedOption, Offer
from actions.dialogue.turn import Context
from actions.incoming import syllables_of
from actions.knowledge.faqs import named_intent
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

# A typed label may have a typo; a shorter one would be another word with it.
_SIMILAR, _SHORTEST_SIMILAR = 0.86, 4
# A label with one of these says something else than without.
_TURNING = "不没别吗嘛呢么"
_CONSENT = "explicit_consent"
_PAYLOAD = re.compile(r"/(\w+)\s*({.*})?\s*", re.DOTALL)
_POINTER = re.compile(r"第([一二两三四五六七八九十\d①②③④⑤⑥⑦⑧])(?:个|种|项|条|样|件|号|点)?")
_POINTER_SEVERAL = re.compile(r"第([一二两三四五六七八九十\d])(?:个|种|项|条|样|步)")
_LAST = re.compile(r"(?:最后|末尾)(?:(?:一|那)(?:个|种|项|条|样|件)?|(?:个|种|项|条|样|件)|的?(?=$|[吧呢啊怎咋]))")
_LATTER = re.compile(r"(?<![然最之以])后面?(?:那|一)(?:个|种|项|条|样|件)")
_FORMER = re.compile(r"(?<![之以目])前面?(?:那|一)(?:个|种|项|条|样|件)")
_NUMBERS = {**dict(zip("一二三四五六七八九十", range(1, 11), strict=True)), "两": 2}
_NUMBERS |= dict(zip("①②③④⑤⑥⑦⑧", range(1, 9), strict=True))
# 「还有第六条吗」 asks whether there is one; 「密码第二步」 is a step, and 「第三年了」 none of a list.
_NO_POINTER = re.compile(
    r"(?:还有|有没有|有无|还会有).{0,2}第|第[一二两三四五六七八九十\d](?:步|年|天|次|遍|回|周|月|季|代|名|医院|人民|中学|小学)"
)
_OF_STEP, _REPORTS = ("done", "arrived", "trouble"), 0.6
_OF_CHECK, _TELLS = ("ruled_out", "cause_confirmed"), 0.8
_LEAVES = re.compile("不(?:查|弄|看|做|搞|办)了|算了|先不")
_BARE = re.compile(
    r"(?:选|我选|就|要|第|那|先|弄|说|讲|看|办|来|搞|做)*([一二两三四五六七八\d①②③④⑤⑥⑦⑧])(?:个|号|项)?(?:先)?(?:答|说|讲|看|弄|办|来)?(?:吧|呢)?"
)
# An amount, a time or a count has a unit; it points to nothing.
_SEVERAL = re.compile(
    r"[一二两三四五六七八九十\d](?:个|件)(?:小时|钟头|月|星期|礼拜|工作日|字|人|码|号|手机|账号|账户|东西|商品)"
)


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as one of the things that the screen shows."""
    label = label_typed(state, message)
    if label:
        return _pressed(context, label, message, f"typed the label {label.title}")
    option, evidence = _pointed_at(context, state, message)
    if option is None:
        return None
    reading = _pressed(context, option, message, evidence)
    waits = {walk.topic for walk in state.suspended}
    if reading and reading.message.intent in waits and not reading.message.entities:
        # 「算了 先第一个吧」 takes up what was left rather than begin it anew.
        return replace(reading, message=replace(reading.message, text=message.text, is_payload=False))
    return reading


def label_typed(state: DialogueState, message: UserMessage) -> ListedOption | None:
    """Returns the button whose label was typed: the same, the same sound, or nearly the same."""
    keys = [(option, folded(normalize(option.title))) for option in state.shown]
    for option, key in keys:
        if key and key == message.key:
            return option
    if len(message.key) < 2:
        return None
    # 「说不准」 is enough for 「说不准，一项一项查」. A consent is never half said.
    for option in state.shown:
        if _CONSENT not in option.payload and folded(normalize(option.title.split("，")[0])) == message.key:
            return option
    # Typed pinyin may be cut into other syllables, above all beside latin letters (「APP nei ke fu」).
    sound = "".join(message.syllables)
    for option, _ in keys:
        if sound and sound == "".join(syllables_of(option.title)):
            return option
    if len(message.key) < _SHORTEST_SIMILAR:
        return None
    scores = [(SequenceMatcher(None, key, message.key).ratio(), option) for option, key in keys if key]
    best = max(scores, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= _SIMILAR and _is_meant(best[1], message) else None


def option_meant(context: Context, state: DialogueState, message: UserMessage) -> ListedOption | None:
    """Returns what was offered and is typed by its label, or pointed at in the list that is on the screen."""
    label = label_typed(state, message)
    if label or not state.list_is_fresh:
        return label
    return _pointed_at(context, state, message)[0]


def _is_meant(option: ListedOption | None, message: UserMessage) -> bool:
    # 「可以付了」 and 「不可以付了」 are alike, and 「确定要注销吗」 asks. A consent is never guessed.
    if option is None or _CONSENT in option.payload:
        return False
    return all((sign in option.title) == (sign in message.key) for sign in _TURNING)


_OF_CHECKS = re.compile("第[一二两三四五\\d](?:项|条|样|个?原因|种原因|个可能)")
_OF_STEPS = re.compile("第[一二两三四五六七八\\d](?:条|项|件|点)")


def _pointed_at(context: Context, state: DialogueState, message: UserMessage) -> tuple[ListedOption | None, str]:
    if not state.lists or state.offer is Offer.RATING or _SEVERAL.search(message.key):
        return None, ""
    if state.awaiting is Awaiting.DETAIL and len(message.key) < 3:
        return None, ""
    if state.walk and len(set(_POINTER_SEVERAL.findall(message.key))) > 1:
        # 「第四个第五个直接告诉我」 wants both.
        return None, ""
    number = _number(context, state, message)
    if number is None or _NO_POINTER.search(message.key):
        return None, ""
    if state.step and not state.list_is_fresh and any(message.acts.get(name, 0.0) >= _REPORTS for name in _OF_STEP):
        # 「行第二个对了」 reports what is on the screen.
        return None, ""
    topic = context.topic(state)
    if state.step and any(message.acts.get(name, 0.0) >= _TELLS for name in _OF_CHECK):
        # 「第一样没问题」 tells how it stands.
        return None, ""
    if topic and state.step and not state.list_is_fresh and topic.entity in message.entities:
        # 「第二个，两步验证」 names a step of what is under way, not what an older list has in that place.
        return None, ""
    newest = state.lists[0]
    parts = _OF_CHECKS if topic is not None and topic.kind == "diagnosis" else _OF_STEPS
    is_own = topic is not None and state.step > 0 and parts.search(message.key)
    if is_own and not state.list_is_fresh:
        # 「第五项是啥」 is a check, 「第二条展开讲讲」 a step of what is under way.
        return None, ""
    if topic and _LEAVES.search(message.key):
        # 「先不弄这个 讲第三个」 points beyond what is left.
        own = f"/{topic.id}{{"
        newest = next((shown for shown in state.lists if not any(o.payload.startswith(own) for o in shown)), newest)
    if number < 0:
        number += len(newest) + 1
    if not 1 <= number <= len(newest):
        return None, ""
    return newest[number - 1], f"points to {newest[number - 1].title}, number {number} of the list"


def _number(context: Context, state: DialogueState, message: UserMessage) -> int | None:
    if state.list_is_fresh and (bare := _BARE.fullmatch(message.key)):
        return _value(bare.group(1))
    if "第" not in message.key and not state.list_is_fresh:
        return _from_the_ends(state, message)
    # 「最后一个」 has 「一个」 in it.
    at_end = _from_the_ends(state, message) if "第" not in message.key else None
    if at_end is not None:
        return at_end
    pointer = _POINTER.search(message.key)
    if pointer and (pointer.group().startswith("第") or state.list_is_fresh):
        return _value(pointer.group(1))
    return _from_the_ends(state, message)


def _from_the_ends(state: DialogueState, message: UserMessage) -> int | None:
    if len(message.key) > 12:
        return None
    if _LATTER.search(message.key) or (state.list_is_fresh and _LAST.search(message.key)):
        return -1
    return 1 if _FORMER.search(message.key) else None


def _value(sign: str) -> int:
    return int(sign) if sign.isdecimal() else _NUMBERS[sign]


def _pressed(context: Context, option: ListedOption, message: UserMessage, evidence: str) -> Reading | None:
    pressed = as_pressed(option.payload, message)
    if pressed is None:
        return None
    return Reading(Source.OFFERED, act_of(pressed.intent, context.knowledge), pressed, evidence)


def as_pressed(payload: str, message: UserMessage) -> UserMessage | None:
    """Returns the message as if the button with this payload had been pressed; None when it is no payload."""
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        return None
    found = json.loads(match.group(2)) if match.group(2) else {}
    entities = {
        name: tuple(map(str, value)) if isinstance(value, list) else (str(value),) for name, value in found.items()
    }
    return replace(
        message,
        intent=named_intent(match.group(1), entities),
        text=payload,
        entities=entities,
        rejected={},
        is_payload=True,
        confidence=1.0,
        band=AnswerBand.ANSWER,
        choices=(),
        further_requests=(),
    )
