"""Where the talk is: back to the step before, the place asked for, the end of the talk."""

from __future__ import annotations

import re

from actions.dialogue.acts import CONTROL, SOCIAL, UNCLEAR, Act
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.repair import small_talk_of
from actions.dialogue.replacing import replace
from actions.dialogue.state import AttemptOutcome, Awaiting, DialogueState, Offer
from actions.dialogue.steps import last_step
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.reading.causes import named
from actions.reading.questions import asks, ends_talk, excepts, goes_back, hurries, names_human, postpones
from actions.reading.reading import Reading, Source
from actions.reading.reports import tells_progress
from actions.reading.steps_meant import place_spoken_of
from language.text_normalization import normalize

_LONGEST = 14
_LONGEST_FAREWELL = 20
_TELLS = 0.5
_LONGEST_GO_ON, _LONGEST_RETURN = 6, 9
_ASKED = 0.4
# Of titles, what names no matter of its own: 「账户」 is in two.
_VAGUE = frozenset({"账户", "保护", "找回", "排查", "登录", "回登", "户安", "查支"})
# 「刚才说到哪了」, 「到第几步了」, but not 「钱转到哪了」 nor 「在哪一步填」.
_WHERE = re.compile(
    "回来了?.{0,4}到哪(?:儿|里)?(?:了|一步)|(?:说|弄|做|讲|搞|走|办|查|进行)到(?:哪|第几|什么地方)|到了?(?:哪|第几)[一个]?[步项条]"
    "|(?:现在|目前|这会儿?|刚才|刚刚|咱们?|我们?)[是在该]?[在到]?(?:哪|第几)[一个]?[步项条](?:了|啊|呀|呢|来着|吗)*$"
    "|(?:刚才?|刚刚|咱们?|我们?|现在|目前)+到哪(?:儿|里)?(?:了|啊|呀|呢|来着)*$"
)
# The causes, or steps, that are wanted at once: 「第四个第五个直接告诉我」, 「剩下的都说了吧」.
_SEVERAL = re.compile(r"第([一二两三四五六七八九十\d])(?:个|种|项|条|样|步)")
_ALL_LEFT = re.compile(
    "(?:剩下|后面|其余|其他|余下|别的|下面)(?:的|那|几|所有|全部|原因|步骤?|项|个|条)*(?:直接|一起|一次(?:性)?|一口气|干脆|都|全|快点?|赶紧)(?:都|全|给我)?(?:说|告诉|列|发|讲|报)"
)
# The steps are to be told, and nothing is to be done yet: 「步骤先跟我说说」, 「我就问步骤」.
_ONLY_STEPS = re.compile(
    "(?:步骤|流程|怎么(?:个)?(?:弄|操作|销|注销|办)法?|哪几步|有几步).{0,6}(?:先|都|全|直接|一次|一起|一口气)*(?:跟|给|和|向)?(?:我)?(?:说|讲|看|列|告诉|发|介绍)"
    "|(?:先|直接|一次性?|一起|一口气|都|全部?|只|就).{0,5}(?:说|讲|看|列|告诉|发|介绍|问|了解|知道|打听)(?:给)?(?:我|一下|下|个|全|清楚|出来)*.{0,4}(?:步骤|流程|怎么(?:弄|操作|销|注销|办)|哪几步)"
    "|先(?:告诉|跟|给|和)我(?:说|讲)?(?:一下|说|讲)?.{0,4}(?:干嘛|干啥|干什么|做什么|做啥|哪些)"
    "|别(?:再)?一步(?:一)?步|(?:又)?(?:不是|没说|没要)(?:说)?(?:现在|马上|立刻)"
)
_DIGITS = {**dict(zip("一二三四五六七八九十", range(1, 11), strict=True)), "两": 2}
# The next check, without a word on the one shown: 「下一个原因是啥 赶紧」.
# 「最后一个怎么看」 at the last check is about it.
_LAST_CAUSE = re.compile("最后")
_NEXT_CAUSE = re.compile("(?:下|后)(?:面|一|边)?(?:那)?一?(?:个|项|条|样|种)(?:原因|可能|问题)?")
# 「从哪开始弄」, 「还没开始呢」; what others have not begun is no step.
_WHERE_TO_BEGIN = re.compile(
    "从(?:哪|那|什么地方|何处)(?:里|儿|一?步|个地方)?(?:开始|弄起|做起|搞起|办起|下手|入手|着手|起|弄|做)"
    "|(?:还|都|压根|根本|其实)(?:就)?没(?:有)?(?:开始|动手|开头)|(?<![上前这那])一步(?:都|也)?(?:还)?没(?:有)?(?:做|弄|走|动)"
    "|(?:啥|什么)(?:都|也)(?:还)?没(?:有)?(?:做|弄|点|动|开始)"
)
_OTHERS = re.compile("审核|处理|受理|客服|人工|他们|退款|银行")
_CANNOT_FOLLOW = re.compile(
    "(?:看不(?:太)?(?:清楚?|见|到))(?:你)?(?:打|写|发)?的?(?:字|屏幕)|(?:字|屏幕).{0,3}(?:太|这么|好|有点)?(?:小|糊)|(?:字|打的|写的).{0,4}看不(?:清|见)"
    "|眼睛?.{0,2}(?:花|不好|不行|不太好|看不)|老花|不(?:识|认)(?:得)?字|认不(?:得|到|全)(?:几个)?字|(?:说|讲)得?慢(?:点|一点|些)|慢(?:点|一点|些)(?:说|讲)|太快.{0,3}(?:跟不|看不|记不)"
    "|听不懂你?(?:说|讲)|看不懂你?(?:说|写|打)"
)
_THINKS = re.compile(
    "(?:嗯+|那|等等|等下|先|还是|让|容|我|得|再|要|好好?的?|行|谢+|你|您|哈|想一下)*(?:想想|想一想|想一下|想清楚|考虑(?:一下|考虑|清楚)?|琢磨(?:一下|琢磨)?|合计(?:一下|合计)?|想想看)(?:吧|再说|先|啊|哈|再来|再决定|再看)*"
)
# 「再讲一遍填什么」 wants the step again, whatever it asks about.
_ONCE_MORE = re.compile("(?:再|重新|重)(?:给我|跟我|帮我|来)?(?:说|讲|念|发)(?:一)?(?:遍|下|次|回)")
_SEEN = re.compile("(?<!不)(?<!没)(?:看|找|瞧)(?:见|到|着)了")
_WHERE_IS = re.compile("在哪|哪里|哪儿|哪个位置|找不[到着]")
# What ends it, beside thanks: all is done, nothing more is wanted, it is learned.
_CLOSES = re.compile(
    "学到|学会|(?:都|全)(?:知道|明白|懂|清楚|晓得)(?:了|啦)|记住了|会了$|没事(?:了|啦|咯)|不用(?:了|啦|咯|麻烦)|不麻烦(?:了|啦|你|您)|(?:都|全)(?:部|都)?.{0,3}(?:上去|进去|过去)(?:了|啦)|不需要了|够了|(?:都|全)(?:部|已经)?.{0,3}(?:完|好|妥|齐)(?:了|啦|咯)|搞定|办妥|就这样|就这些|先这样|(?:交|弄|办|做)完(?:了|啦)$|(?:密码)?(?:改|换)(?:好|成|完)(?:了|啦|咯)"
)
_WAITS = re.compile(
    "(?:好+的?|好嘞|行|嗯+|哦|那|ok|我|就|先|只能|慢慢)*等(?:着|等|一?会儿?|几天|吧|通知|消息|结果|呗|了|啊)+"
)
_GOES_ON = re.compile("下一|继续|接着|往下|然后")
_UNDONE = re.compile(
    "(?:刚才|刚刚|上一?|前一?|前面|上面)(?:那|的|那一)?(?:个|步|一步).{0,3}(?:还没|没有?|冇)(?:做|弄|填|点|搞|整)?(?:完|好|成)"
)
# Whether there is more to come, and what it may still be.
_MORE = re.compile(
    "还有(?:吗|没有?$|么|别的(?:吗|没|步)|其他(?:吗|步)|几[步条个项]|[一下]?[步条个项](?:吗|没)|.{0,2}第.[步条个项])|就(?:只有?)?这(?:些|[几么].?[步条个])(?:吗|了|啊|么)?"
    "|[是到]最后一?[步个条项]|[一总]共(?:有|要)?几[步条个项]|后[面头](?:还有|没有?了)|(?:这就|都)?完了吗|还[剩差](?:几|多少)[步条个项]|还要几步"
)
_ONE_MORE = re.compile(
    "还有(?:吗|么|呢|没有?|别的吗?|其他吗?|啥|什么|哪些)?(?:啊|呀|呢|吗)*$|(?:剩下|后面|其余|其他)的?.{0,4}(?:呢|是啥|是什么)$"
)
_COUNTS = re.compile("几|多少")
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
_TO_LAST = re.compile(
    "剩(?:下)?最后(?:一|那)?(?:步|条|项|个|点)|(?:跳到|直接(?:到|看|说|跳到?)|去|看看?)(?:最后|末尾)(?:一|那)?(?:步|条|项|个|点)"
)
_WHICH_LAST = re.compile(
    "^(?:那|好|嗯|哦|知道了)*(?:就)?最后(?:一|那)?(?:步|条|项|个|点)(?:是|呢|说|讲|要|看|做|干)*(?:的)?(?:啥|什么|呢)"
)
_OF_STEP = re.compile(
    r"(?:那|还有|再|就|好|嗯|看看?|说说|讲讲)*第([一二两三四五六七八九十\d])(?:条|项|件|点)"
    r"(?:再|给我|详细|展开|具体|细)*(?:说|讲|看)*(?:一遍|一下|说|讲)?(?:是)?(?:啥|什么|怎么|咋)?(?:意思|回事|说|弄|做|整)?(?:呢|啊|呀|来着)*$"
)
# 「那链接那条啥意思」, 「版本那个再说说」.
_POINTS_OUT = re.compile(
    "(?:那|还有|再|就|好|嗯|说说|讲讲|看看?)*(?P<name>[^这那哪第几上下前后]{2,6}?)的?[这那]一?(?:条|项|步|点|件|个)"
    "(?:再|给我|详细|展开)*(?:说|讲|看)*(?:一遍|一下|说|讲)?(?:是)?(?:啥|什么|怎么|咋)?(?:意思|回事|说|弄|做|整)?(?:呢|啊|呀|来着)*"
)
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
    first = _from_the_first(context, state, act, clear)
    if first:
        return first
    back = _back_to_step(context, state, act, clear)
    if back:
        return back
    named = _number_named(context, state, clear)
    if named:
        return named
    several = _several(context, state, act, clear) or _once_more(state, act, clear)
    if several:
        return several
    is_request = act is Act.OPEN_TOPIC and message.band is AnswerBand.ANSWER and message.intent != state.topic
    is_seen = any(_SEEN.search(clause.text) for clause in message.clauses)
    if _CANNOT_FOLLOW.search(message.key) and not is_seen and not (state.alarms or is_request or act is Act.HUMAN):
        arguments = {"where": bool(_WHERE_IS.search(message.key))}
        return Reading(Source.REFERENCE, Act.ONE_THING, clear, "cannot see or follow", arguments=arguments)
    thanked = _thanks(context, state, clear) or _closes(context, state, act, clear)
    if thanked:
        return thanked
    if len(message.key) > _LONGEST or message.further_requests:
        return None
    left = _thinks_it_over(state, clear) or _asks_for_rest(context, state, clear)
    if left:
        return left
    resumed = _resumed(context, state, act, clear) or _awaits(context, state, clear)
    if resumed:
        return resumed
    if _WHERE.search(message.key) and (state.step or (state.walk is None and state.suspended)):
        return Reading(Source.REFERENCE, Act.REPEAT, clear, "asks for the place")
    if state.step > 1 and _UNDONE.search(message.key) and not asks(normalize(message.text)):
        return Reading(Source.REFERENCE, Act.PREVIOUS, clear, "the step before is not done")
    return _end(context, state, act, clear)


def _thinks_it_over(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads 「我再想想」: what is under way stays, and nothing is pressed."""
    if state.walk is None or not _THINKS.fullmatch(message.key):
        return None
    arguments = {"response": "utter_take_your_time", "stays": True}
    return Reading(Source.REFERENCE, Act.LET_BE, message, "thinks it over", arguments=arguments)


def _of_step(state: DialogueState, message: UserMessage) -> int | None:
    """Returns the number of 「第二条展开讲讲」, where no list has been shown since."""
    pointed = None if state.list_is_fresh or len(message.key) > _LONGEST else _OF_STEP.match(message.key)
    return _DIGITS.get(pointed[1]) or int(pointed[1]) if pointed else None


def _pointed_out(context: Context, topic: Topic, message: UserMessage) -> int | None:
    """Returns the number of the one step that 「链接那条啥意思」 points out by a word of it."""
    pointed = _POINTS_OUT.fullmatch(message.key)
    if pointed is None or pointed["name"] in _VAGUE:
        return None
    name = pointed["name"]
    shown = [(folded(normalize(step.title)), folded(context.replies.fill(step.text, topic))) for step in topic.steps]
    for texts in ([title for title, _ in shown], [text for _, text in shown]):
        numbers = [number for number, text in enumerate(texts, start=1) if name in text]
        if numbers:
            return numbers[0] if len(numbers) == 1 else None
    return None


def _number_named(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the number of a check typed by itself, or the wish to see the last step."""
    topic = context.topic(state)
    if topic is None or not state.step or state.awaiting is not None or state.offer is not None:
        return None
    number = None
    if _TO_LAST.search(message.key) or _WHICH_LAST.search(message.key):
        number = len(topic.steps)
    elif topic.kind == "diagnosis" and message.key.isdecimal() and 1 <= int(message.key) <= len(topic.steps):
        number = int(message.key)
    else:
        number = _of_step(state, message) or _pointed_out(context, topic, message)
    if number is None:
        return None
    plain = replace(message, intent="repeat_step", entities={"step_number": (str(number),)}, further_requests=())
    return Reading(Source.REFERENCE, Act.REPEAT, plain, f"wants to see step {number}")


def _from_the_first(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that nothing was begun yet, or the question where to begin (「从哪开始弄」): the first step is shown."""
    topic = context.topic(state)
    if topic is None or topic.kind != "procedure" or not state.step or state.awaiting is not None or act is Act.HUMAN:
        return None
    if len(message.key) > _LONGEST_FAREWELL or not _WHERE_TO_BEGIN.search(message.key) or _OTHERS.search(message.key):
        return None
    plain = replace(message, intent="repeat_step", entities={"step_number": ("1",)}, further_requests=())
    return Reading(Source.REFERENCE, Act.REPEAT, plain, "has not begun")


def _once_more(state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that the step on the screen is wanted again (「没戴眼镜 再讲一遍填什么」)."""
    is_free = state.step > 0 and state.awaiting is None and state.offer is None and state.last_answer is None
    is_own = act is Act.REPEAT or act in UNCLEAR or (act is Act.OPEN_TOPIC and message.intent == state.topic)
    is_own = is_own or message.confidence < _ASKED
    if not (is_free and is_own and _ONCE_MORE.search(message.key)) or len(message.key) > _LONGEST:
        return None
    plain = replace(message, intent="repeat_step", entities={}, further_requests=())
    return Reading(Source.REFERENCE, Act.REPEAT, plain, "wants it again")


def _several(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to see several steps or causes at once, or the next cause without more ado."""
    topic = context.topic(state)
    if topic is not None and state.awaiting is Awaiting.WARNING and wants_only_steps(message.key):
        arguments = {"numbers": tuple(range(1, len(topic.steps) + 1))}
        return Reading(Source.REFERENCE, Act.SHOW_STEPS, message, "wants to hear the steps first", arguments=arguments)
    if topic is None or state.awaiting is not None or act is Act.HUMAN:
        return None
    count = len(topic.steps)
    numbers = {int(sign) if sign.isdecimal() else _DIGITS[sign] for sign in _SEVERAL.findall(message.key)}
    if not numbers and _ALL_LEFT.search(message.key):
        visited = state.walk.visited_steps if state.walk else ()
        numbers = {number for number, step in enumerate(topic.steps, 1) if step.id not in visited}
    wanted = tuple(sorted(number for number in numbers if 1 <= number <= count))
    told = any(clause.acts.get("ruled_out", 0.0) >= _TELLS for clause in message.clauses)
    if len(wanted) > 1 and not told:
        arguments = {"numbers": wanted}
        return Reading(Source.REFERENCE, Act.SHOW_STEPS, message, "wants several at once", arguments=arguments)
    if topic.kind != "diagnosis" or not state.step or state.offer is not None:
        return None
    asked_for = [number for number in wanted if number != state.step]
    is_asked = message.acts.get("question", 0.0) >= _ASKED or asks(normalize(message.text))
    if len(asked_for) == 1 and not told and is_asked:
        # 「那到底第五个是啥原因」
        number = str(asked_for[0])
        plain = replace(message, intent="repeat_step", entities={"step_number": (number,)}, further_requests=())
        return Reading(Source.REFERENCE, Act.REPEAT, plain, f"asks what cause {number} is")
    if len(message.key) > _LONGEST:
        return None
    wants_next = _NEXT_CAUSE.search(message.key) and (asks(normalize(message.text)) or hurries(message.key))
    is_shown = state.step == len(topic.steps) and bool(_LAST_CAUSE.search(message.key))
    if wants_next and not told and not is_shown and not named(topic, message.key):
        plain = replace(message, intent="next_step", further_requests=())
        return Reading(Source.REFERENCE, Act.NEXT, plain, "wants the next cause")
    return None


def _closes(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads thanks beside a word that all is settled as the end (「不用啦 都交完了 谢谢」, 「没扣 谢谢哈」)."""
    if not _THANKS.search(message.key) or len(message.key) > _LONGEST_FAREWELL or message.further_requests:
        return None
    if state.handed_over or message.is_queued or state.alarms or act is Act.HUMAN or asks(normalize(message.text)):
        return None
    is_matter = act is Act.OPEN_TOPIC and message.intent in message.matters() and message.intent != state.topic
    if is_matter or "frustration" in message.entities or _has_trouble(message):
        return None
    if state.walk is None:
        if state.offer in (Offer.RESUME, Offer.REQUEST, Offer.CHOICE, Offer.CORRECTION):
            return None
        meant = Act.GOODBYE if state.offer is Offer.HUMAN or ends_talk(message.key) else Act.THANK
        plain = replace(message, intent=meant.value)
        return Reading(Source.REFERENCE, meant, plain, "thanks, and it is settled")
    if state.awaiting is Awaiting.WARNING:
        return None
    topic = context.topic(state)
    is_through = topic is not None and topic.kind == "procedure" and state.step >= last_step(topic)
    if not (_CLOSES.search(message.key) or ends_talk(message.key) or is_through):
        arguments = {"response": "utter_welcome_in_walk", "stays": True}
        is_aside = act in (Act.THANK, *UNCLEAR) and not _reports(message)
        return Reading(Source.REFERENCE, Act.LET_BE, message, "thanks", arguments=arguments) if is_aside else None
    if act is Act.NEXT and _GOES_ON.search(message.key):
        return None
    meant = Act.SOLVED if state.step else Act.CANCEL
    return Reading(Source.REFERENCE, meant, replace(message, intent="problem_solved"), "thanks, and all is settled")


def _awaits(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads 「那就等吧」 at the last step, which is to wait: there is nothing more to do."""
    topic = context.topic(state)
    if topic is None or topic.kind != "procedure" or state.step < last_step(topic) or state.awaiting is not None:
        return None
    if not _WAITS.fullmatch(message.key):
        return None
    return Reading(Source.REFERENCE, Act.SOLVED, replace(message, intent="problem_solved"), "waits for the result")


def _reports(message: UserMessage) -> bool:
    """Whether it, or one of its clauses, tells of a step."""
    known = (message.acts, *(clause.acts for clause in message.clauses))
    return any(acts.get(name, 0.0) >= _TELLS for acts in known for name in ("done", "arrived"))


def _has_trouble(message: UserMessage) -> bool:
    """Whether a clause tells of trouble: 「谢谢 还是不行」."""
    return any(clause.acts.get("trouble", 0.0) >= _TELLS for clause in message.clauses)


def _thanks(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads bare thanks in a walkthrough: at its end they say that it has helped, before it they keep the place."""
    topic = context.topic(state)
    if state.awaiting is Awaiting.WARNING and _THANKS.search(message.key) and _ONLY_THANKS.fullmatch(message.key):
        # 「知道了 谢谢」 accepts no warning, and wants it no more either.
        arguments = {"response": "utter_welcome_in_walk", "stays": True}
        return Reading(Source.REFERENCE, Act.LET_BE, message, "thanks at the warning", arguments=arguments)
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
    is_list = topic.kind == "procedure" and all(step.value for step in topic.steps)
    wants_more = _ONE_MORE.search(message.key) or (excepts(message.key) and asks(normalize(message.text)))
    if is_list and state.step < len(topic.steps) and wants_more and not _COUNTS.search(message.key):
        # 「嗯 还有吗」 to advice of several points wants the next.
        plain = replace(message, intent="next_step", further_requests=())
        return Reading(Source.REFERENCE, Act.NEXT, plain, "wants the next point")
    if not asked or not (pattern.search(message.key) or _MORE.search(message.key)):
        return None
    return Reading(Source.REFERENCE, Act.STEPS_LEFT, message, "asks what is left")


def resumes(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message goes on with a walkthrough that was left."""
    reading = _resumed(context, state, act, message)
    return reading is not None and reading.act is Act.OPEN_TOPIC


def wants_back(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message only wants to go on with what was under way (「好的继续刚才的」)."""
    return (
        bool(_BEFORE.search(message.key))
        and len(message.key) <= _LONGEST_RETURN
        and _resumed(context, state, act, message) is not None
    )


def _resumed(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to go on with what was under way: where it stands, not a step further."""
    if not goes_back(message.key) or asks(normalize(message.text)) or act is Act.HUMAN:
        return None
    if tells_progress(state, message):
        # 「接着刚才的 点完了」 has done what was left.
        return None
    if act is Act.NEXT and "下一" in message.key and state.walk and state.awaiting is None and state.step:
        # 「继续下一步」 has done with the one that was left.
        return None
    waiting = [walk.topic for walk in reversed(state.suspended)]
    open_topics = [state.topic] if state.topic else []
    for name in (*open_topics, *waiting):
        topic = context.knowledge.topics[name]
        titles = title_words(topic)
        if name in message.matters() or any(title in message.key for title in titles):
            meant = Act.REPEAT if name == state.topic else Act.OPEN_TOPIC
            plain = replace(message, intent=name, further_requests=())
            return Reading(Source.REFERENCE, meant, plain, f"goes on with {name}")
    if waiting and state.walk is None and _BEFORE.search(message.key) and len(message.key) <= _LONGEST_RETURN:
        plain = replace(message, intent=waiting[0], further_requests=())
        return Reading(Source.REFERENCE, Act.OPEN_TOPIC, plain, f"goes on with {waiting[0]}")
    left = _left_before(context, state)
    if left and len(message.key) <= _LONGEST_RETURN:
        return replace(left, message=replace(message, intent=left.message.intent, further_requests=()))
    aside = (state.asked_about or "").partition("/")[0] not in ("", state.topic)
    was_left = state.walk is not None and (state.walk.interrupted or aside)
    if was_left and state.step and len(message.key) <= _LONGEST_GO_ON:
        # 「好 接着查」 after a question aside asks for the check that was left.
        return Reading(Source.REFERENCE, Act.REPEAT, replace(message, further_requests=()), "goes on where it was")
    if state.walk and state.awaiting is not Awaiting.WARNING and _BEFORE.search(message.key):
        return Reading(Source.REFERENCE, Act.REPEAT, replace(message, further_requests=()), "goes on where it was")
    return None


def _left_before(context: Context, state: DialogueState) -> Reading | None:
    """Reads 「我回来了 继续」 as about what was put off: a procedure at its step, the rest from the start."""
    last = state.attempts[-1] if state.attempts else None
    topic = context.knowledge.topics.get(last.topic) if last else None
    is_free = state.offer in (None, Offer.RATING) and state.walk is None and not state.suspended
    if not is_free or last is None or topic is None:
        return None
    if last.outcome is not AttemptOutcome.ABANDONED or not last.step:
        return None
    plain = UserMessage(intent=topic.id)
    if topic.kind != "procedure" or topic.warning or topic.collected_details:
        return Reading(Source.REFERENCE, Act.OPEN_TOPIC, plain, f"comes back to {topic.id}")
    return Reading(Source.REFERENCE, Act.JOIN, plain, f"comes back to {topic.id}", arguments={"step": last.step})


def _back_to_step(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to hear a step again that is named by what is done there (「回去说说传截图那步」)."""
    topic = context.topic(state)
    if topic is None or topic.kind != "procedure" or not state.step or act is Act.HUMAN:
        return None
    place = place_spoken_of(topic, state.step, message) if _BACK_TO.search(message.key) else None
    if place is None or place.number >= state.step:
        return None
    return Reading(Source.REFERENCE, Act.DONE, message, "back to a step", place.likeness, {"step": place.number})


def wants_only_steps(key: str) -> bool:
    """Whether the text wants to hear the steps of what it does not do yet."""
    return bool(_ONLY_STEPS.search(key))


def title_words(topic: Topic) -> set[str]:
    """Returns the pairs of characters of a topic's names that name it and no other."""
    return _bigrams(topic.title) | _bigrams(topic.menu.label if topic.menu else "")


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} - _VAGUE


def _end(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as the end of the talk; never while a human is waited for, nor after an alarm."""
    if state.walk is None and not state.alarms and act in _MAY_END and _LETS_THEM.search(message.key):
        is_declined = state.offer is Offer.HUMAN
        name = "utter_human_declined" if is_declined else "utter_acknowledge"
        return Reading(Source.REFERENCE, Act.LET_BE, message, "somebody else does it", arguments={"response": name})
    is_free = state.offer is Offer.HUMAN and state.walk is None and not state.alarms
    is_end = ends_talk(message.key) or postpones(message.key)
    if (
        is_free
        and is_end
        and not asks(normalize(message.text))
        and not (names_human(message.key) or "转" in message.key)
    ):
        # 「那行 没事了 等吧」 wants nobody.
        plain = replace(message, intent=Act.GOODBYE.value)
        return Reading(Source.REFERENCE, Act.GOODBYE, plain, "ends the talk without a human")
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
    topic = context.topic(state)
    if topic and topic.kind == "procedure" and state.step >= last_step(topic) and act is not Act.NEXT:
        return Reading(Source.REFERENCE, Act.SOLVED, replace(message, intent="problem_solved"), "wants nothing else")
    if small_talk_of(context, message):
        return None
    if topic and state.step and not topic.steps[state.step - 1].collect and act in (Act.DENY, *SOCIAL, *UNCLEAR):
        return Reading(Source.REFERENCE, Act.CANCEL, message, "wants nothing else")
    return None
