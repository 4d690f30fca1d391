"""Ordinals: 「第三个是啥」 points into what was shown last, which is not always a list of buttons."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.answers import LIKELY, Found, find_answer
from actions.dialogue.messages import UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, ListedOption, with_walk
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.knowledge.answers import TOPIC, KnownAnswer
from actions.reading.offered import as_pressed, label_typed
from actions.reading.questions import asks
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_LONGEST = 18
_NUMBERS = {**dict(zip("一二三四五六七八九", range(1, 10), strict=True)), "两": 2}
_UNIT = "(?:个|种|项|条|样|件|点|步|招|项)"
_ORDINAL = re.compile(
    f"(?P<back>倒数)?第(?P<number>[一二两三四五六七八九\\d])(?:{_UNIT}(?:事|原因|办法|步骤)?|(?=是|呢|$))|(?P<last>最后)(?:的)?(?:那|这)?一?(?:{_UNIT})(?:事|原因|步骤)?"
)
_NEIGHBOUR = re.compile(
    f"^(?:那|它|这个|这条|的|再|就|看看?|说说|讲讲|还有)*(?:(?P<before>前面?|上面)|(?P<after>后面?|下面))(?:的)?(?:那|这)?一?{_UNIT}(?P<rest>.*)$"
)
# What may stand around an ordinal that only wants to see it.
_AROUND = re.compile(
    "^(?:那|先|还是|或者|就|再|嗯+|哦+|好+的?|行|不对|不是|我问的?|我要|我想|是|说|讲|看|要|问|听|给我|帮我|刚才|刚刚|具体|详细|展开|到底|怎么|咋|如何|要|该|啥|什么|干嘛|干啥|做什么|做啥|意思|一下|一遍|看看|说说|讲讲|听听|弄|搞|做|整|办|指|个|的|了|吧|呢|啊|呀|嘛|来着|下|一|哪|哈|么|呗|好|行不|叫|来|先)*$"
)
_REPORTS = ("done", "arrived", "trouble", "ruled_out", "cause_confirmed", "not_checked")
_SURE = 0.6
# A report that an ordinal is part of: 「第二个对了」, 「第三个没有」.
_TELLS = re.compile("了$|没(?:有|事|问题|找|看|收)|不(?:行|对|是|能|会)|正常|够|排除|对了|好了")
# A point of an answer that is numbered: 「3. 截图：有相关的截图就带上」.
_POINT = re.compile(r"^(\d)\. (?:(?P<title>[^：:\n]{1,12})[：:])?(?P<text>.+)$", re.MULTILINE)
_LACKS = re.compile("没有?|冇|不(?:记得|知道|清楚)|缺")
# 「那个咋弄」 before anything was spoken of.
_OF_NOTHING = re.compile(
    "(?:那|这|就)*(?:个|事|东西)(?:要|该|得|到底)*(?:怎么|咋|如何)(?:弄|办|整|搞|做|用)(?:啊|呀|呢|嘛|的)*"
)
_CIRCLED = "①②③④⑤⑥⑦⑧"


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads an ordinal that points to a step, to a point of an answer, or to what the user has numbered."""
    if _points_at_nothing(state, message):
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "points to what was not spoken of")
    if message.is_payload or act is Act.HUMAN or len(message.key) > _LONGEST or label_typed(state, message):
        return None
    own = _own_list(context, state)
    circled = [sign for sign in message.text if sign in _CIRCLED]
    if own and len(circled) == 1:
        return _of_own(context, own, _CIRCLED.index(circled[0]) + 1, message)
    if state.list_is_fresh or state.awaiting is not None:
        return None
    topic = context.topic(state)
    if topic is not None and state.walk is not None and state.step:
        return None if _list_is_newer(context, state) else _of_steps(context, topic, state, message)
    return _of_answer(context, state, message) if state.walk is None else None


def _points_at_nothing(state: DialogueState, message: UserMessage) -> bool:
    """Whether a message points to something, and nothing was spoken of yet."""
    is_fresh = state.walk is None and state.last_topic is None and not state.requests and not state.suspended
    is_free = state.offer is None and not state.alarms and state.fragment is None and not message.is_payload
    return is_fresh and is_free and not state.attempts and bool(_OF_NOTHING.fullmatch(message.key))


def _of_own(context: Context, own: tuple[ListedOption, ...], number: int, message: UserMessage) -> Reading | None:
    """Reads 「②呢」 as the matter that the user has numbered so."""
    pressed = as_pressed(own[number - 1].payload, message) if number <= len(own) else None
    if pressed is None:
        return None
    return Reading(Source.OFFERED, Act.OPEN_TOPIC, pressed, f"points to their own number {number}")


def _own_list(context: Context, state: DialogueState) -> tuple[ListedOption, ...]:
    """Returns the matters that the user has named together, which are listed by the names of their intents."""
    for shown in state.lists:
        if all(option.title in context.knowledge.topics for option in shown):
            return shown
    return ()


def _list_is_newer(context: Context, state: DialogueState) -> bool:
    """Whether an older list is still what ordinals point into: one of the user's own, or the ways of an answer."""
    if not state.lists:
        return False
    menu = {button.payload for button in context.replies.menu()}
    newest = {option.payload for option in state.lists[0]}
    own = f"/{state.topic}{{"
    return not (newest <= menu or any(payload.startswith(own) for payload in newest))


def _of_steps(context: Context, topic: Topic, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads an ordinal as a step, or a check, of what is under way."""
    number, rest = _number_of(topic, state, message.key)
    if number is None or not 1 <= number <= len(topic.steps):
        return None
    step = topic.steps[number - 1]
    if not _AROUND.fullmatch(rest):
        is_asked = asks(normalize(message.text))
        reports = max(message.acts.get(name, 0.0) for name in _REPORTS) >= _SURE
        if not is_asked or (reports and _TELLS.search(rest)):
            return None
        found = find_answer(context, with_walk(state, step=number), message, LIKELY, of=topic.id)
        if found is not None and found.place == step.id:
            return Reading(Source.REFERENCE, Act.MEANT, message, f"asks of step {number}", arguments={"found": found})
        if found is not None or _TELLS.search(rest):
            return None
    plain = replace(message, intent="repeat_step", entities={"step_number": (str(number),)}, further_requests=())
    return Reading(Source.REFERENCE, Act.REPEAT, plain, f"points to step {number}")


def _number_of(topic: Topic, state: DialogueState, key: str) -> tuple[int | None, str]:
    """Returns the number that is pointed to, and what else is said; None without one."""
    found = list(_ORDINAL.finditer(key))
    if len(found) == 1:
        match = found[0]
        rest = key[: match.start()] + key[match.end() :]
        if match["last"]:
            return len(topic.steps), rest
        number = int(match["number"]) if match["number"].isdecimal() else _NUMBERS[match["number"]]
        return (len(topic.steps) + 1 - number if match["back"] else number), rest
    beside = _NEIGHBOUR.match(key) if not found else None
    if beside is None:
        return None, ""
    return state.step + (-1 if beside["before"] else 1), beside["rest"]


def _of_answer(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads an ordinal as a point of the numbered answer that was given last."""
    topic = context.knowledge.topics.get(state.last_topic or "")
    points = list(_POINT.finditer(topic.text)) if topic is not None and topic.text else []
    match = _ORDINAL.search(message.key)
    if topic is None or not points or match is None or topic.items:
        return None
    number = len(points) if match["last"] else _NUMBERS.get(match["number"]) or int(match["number"])
    if match["back"]:
        number = len(points) + 1 - number
    if not 1 <= number <= len(points):
        return None
    point = points[number - 1]
    title = point["title"] or ""
    known = [a for a in context.knowledge.answers.values() if a.topic == topic.id and title and title in a.text]
    rest = message.key[: match.start()] + message.key[match.end() :]
    lacking = [a for a in known if f"没有{title}" in a.text]
    if _LACKS.search(rest) and lacking:
        told = Found(lacking[0])
    else:
        text = f"{title}：{point['text']}" if title else point["text"]
        told = Found(KnownAnswer(topic.id, TOPIC, f"point_{number}", title or topic.title, text))
    return Reading(Source.REFERENCE, Act.MEANT, message, f"points to point {number}", arguments={"found": told})
