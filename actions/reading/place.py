"""Where the talk is: back to the step before, the place asked for, the end of the talk."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.dialogue.acts import CONTROL, SOCIAL, UNCLEAR, Act
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.questions import asks, ends_talk, goes_back, postpones
from actions.reading.reading import Reading, Source
from actions.reading.steps_meant import place_spoken_of
from language.text_normalization import normalize

_LONGEST = 14
_LONGEST_GO_ON = 6
_ASKED = 0.4
# Of titles, what names no matter of its own: 「账户」 is in two.
_VAGUE = frozenset({"账户", "保护", "找回", "排查", "登录", "回登", "户安", "查支"})
# 「刚才说到哪了」, 「到第几步了」, but not 「钱转到哪了」 nor 「在哪一步填」.
_WHERE = re.compile(
    "(?:说|弄|做|讲|搞|走|办|查|进行)到(?:哪|第几|什么地方)|到了?(?:哪|第几)[一个]?[步项条]"
    "|(?:现在|目前|这会儿?|刚才|刚刚|咱们?|我们?)[是在该]?[在到]?(?:哪|第几)[一个]?[步项条](?:了|啊|呀|呢|来着|吗)*$"
)
_UNDONE = re.compile(
    "(?:刚才|刚刚|上一?|前一?|前面|上面)(?:那|的|那一)?(?:个|步|一步).{0,3}(?:还没|没有?|冇)(?:做|弄|填|点|搞|整)?(?:完|好|成)"
)
# Whether there is more to come, and what it may still be.
_MORE = re.compile(
    "还有(?:吗|没有?$|么|别的(?:吗|没|步)|其他(?:吗|步)|几[步条个项]|[一下]?[步条个项](?:吗|没)|.{0,2}第.[步条个项])|就(?:只有?)?这(?:些|[几么].?[步条个])(?:吗|了|啊|么)?"
    "|[是到]最后一?[步个条项]|[一总]共(?:有|要)?几[步条个项]|后[面头](?:还有|没有?了)|(?:这就|都)?完了吗|还[剩差](?:几|多少)[步条个项]|还要几步"
)
_WHICH_LEFT = re.compile(
    "还(?:能|会|可能)是?(?:啥|什么|哪|因为)|还有(?:啥|什么|哪些?|哪几|别的|其他|其它)的?(?:个|项|样|种)?(?:原因|可能|问题|没)?|还剩(?:哪|什么|啥|几[项个样])|剩下的?(?:是|还有)?(?:啥|什么|哪)"
    "|那(?:到底|究竟)?(?:是|会是|是因为)(?:啥|什么|咋回事|怎么回事)"
)
# 「接着刚才的」, 「继续申诉吧」, 「回到密码那个」.
_BEFORE = re.compile("(?:继续|接着|回到|返回|回去)(?:弄|办|说|讲|做|看|来|搞)?(?:刚才|刚刚|之前|前面|上面|原来|先前)")
_BACK_TO = re.compile(
    "回去|返回|回到|倒回|退回|重新(?:说|讲)|再(?:说|讲)(?:说|讲|一遍|一下)?.{0,6}那.?步"
    "|(?:刚才|刚刚|前面|之前|上面).{0,14}(?:没|忘|漏)"
)
# 「那我让他自己弄」 needs no more help.
_LETS_THEM = re.compile(
    "(?:让|叫|喊|等)(?:他|她|我?[爸妈]|我?(?:老公|老婆|老伴|儿子|女儿|孩子)|人家)自己(?:来|去)?(?:弄|办|搞|整|做|打|说)?"
)
# Thanks for what was said, and nothing else: 「原来这样 谢谢」 reports nothing.
_TO_LAST = re.compile("(?:跳到|直接(?:到|看|说|跳到?)|去|看看?)(?:最后|末尾)(?:一|那)?(?:步|条|项|个|点)")
_ONLY_THANKS = re.compile(
    r"(?:好+的?|行|嗯+|哦+|噢+|喔|哈+|啊|原来(?:如此|这样|是这样)|这样啊?|明白|懂|知道|晓得|了解|清楚|够|可以|ok|okay|收到|得嘞|好嘞|那|就|先|也|都|了|啦|吧|呀|嘞)*"
    r"(?:谢+|谢了|多谢|感谢|非常|太|万分|thx|thanks|thankyou|3q|唔该|辛苦|你|您|哦|喔|了|啦|啊|呀|哈|哒|大佬|亲|小姐姐|美女|帅哥|客服)+"
)
_THANKS = re.compile("谢|thx|thank|3q|唔该|辛苦")
# What may be the end of the talk by itself.
_MAY_END = CONTROL | SOCIAL | UNCLEAR


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as about the place in a walkthrough, or as the end of the talk."""
    clear = replace(message, band=AnswerBand.ANSWER, choices=())
    if state.awaiting is Awaiting.DETAIL:
        return _resumed(context, state, act, clear)
    back = _back_to_step(context, state, act, clear)
    if back:
        return back
    named = _number_named(context, state, clear)
    if named:
        return named
    thanked = _thanks(context, state, clear)
    if thanked:
        return thanked
    if len(message.key) > _LONGEST or message.further_requests:
        return None
    left = _asks_for_rest(context, state, clear)
    if left:
        return left
    resumed = _resumed(context, state, act, clear)
    if resumed:
        return resumed
    if _WHERE.search(message.key) and (state.step or (state.walk is None and state.suspended)):
        return Reading(Source.REFERENCE, Act.REPEAT, clear, "asks for the place")
    if state.step > 1 and _UNDONE.search(message.key) and not asks(normalize(message.text)):
        return Reading(Source.REFERENCE, Act.PREVIOUS, clear, "the step before is not done")
    return _end(context, state, act, clear)


def _number_named(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the number of a check typed by itself, or the wish to see the last step."""
    topic = context.topic(state)
    if topic is None or not state.step or state.awaiting is not None or state.offer is not None:
        return None
    number = None
    if _TO_LAST.search(message.key):
        number = len(topic.steps)
    elif topic.kind == "diagnosis" and message.key.isdecimal() and 1 <= int(message.key) <= len(topic.steps):
        number = int(message.key)
    if number is None:
        return None
    plain = replace(message, intent="repeat_step", entities={"step_number": (str(number),)}, further_requests=())
    return Reading(Source.REFERENCE, Act.REPEAT, plain, f"wants to see step {number}")


def _thanks(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads bare thanks in a walkthrough: at its end they say that it has helped, before it they keep the place."""
    topic = context.topic(state)
    if topic is None or state.walk is None or not state.step or state.awaiting is not None:
        return None
    if not (_THANKS.search(message.key) and _ONLY_THANKS.fullmatch(message.key)):
        return None
    last = max(number for number, step in enumerate(topic.steps, 1) if not step.is_fallback)
    if topic.kind == "procedure" and state.step >= last:
        return Reading(Source.REFERENCE, Act.SOLVED, replace(message, intent="problem_solved"), "thanks at the end")
    arguments = {"response": "utter_welcome_in_walk", "stays": True}
    return Reading(Source.REFERENCE, Act.LET_BE, message, "thanks in between", arguments=arguments)


def _asks_for_rest(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the question how much is left, of the steps or of the causes."""
    topic = context.topic(state)
    is_menu = message.key in {folded(normalize(word)) for word in context.knowledge.wording.menu_words}
    if topic is None or not state.step or state.offer is Offer.CHOICE or is_menu:
        return None
    asked = message.acts.get("question", 0.0) >= _ASKED or asks(normalize(message.text))
    pattern = _WHICH_LEFT if topic.kind == "diagnosis" else _MORE
    if not asked or not (pattern.search(message.key) or _MORE.search(message.key)):
        return None
    return Reading(Source.REFERENCE, Act.STEPS_LEFT, message, "asks what is left")


def resumes(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message goes on with a walkthrough that was left."""
    reading = _resumed(context, state, act, message)
    return reading is not None and reading.act is Act.OPEN_TOPIC


def _resumed(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to go on with what was under way: where it stands, not a step further."""
    if not goes_back(message.key) or asks(normalize(message.text)) or act is Act.HUMAN:
        return None
    waiting = [walk.topic for walk in reversed(state.suspended)]
    open_topics = [state.topic] if state.topic else []
    for name in (*open_topics, *waiting):
        topic = context.knowledge.topics[name]
        titles = _bigrams(topic.title) | _bigrams(topic.menu.label if topic.menu else "")
        if name in message.matters() or any(title in message.key for title in titles):
            meant = Act.REPEAT if name == state.topic else Act.OPEN_TOPIC
            plain = replace(message, intent=name, further_requests=())
            return Reading(Source.REFERENCE, meant, plain, f"goes on with {name}")
    aside = (state.asked_about or "").partition("/")[0] not in ("", state.topic)
    was_left = state.walk is not None and (state.walk.interrupted or aside)
    if was_left and state.step and len(message.key) <= _LONGEST_GO_ON:
        # 「好 接着查」 after a question aside asks for the check that was left.
        return Reading(Source.REFERENCE, Act.REPEAT, replace(message, further_requests=()), "goes on where it was")
    if state.walk and state.awaiting is not Awaiting.WARNING and _BEFORE.search(message.key):
        return Reading(Source.REFERENCE, Act.REPEAT, replace(message, further_requests=()), "goes on where it was")
    return None


def _back_to_step(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to hear a step again that is named by what is done there (「回去说说传截图那步」)."""
    topic = context.topic(state)
    if topic is None or topic.kind != "procedure" or not state.step or act is Act.HUMAN:
        return None
    place = place_spoken_of(topic, state.step, message) if _BACK_TO.search(message.key) else None
    if place is None or place.number >= state.step:
        return None
    return Reading(Source.REFERENCE, Act.DONE, message, "back to a step", place.likeness, {"step": place.number})


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} - _VAGUE


def _end(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as the end of the talk; never while a human is waited for, nor after an alarm."""
    if state.walk is None and not state.alarms and act in _MAY_END and _LETS_THEM.search(message.key):
        is_declined = state.offer is Offer.HUMAN
        name = "utter_human_declined" if is_declined else "utter_acknowledge"
        return Reading(Source.REFERENCE, Act.LET_BE, message, "somebody else does it", arguments={"response": name})
    is_waiting = state.handed_over or message.is_queued
    if is_waiting or state.alarms or act not in _MAY_END or asks(normalize(message.text)):
        return None
    is_later = postpones(message.key)
    if not is_later and not ends_talk(message.key):
        return None
    if state.walk is None:
        is_free = state.offer in (None, Offer.RATING)
        return Reading(Source.REFERENCE, Act.GOODBYE, message, "ends the talk") if is_free else None
    if is_later:
        return Reading(Source.REFERENCE, Act.CANCEL, message, "puts it off")
    if any(word in message.key for word in context.knowledge.wording.thanks):
        act = Act.SOLVED if state.step else Act.CANCEL
        return Reading(Source.REFERENCE, act, message, "thanks and wants nothing else")
    return None
